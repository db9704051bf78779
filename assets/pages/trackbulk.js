// @ts-check
/** Relabel, accept or reject the selected tracks: a preview in numbers, one edit per video, and undo. */

import { button, fill, h, icon } from "../kit/dom.js";
import { openMenu, popover } from "../kit/floating.js";
import { newIdentifier } from "../kit/identifier.js";
import { messageOf, RefusedError } from "../kit/request.js";
import { plural } from "../kit/text.js";
import { post } from "./data.js";

/** @typedef {import("../kit/wire.js").Category} Category */
/** @typedef {import("../kit/wire.js").BulkCounts} BulkCounts */
/** @typedef {"relabel"|"accept"|"reject"|"look"} Verb */
/** @typedef {{verb: Verb, title: string, done: string, already: string, category?: string|null}} Plan what is asked about; `done` and `already` follow "tracks are" */
/** @typedef {{id: string, video_id: string, tracks: number, masks: number}} BulkEdit */

/**
 * @typedef {object} BulkContext
 * @property {() => string} project id
 * @property {string} author
 * @property {() => Set<string>} selected ids
 * @property {() => Category[]} categories
 * @property {() => Promise<void>} changed called after tracks have changed
 */

/** @type {Plan} */
export const REJECT = Object.freeze({ verb: "reject", title: "Reject", done: "rejected", already: "rejected" });

/** @type {Plan} */
export const LOOK = Object.freeze({
  verb: "look",
  title: "Flag for a look",
  done: "flagged: their best masks wait in the review queue",
  already: "flagged",
});

/** @param {string|null} id of the new category @param {string} name @returns {Plan} */
export const relabelPlan = (id, name) => ({
  verb: "relabel",
  title: `Relabel to ${name}`,
  done: `relabelled to ${name}`,
  already: id === null ? "without category" : name,
  category: id,
});

export class TrackBulk {
  /** @param {BulkContext} context */
  constructor(context) {
    this.context = context;
    this.toast = h("div.v-tctoast", { role: "status", hidden: true });
  }

  /** The buttons for the selected tracks. */
  buttons() {
    const open = (/** @type {Plan} */ plan) => (/** @type {Event} */ event) =>
      this.ask(/** @type {HTMLElement} */ (event.currentTarget), plan);
    const relabel = button("Relabel", {
      kind: "line",
      icon: "tag",
      id: "v-bulk-relabel",
      onclick: () => this.choose(relabel),
    });
    return [
      relabel,
      button("Reject", { kind: "line", icon: "x", id: "v-bulk-reject", onclick: open(REJECT) }),
      button("Accept", {
        kind: "line",
        icon: "check",
        id: "v-bulk-accept",
        onclick: open({ verb: "accept", title: "Accept", done: "accepted", already: "accepted" }),
      }),
    ];
  }

  /** Choose the new category, then show what would change. @param {HTMLElement} anchor */
  choose(anchor) {
    const one = (/** @type {string|null} */ id, /** @type {string} */ name) => ({
      title: name,
      run: () => this.ask(anchor, relabelPlan(id, name)),
    });
    const offered = this.context.categories().filter(({ retired }) => !retired);
    const items = [
      ...offered.map(({ id, name }) => one(id, name)),
      ...(offered.length ? [null] : []),
      one(null, "no category"),
    ];
    openMenu(anchor, items, { label: "New category" });
  }

  /** Show in numbers what a plan would change, and apply it on request. @param {HTMLElement} anchor @param {Plan} plan */
  ask(anchor, plan) {
    const tracks = [...this.context.selected()];
    const numbers = h("div.v-tcask", { role: "status" }, "Counting…");
    const apply = button(plan.title, {
      kind: "pri",
      disabled: true,
      onclick: () => void this.apply(plan, tracks, judged.checked, close),
    });
    const judged = h("input", { type: "checkbox" });
    const include = h("label.v-tcheck", { hidden: true }, judged, "Change these too");
    judged.addEventListener("change", () => void count());
    const cancel = button("Cancel", { kind: "ghost", onclick: () => close() });
    let asked = 0;
    const count = async () => {
      const mine = ++asked;
      apply.disabled = true;
      try {
        const found = await this.count(plan, tracks, judged.checked);
        if (mine !== asked) return;
        fill(numbers, ...sentences(found, plan).map((text) => h("p", null, text)));
        include.hidden = !found.locked && !judged.checked;
        apply.disabled = found.tracks === 0;
        if (found.tracks && document.activeElement !== judged) apply.focus();
      } catch (error) {
        if (mine === asked) fill(numbers, h("p.v-badc", { role: "alert" }, messageOf(error)));
      }
    };
    const content = h(
      "div.v-ask",
      null,
      h("h2", null, plan.title),
      numbers,
      include,
      h("div.v-row", null, h("span.v-grow"), cancel, apply),
    );
    const close = popover(anchor, content, { label: plan.title, width: 340 });
    return count();
  }

