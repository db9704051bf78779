// @ts-check
/** The models page: checkpoints of the project, releases to download, jobs about them. */

import { button, count, el, fill, icon, points, size, when } from "../kit/pagedom.js";
import { currentProject, get, post } from "./data.js";
import { jobList } from "./joblist.js";

const KINDS = {
  download: "Download",
  add_checkpoint: "Add a checkpoint",
  export_checkpoint: "Export to the official layout",
};

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-models"));
  place.className = "v-page";
  await new Models(place).start();
}

class Models {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.project = "";
    this.problem = "";
    /** @type {any} */ this.facts = null;
    this.jobs = el("div");
    this.main = el("div.v-stack");
  }

  async start() {
    try {
      this.project = await currentProject();
      if (!this.project) throw new Error("There is no project yet; make one in the library first.");
      await this.load();
    } catch (error) {
      return fill(
        this.place,
        el(
          "div.v-place.v-full",
          null,
          el(
            "div",
            null,
            el("span.v-badc", null, icon("warn", 32)),
            el("h1", null, "This page cannot be shown"),
            el("p", null, /** @type {Error} */ (error).message),
          ),
        ),
      );
    }
    this.look = jobList(this.jobs, {
      project: this.project,
      kinds: KINDS,
      outcome: (job) => [job.result?.sentence ?? "Done."],
      ended: () => this.doing(async () => undefined),
    });
    window.addEventListener("v-answer", () => this.look?.());
    fill(this.place, this.main);
    this.draw();
  }

  async load() {
    this.facts = await get(`/data/projects/${encodeURIComponent(this.project)}/checkpoints`);
  }

  /** @param {() => Promise<any>} work */
  async doing(work) {
    this.problem = "";
    try {
      await work();
      await this.load();
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
    this.draw();
    await this.look?.();
  }

  /** @param {string} tail @param {any} [body] */
  send(tail, body) {
    return this.doing(() => post(`/data/projects/${encodeURIComponent(this.project)}/${tail}`, body));
  }

  draw() {
    const active = this.facts.checkpoints.find((/** @type {any} */ c) => c.id === this.facts.active);
    const line = active
      ? `${active.name} proposes in this project.`
      : this.facts.checkpoints.length
        ? "No checkpoint was put in use yet; the newest one proposes."
        : "There is no checkpoint yet: download TeViT or add a file.";
    fill(
      this.main,
      el(
        "div.v-phead",
        { style: { "margin-bottom": "0" } },
        el("div.v-grow", null, el("h1", null, "Models"), el("p", null, line)),
        button("Add a checkpoint", {
          kind: "lg pri",
          icon: "plus",
          id: "v-add-checkpoint",
          onclick: () => window.vPages?.open("checkpoint"),
        }),
      ),
      this.problem ? el("p.v-note.bad", { role: "alert" }, icon("warn"), this.problem) : null,
      this.facts.checkpoints.length ? this.table() : null,
      this.jobs,
      this.releases(),
    );
  }

  table() {
    const row = (/** @type {any} */ c) =>
      el(
        "tr",
        { class: c.id === this.facts.active ? "sel" : "", "data-checkpoint": c.name },
        el(
          "td",
          null,
          el(
            "div.v-row",
            null,
            el("b.v-ell", { style: { "max-width": "220px" } }, c.name),
            c.id === this.facts.active ? el("span.v-chip.ok", null, icon("check", 12), "in use") : null,
          ),
        ),
        el("td.v-t2", null, c.config),
        el(
          "td",
          null,
          el(
            "div.v-classes.v-ell",
            { title: c.classes.join(", ") },
            el("b", null, count(c.classes.length)),
            el("span.v-t3", null, `  ${c.classes.join(", ")}`),
          ),
        ),
        el("td.v-t2", null, c.known_here.length ? count(c.known_here.length) : "none"),
        el("td.v-t2.v-ell", null, c.parent ?? "–"),
        el("td.n", null, points(c.ap)),
        el("td.n", null, size(c.size_bytes)),
        el("td.v-t2", null, when(c.created)),
        el(
          "td.n",
          null,
          el(
            "span.v-acts",
            null,
            c.id === this.facts.active
              ? null
              : button("Use", {
                  kind: "line",
                  onclick: () => this.send(`checkpoints/${encodeURIComponent(c.id)}/activate`),
                }),
            button("Export", {
              kind: "ghost",
              icon: "export",
              title: "Write the official .pth layout",
              onclick: () => this.send(`checkpoints/${encodeURIComponent(c.id)}/export`),
            }),
          ),
        ),
      );
    const heads = [
      ["Checkpoint", ""],
      ["Configuration", ""],
      ["Classes", ""],
      ["Known here", ""],
      ["Trained from", ""],
      ["AP", "n"],
      ["Size", "n"],
      ["Added", ""],
      ["", "n"],
    ];
    return el(
      "section.v-card.v-scroll",
      null,
      el(
        "table.v-table.left.v-roomy",
        null,
        el("thead", null, el("tr", null, ...heads.map(([h, k]) => el("th", { class: k }, h)))),
        el("tbody", null, ...this.facts.checkpoints.map(row)),
      ),
    );
  }

  releases() {
    const one = (/** @type {any} */ r) =>
      el(
        "div.v-release",
        { "data-release": r.name },
        el(
          "div.v-grow",
          null,
          el("b", null, r.name),
          el("div.v-t2", null, `${count(r.classes)} classes of YouTube-VIS 2019, about ${size(r.size_bytes)}`),
        ),
        r.have
          ? el("span.v-chip.ok.v-tall", null, icon("check", 14), "here")
          : button("Download", {
              kind: "line lg",
              icon: "import",
              title: r.url,
              onclick: () => this.send("downloads", { name: r.name }),
            }),
      );
    return el(
      "section.v-card",
      null,
      el(
        "header",
        null,
        el("h2.v-grow", null, "Published TeViT checkpoints"),
        el("span.v-t3", null, "fetched from github.com when you click, never before"),
      ),
      el("div.v-releases", null, ...this.facts.releases.map(one)),
    );
  }
}
