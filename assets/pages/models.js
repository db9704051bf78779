// @ts-check
/** The models page: checkpoints of the project, releases to download, jobs about them. */

import { button, fill, h, icon } from "../kit/dom.js";
import { openMenu } from "../kit/floating.js";
import { messageOf } from "../kit/request.js";
import { count, size, when } from "../kit/text.js";
import { askDelete } from "./askdelete.js";
import { askName } from "./askname.js";
import { currentProject, get, patch, post, remove } from "./data.js";
import { jobList } from "./joblist.js";
import { lineage, outcome, reportOf } from "./lineage.js";
import { failedPlace } from "./places.js";
import { scores } from "./rules.js";

const KINDS = ["download", "add_checkpoint", "export_checkpoint"];

/**
 * @typedef {object} Checkpoint
 * @property {string} id
 * @property {string} name
 * @property {string} config
 * @property {string[]} classes
 * @property {import("./rules.js").Thresholds} [thresholds] from which score its tracks begin and go on
 * @property {string[]} known_here classes that are categories of the project
 * @property {string|null} [parent] name of the checkpoint it was trained from
 * @property {string|null} [parent_id] its id
 * @property {boolean} [retrained] a retraining of this project made it, so that it has a report
 * @property {string|null} [outcome] of its retraining: proven, not proven or worse
 * @property {string|null} [snapshot] hash of the masks that it was trained on
 * @property {number|null} [seed]
 * @property {number|null} [steps]
 * @property {{ap: number, before: number|null, before_name: string|null, set: string}|null} [measured] AP, 0 to 1, on a set of its own
 * @property {number} size_bytes
 * @property {boolean} deletes_file deleting it deletes its file too, which lies in the data folder
 * @property {boolean} builtin_demo it comes with the program, and stays
 * @property {string|null} [about] what one that comes with the program is good at, a sentence
 * @property {number} created unix seconds
 */
/** @typedef {{name: string, size_bytes: number, classes: number, have: boolean, url: string}} Release a published checkpoint */
/** @typedef {{active: string|null, proposes?: string|null, checkpoints: Checkpoint[], releases: Release[]}} Facts */

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-models"));
  place.className = "v-page";
  await new Models(place).start();
}

/**
 * How a checkpoint was judged, and the way to its report. There is no figure: those of different checkpoints belong to
 * different videos, and must not stand in one column.
 * @param {Checkpoint} c @param {string} project id
 */
function judgement(c, project) {
  const tracks = c.thresholds
    ? h(
        "div.v-t3.v-nowrap",
        { title: "Scores from which a track begins and goes on; they belong to the checkpoint" },
        `tracks ${scores(c.thresholds)}`,
      )
    : null;
  const report = c.retrained ? h("a.v-link", { href: reportOf(c, project) }, "Report") : null;
  const judged = outcome(c);
  return h(
    "div.v-measured",
    null,
    judged || report ? h("div.v-row", null, judged, report) : h("span.v-t3", null, "–"),
    tracks,
  );
}

/** @param {Checkpoint} c */
const route = (c) => `checkpoints/${encodeURIComponent(c.id)}`;

/** What deleting a checkpoint takes away and what stays, as sentences. @param {Checkpoint} c */
export function lossOf(c) {
  return [
    c.deletes_file
      ? `Its file goes too, which frees ${size(c.size_bytes)}.`
      : "It leaves the list; its file stays where it is, so nothing is freed.",
    "Masks that it proposed stay, and so do checkpoints that were trained from it.",
  ];
}