  /** @param {Plan} plan @param {string[]} tracks ids @param {boolean} judged @returns {Promise<BulkCounts>} */
  count({ verb, category = null }, tracks, judged) {
    return post(`${this.path()}/preview`, { verb, category, judged, tracks });
  }

  path() {
    return `/data/projects/${encodeURIComponent(this.context.project())}/tracks`;
  }

  /** @param {Plan} plan @param {string[]} tracks ids @param {boolean} judged @param {() => void} close */
  async apply(plan, tracks, judged, close) {
    close();
    if (await this.change(plan, tracks, judged)) await this.context.changed();
  }

  /** Change tracks, and show what came of it. @param {Plan} plan @param {string[]} tracks ids @param {boolean} judged @returns {Promise<boolean>} whether it succeeded */
  async change({ verb, category = null, done }, tracks, judged) {
    const { author } = this.context;
    try {
      const answer = await post(`${this.path()}/change`, { verb, category, judged, tracks, author });
      /** @type {BulkEdit[]} */
      const edits = answer.edits;
      const number = edits.reduce((sum, edit) => sum + edit.tracks, 0);
      const where = edits.length > 1 ? ` in ${plural(edits.length, "video")}` : "";
      this.say(`${plural(number, "track")}${where} ${done}.`, { edits });
      return true;
    } catch (error) {
      this.say(messageOf(error), { bad: true });
      return false;
    }
  }

  /** Take the edits back, the last one first. @param {BulkEdit[]} edits */
  async undo(edits) {
    const { author } = this.context;
    /** @type {string[]} */
    const refused = [];
    for (const { id, video_id: video } of [...edits].reverse()) {
      try {
        const body = { author, id: newIdentifier(), edit: id };
        const { status, error } = await post(`/data/videos/${encodeURIComponent(video)}/undo`, body);
        if (status === "conflict") refused.push(error);
      } catch (error) {
        refused.push(messageOf(error));
        // A server that does not answer will not answer about the next video either.
        if (!(error instanceof RefusedError)) break;
      }
    }
    if (refused.length === 0) this.say("Undone.");
    else
      this.say(`Undone in ${edits.length - refused.length} of ${plural(edits.length, "video")}. ${refused[0]}`, {
        bad: true,
      });
    await this.context.changed();
  }

  /** Show a line that stays until it is closed or another takes its place. @param {string} text @param {{bad?: boolean, edits?: BulkEdit[]}} [more] */
  say(text, { bad = false, edits = [] } = {}) {
    this.toast.hidden = false;
    this.toast.setAttribute("role", bad ? "alert" : "status");
    const close = () => (this.toast.hidden = true);
    const undo = () => {
      close();
      return this.undo(edits);
    };
    fill(
      this.toast,
      icon(bad ? "warn" : "check", 16, bad ? "v-badc" : "v-okc"),
      h("span.v-grow", null, text),
      edits.length ? button("Undo", { kind: "line", icon: "undo", id: "v-bulk-undo", onclick: undo }) : null,
      h("button.v-icon-btn", { type: "button", "aria-label": "Close", onclick: close }, icon("x", 14)),
    );
  }
}

/** What would change, and what stays, each as a sentence. @param {BulkCounts} found @param {Plan} plan */
export function sentences({ tracks, masks, videos, locked, unchanged }, { already }) {
  const where = videos > 1 ? ` in ${plural(videos, "video")}` : "";
  const one = (/** @type {number} */ number, /** @type {string} */ is, /** @type {string} */ are) =>
    number === 1 ? is : are;
  return [
    tracks
      ? `${plural(tracks, "track")}${where}, ${plural(masks, "mask")} ${one(tracks, "changes", "change")}.`
      : "Nothing changes.",
    ...(locked
      ? [
          `${plural(locked, "track")} that a person drew or judged ${one(locked, "stays", "stay")} as ${one(locked, "it is", "they are")}.`,
        ]
      : []),
    ...(unchanged ? [`${plural(unchanged, "track")} ${one(unchanged, "is", "are")} ${already} already.`] : []),
  ];
}
