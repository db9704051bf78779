// @ts-check
/** Imports beside their jobs: the broken ones, which can go on or be taken back, and the answers to their question. */

import { author } from "../kit/author.js";
import { button, fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { plural, when } from "../kit/text.js";
import { address, get, post } from "./data.js";

/** @typedef {import("../kit/wire.js").Job} Job */

/** @typedef {{id: string, project_id: string, project: string, file: string, shown: number, videos: number, created: number}} Broken an import that broke off; `shown` of `videos` are in the library */

/** @typedef {{removed: string[], restored: string[], categories: string[]}} TakenBack names */

/** Answers to "these videos are here already", with the words of the form. @type {[string, string, string][]} */
const ANSWERS = [
  ["skip", "Leave them", "check"],
  ["replace", "Replace them", "redo"],
  ["again", "Import again", "plus"],
];

/** What taking back an import did, as sentences. @param {TakenBack} done */
export function takenBack({ removed, restored, categories }) {
  const one = removed.length === 1;
  return [
    `${plural(removed.length, "video")} of the import ${one ? "is" : "are"} now among the removed videos of the library.`,
    restored.length ? `${plural(restored.length, "replaced video")} came back.` : "",
    categories.length ? `No longer offered: ${categories.join(", ")}.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** What undoing proposals did, as sentences. @param {{videos: string[], kept: string[]}} done */
export function undone({ videos, kept }) {
  return [videos.length ? `The proposals of ${plural(videos.length, "video")} were taken back.` : "", ...kept]
    .filter(Boolean)
    .join(" ");
}

/** The card of the broken imports, and the requests about imports. */
export class Imports {
  /** @param {() => Promise<void>} changed called after a request that changes jobs or imports */
  constructor(changed) {
    this.changed = changed;
    this.place = h("div.v-stack", { hidden: true });
    this.told = h("p.v-note", { role: "status", hidden: true });
    this.list = h("ul.v-jobs");
    fill(
      this.place,
      this.told,
      h("section.v-card", { id: "v-broken" }, h("header", null, h("h2", null, "Imports that broke off")), this.list),
    );
    /** @type {Broken[]} */ this.broken = [];
  }

  async look() {
    try {
      this.broken = (await get("/data/imports")).imports;
    } catch (error) {
      this.tell(messageOf(error), "bad");
    }
    this.draw();
  }

  draw() {
    const card = /** @type {HTMLElement} */ (this.place.querySelector("#v-broken"));
    card.hidden = this.broken.length === 0;
    this.place.hidden = card.hidden && this.told.hidden;
    fill(this.list, ...this.broken.map((found) => this.line(found)));
  }

  /** @param {Broken} found */
  line(found) {
    const of = plural(found.videos, "video");
    const all = found.shown >= found.videos ? `All of ${of}` : `${found.shown} of ${of}`;
    return h(
      "li",
      { "data-import": found.id },
      h("i.v-badc", null, icon("warn")),
      h(
        "div.v-grow",
        null,
        h("b.v-ell.v-block", { title: found.file }, found.file),
        h(
          "div.v-t2",
          null,
          `${all} came into `,
          h("a", { href: address("/", { project: found.project_id }) }, found.project),
          `, begun ${when(found.created)}.`,
        ),
      ),
      button("Go on", {
        kind: "line",
        icon: "play",
        onclick: () => this.run(`/data/imports/${encodeURIComponent(found.id)}/go-on`),
      }),
      this.takeBackButton(found.id),
    );
  }

  /** @param {string} id of an import */
  takeBackButton(id) {
    return button("Take back", {
      kind: "ghost",
      icon: "undo",
      title: "Remove the videos of this import; they can be restored",
      onclick: () => this.run(`/data/imports/${encodeURIComponent(id)}/take-back`, {}, takenBack),
    });
  }

  /** @param {{project_id: string, digest: string}} found an import of results of a model */
  undoProposalsButton({ project_id: project, digest }) {
    const path = `/data/projects/${encodeURIComponent(project)}/proposals/take-back`;
    return button("Take back", {
      kind: "ghost",
      icon: "undo",
      title: "Undo these proposals, as far as nobody has worked on them since",
      onclick: () => this.run(path, { digest, author: author(localStorage) }, undone),
    });
  }

  /** What stands below the question of an import: its answers, or the one that was given; null for a job that asks nothing. @param {Job} job */
  answers(job) {
    const { question, answer } = /** @type {{question?: string, answer?: string}} */ (job.result ?? {});
    const given = ANSWERS.find(([repeat]) => repeat === answer);
    if (given) return { below: h("div.v-t3", null, `Answered: ${given[1]}.`), open: false };
    if (question !== "imported_already") return null;
    const path = `/data/jobs/${encodeURIComponent(job.id)}/answer`;
    const below = h(
      "div.v-row",
      { style: { "margin-top": "6px" }, role: "group", "aria-label": "Videos that are here already" },
      ...ANSWERS.map(([repeat, label, image]) =>
        button(label, { kind: "line", icon: image, onclick: () => this.run(path, { repeat }) }),
      ),
    );
    return { below, open: true };
  }

  /** @param {string} path @param {object} [body] @param {(answer: any) => string} [sentence] about the answer */
  async run(path, body = {}, sentence) {
    try {
      const answer = await post(path, body);
      this.tell(sentence?.(answer) ?? "", "ok");
    } catch (error) {
      this.tell(messageOf(error), "bad");
    }
    await this.changed();
  }

  /** @param {string} text "" shows nothing @param {"ok"|"bad"} tone */
  tell(text, tone) {
    this.told.hidden = text === "";
    this.told.className = `v-note ${tone}`;
    fill(this.told, icon(tone === "ok" ? "check" : "warn"), text);
    this.draw();
  }
}
