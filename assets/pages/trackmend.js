// @ts-check
/** Mending the mistake of one track elsewhere: the tracks like it are selected, and one button mends them as well. */

import { button, fill, h } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { get } from "./data.js";
import { LOOK, REJECT, relabelPlan, sentences } from "./trackbulk.js";

/** @typedef {import("./trackbulk.js").Plan} Plan */
/** @typedef {import("./tracks.js").TrackPage} TrackPage */

const RELABEL = "relabel:";
const EDGES = /^look:(\d+)$/;

export class TrackMend {
  /** @param {TrackPage} page */
  constructor(page) {
    this.page = page;
    this.line = h("span.v-t2.v-nowrap", { role: "status" });
    /** number of the last count that was asked for: only its answer is shown */
    this.asked = 0;
    /** whether a press of the button is under way */
    this.busy = false;
    /** @type {Set<string>|null} ids of the tracks that look as what a correction of edges changed; null: none was compared */
    this.compared = null;
  }

  /** What mends the tracks; null where the address asks for nothing, or for a category that is gone. @returns {Plan|null} */
  get plan() {
    const { mend } = this.page.query;
    if (mend === "reject") return REJECT;
    if (mend === "look" || EDGES.test(mend)) return LOOK;
    if (!mend.startsWith(RELABEL)) return null;
    const id = mend.slice(RELABEL.length);
    const found = this.page.facets.categories.find((category) => category.id === id && !category.retired);
    return found ? relabelPlan(found.id, found.name) : null;
  }

  /** What the head of the page says. */
  get words() {
    const { query } = this.page;
    if (!query.values.run_of) return "";
    return " Proposed by the same model, not judged yet; those that look most alike come first.";
  }

  /**
   * Select the tracks that the same mistake is likely of, once all looks are known. What a person selected or looks for
   * meanwhile stays.
   * @param {string|undefined} like id of the track that the page began with
   */
  async select(like) {
    const { project, query, selection } = this.page;
    const isWanted = () => this.plan && query.values.like === like && selection.ids.size === 0;
    if (!isWanted()) return;
    const edges = EDGES.exec(query.mend);
    const parameters = query.toParameters(edges ? { corrected: edges[1] } : {});
    try {
      const { tracks, compared } = await get(
        `/data/projects/${encodeURIComponent(project)}/alike-tracks?${parameters}`,
      );
      if (!isWanted()) return;
      this.compared = compared ? new Set(tracks) : null;
      selection.set(tracks);
    } catch (error) {
      this.page.bulk.say(messageOf(error), { bad: true });
    }
  }

  /** The parts of the bar of selected tracks that mend them, in place of the usual buttons. @returns {HTMLElement[]|null} */
  parts() {
    const { plan } = this;
    if (!plan) return null;
    void this.count(plan);
    const tracks = [...this.page.selection.ids];
    const onclick = () => void this.press(plan, tracks);
    return [this.line, button(plan.title, { kind: "pri", icon: "check", id: "v-mend", onclick })];
  }

  /** Mend tracks. @param {Plan} plan @param {string[]} tracks ids */
  async press(plan, tracks) {
    if (this.busy) return;
    this.busy = true;
    const changed = await this.page.bulk.change(plan, tracks, false);
    this.busy = false;
    if (!changed) return;
    // What was mended is no longer in the list; the page goes on as any other.
    this.page.query.mend = "";
    this.page.selection.set([]);
    this.page.keepAddress();
    await this.page.refresh();
  }

  /** Show in numbers what the button would change. @param {Plan} plan */
  async count(plan) {
    const mine = ++this.asked;
    const { bulk, selection } = this.page;
    try {
      const tracks = [...selection.ids];
      const found = await bulk.count(plan, tracks, false);
      const why = tracks.every((id) => this.compared?.has(id)) ? ["They look as the corrected mask did before."] : [];
      if (mine === this.asked) fill(this.line, [...why, ...sentences(found, plan)].join(" "));
    } catch (error) {
      if (mine === this.asked) fill(this.line, messageOf(error));
    }
  }
}
