// @ts-check
/** The log of a retraining as a card that unfolds: its last lines, which can be copied. */

import { button, fill, h } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { isActive } from "../kit/words.js";
import { get } from "./data.js";

/** @typedef {import("./plan.js").Run} Run */

export class RunLog {
  constructor() {
    this.of = "";
    this.text = "";
    /** whether the end is in view, which stays in view as lines are added */ this.follows = true;
    this.at = 0;
    this.lines = h("pre.v-mono.v-loglines", { tabindex: "0", "aria-label": "Log of this run" });
    this.lines.addEventListener("scroll", () => this.scrolled());
    this.copied = h("span.v-t3", { role: "status" });
    const copy = button("Copy", { kind: "ghost", icon: "copy", onclick: () => this.copy() });
    this.foot = h("div.bd.v-row", null, h("span.v-grow"), this.copied, copy);
    this.place = /** @type {HTMLDetailsElement} */ (
      h("details.v-card.v-log", { id: "v-log" }, h("summary", null, h("h2", null, "Log")), this.lines, this.foot)
    );
    /** @type {Run|null} */ this.run = null;
    this.place.addEventListener("toggle", () => this.load(this.run));
  }

  /** The card of a run; null where its job, and the log with it, is gone. @param {Run} run */
  card(run) {
    if (run.job === false) return null;
    this.run = run;
    return this.place;
  }

  /** Ask for the log of a run, if it is unfolded and may have changed. @param {Run|null} run */
  async load(run) {
    if (!run || run.job === false || !this.place.open) return;
    const state = `${run.id}:${run.status}:${run.progress}:${run.message}`;
    if (state === this.of) return;
    if (!this.of.startsWith(`${run.id}:`)) this.follows = true;
    try {
      this.text = (await get(`/data/jobs/${encodeURIComponent(run.id)}/log`)).log;
    } catch (error) {
      return fill(this.lines, messageOf(error));
    }
    this.of = state;
    fill(this.copied);
    fill(this.lines, this.text || (isActive(run) ? "Nothing was written yet." : "This run wrote no log."));
    this.foot.hidden = !this.text;
    this.scroll();
  }

  /** Scroll to the end, or to where a person has scrolled: an element that is put in again has lost that. */
  scroll() {
    this.lines.scrollTop = this.follows ? this.lines.scrollHeight : this.at;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.lines;
    if (!clientHeight) return;
    this.at = scrollTop;
    this.follows = scrollTop + clientHeight >= scrollHeight - 8;
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.text);
      fill(this.copied, "Copied");
    } catch {
      // Browsers give no clipboard to pages of other machines without encryption.
      getSelection()?.selectAllChildren(this.lines);
      fill(this.copied, "Selected: copy it with Ctrl C");
    }
  }
}