class Models {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.project = "";
    this.problem = "";
    /** @type {Facts} */ this.facts = { active: null, checkpoints: [], releases: [] };
    this.jobs = h("div");
    this.main = h("div.v-stack");
  }

  async start() {
    try {
      this.project = await currentProject();
      if (!this.project) throw new Error("There is no project yet; make one in the library first.");
      await this.load();
    } catch (error) {
      return fill(this.place, failedPlace("This page cannot be shown", error));
    }
    this.refreshJobs = jobList(this.jobs, {
      project: this.project,
      kinds: KINDS,
      outcome: (job) => [/** @type {{sentence?: string}|null} */ (job.result)?.sentence ?? "Done."],
      ended: () => this.run(async () => undefined),
    });
    window.addEventListener("v-answer", () => this.refreshJobs?.());
    fill(this.place, this.main);
    this.draw();
  }

  async load() {
    this.facts = await get(this.path("checkpoints"));
  }

  /** Run `work`, load the checkpoints and draw; the message of an error is shown. @param {() => Promise<unknown>} work */
  async run(work) {
    this.problem = "";
    try {
      await work();
      await this.load();
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.draw();
    await this.refreshJobs?.();
  }

  /** @param {string} tail */
  path(tail) {
    return `/data/projects/${encodeURIComponent(this.project)}/${tail}`;
  }

  /** @param {string} tail of the path @param {object} [body] */
  send(tail, body) {
    return this.run(() => post(this.path(tail), body));
  }

  draw() {
    const proposing = this.facts.checkpoints.find((checkpoint) => checkpoint.id === this.facts.proposes);
    const line = proposing
      ? `${proposing.name} proposes in this project${this.facts.active ? "" : ", until you put another one in use"}.`
      : this.facts.checkpoints.length
        ? "No checkpoint proposes in this project yet; put one in use."
        : "There is no checkpoint yet: download TeViT or add a file.";
    fill(
      this.main,
      h(
        "div.v-phead",
        { style: { "margin-bottom": "0" } },
        h("div.v-grow", null, h("h1", null, "Models"), h("p", null, line)),
        button("Add a checkpoint", {
          kind: "lg pri",
          icon: "plus",
          id: "v-add-checkpoint",
          onclick: () => window.vPages?.open("checkpoint"),
        }),
      ),
      this.problem ? h("p.v-note.bad", { role: "alert" }, icon("warn"), this.problem) : null,
      this.facts.checkpoints.length ? this.table() : null,
      lineage(this.facts.checkpoints, this.facts.active, this.project),
      this.jobs,
      this.releases(),
    );
  }

  table() {
    const row = (/** @type {Checkpoint} */ c) =>
      h(
        "tr",
        { class: c.id === this.facts.active ? "sel" : "", "data-checkpoint": c.name },
        h(
          "td",
          null,
          h(
            "div.v-row",
            null,
            h("b.v-ell.v-cname", { title: `${c.name}, ${c.config}, added ${when(c.created)}` }, c.name),
            c.id === this.facts.active ? h("span.v-chip.ok", null, icon("check", 12), "in use") : null,
          ),
          c.about ? h("div.v-t3.v-about", null, c.about) : null,
        ),
        h("td.v-t2.v-spare", null, c.config),
        h(
          "td",
          null,
          h(
            "div.v-classes.v-ell",
            { title: c.classes.join(", ") },
            h("b", null, count(c.classes.length)),
            h("span.v-t3", null, `  ${c.classes.join(", ")}`),
          ),
        ),
        h("td.v-t2", null, c.known_here.length ? count(c.known_here.length) : "none"),
        h("td.v-t2.v-ell.v-parent", { title: c.parent }, c.parent ?? "–"),
        h("td", null, judgement(c, this.project)),
        h("td.n", null, size(c.size_bytes)),
        h("td.v-t2.v-spare", null, when(c.created)),
        h(
          "td.n",
          null,
          h(
            "span.v-acts",
            null,
            c.id === this.facts.active
              ? null
              : button("Use", {
                  kind: "line",
                  onclick: () => this.send(`${route(c)}/activate`),
                }),
            this.more(c),
          ),
        ),
      );
    const heads = [
      ["Checkpoint", ""],
      ["Configuration", "v-spare"],
      ["Classes", ""],
      ["Known here", ""],
      ["Trained from", ""],
      ["Retraining", ""],
      ["Size", "n"],
      ["Added", "v-spare"],
      ["", "n"],
    ];
    return h(
      "section.v-card.v-scroll",
      null,
      h(
        "table.v-table.left.v-roomy",
        null,
        h("thead", null, h("tr", null, ...heads.map(([title, kind]) => h("th", { class: kind }, title)))),
        h("tbody", null, ...this.facts.checkpoints.map(row)),
      ),
    );
  }

  /** The button of a checkpoint's menu. @param {Checkpoint} c */
  more(c) {
    const label = `Export, rename or delete ${c.name}`;
    const attributes = {
      type: "button",
      "aria-label": label,
      title: "Export, rename, delete",
      "aria-haspopup": "menu",
    };
    const opener = h("button.v-more", attributes, icon("more"));
    opener.addEventListener("click", () => this.openMenu(opener, c));
    return opener;
  }

  /** @param {HTMLElement} anchor @param {Checkpoint} c */
  openMenu(anchor, c) {
    const own = c.builtin_demo ? "It comes with the program." : null;
    const proposes =
      c.id === this.facts.proposes ? "This project proposes with it; put another one in use first." : null;
    const items = [
      { title: "Export the official .pth", icon: "export", name: "export", run: () => this.send(`${route(c)}/export`) },
      null,
      { title: "Rename", icon: "edit", name: "rename", run: () => this.rename(anchor, c), reason: own },
      { title: "Delete", icon: "trash", name: "delete", run: () => this.delete(anchor, c), reason: own ?? proposes },
    ];
    openMenu(anchor, items, { label: `Menu of ${c.name}`, align: "end" });
  }

  /** @param {HTMLElement} anchor @param {Checkpoint} c */
  rename(anchor, c) {
    askName(anchor, {
      label: "Name of the checkpoint",
      value: c.name,
      longest: 100,
      save: async (name) => {
        await patch(this.path(route(c)), { name });
        await this.run(async () => undefined);
      },
    });
  }

  /** @param {HTMLElement} anchor @param {Checkpoint} c */
  delete(anchor, c) {
    const run = async () => {
      await remove(this.path(route(c)));
      await this.run(async () => undefined);
    };
    askDelete(anchor, { name: c.name, loss: lossOf(c), run });
  }

  releases() {
    // Where only the checkpoint that comes with the program proposes, a release is fetched to take its place.
    const use = this.facts.checkpoints.every((c) => c.builtin_demo || c.id !== this.facts.proposes);
    const one = (/** @type {Release} */ r) =>
      h(
        "div.v-release",
        { "data-release": r.name },
        h(
          "div.v-grow",
          null,
          h("b", null, r.name),
          h("div.v-t2", null, `${count(r.classes)} classes of YouTube-VIS 2019, about ${size(r.size_bytes)}`),
        ),
        r.have
          ? h("span.v-chip.ok.v-tall", null, icon("check", 14), "here")
          : button(use ? "Download and use" : "Download", {
              kind: "line lg",
              icon: "import",
              title: r.url,
              onclick: () => this.send("downloads", { name: r.name, use }),
            }),
      );
    return h(
      "section.v-card",
      null,
      h(
        "header",
        null,
        h("h2.v-grow", null, "Published TeViT checkpoints"),
        h("span.v-t3", null, "fetched from github.com when you click, never before"),
      ),
      h("div.v-releases", null, ...this.facts.releases.map(one)),
    );
  }
}
