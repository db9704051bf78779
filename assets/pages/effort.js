// @ts-check
/** The effort on record: what correcting took, whole, by tool and by what had proposed. */

import { h } from "../kit/dom.js";
import { KINDS } from "../kit/kinds.js";
import { clock, count, plural } from "../kit/text.js";
import { address, get } from "./data.js";

/**
 * @typedef {object} EffortOf the work with one tool or on the proposals of one model; `name` "" is work without proposals
 * @property {string} name
 * @property {number} seconds without idle time
 * @property {number} gestures
 * @property {number} frames tracks in frames that stand as a person's work
 * @property {number|null} seconds_per_frame
 * @property {number|null} gestures_per_frame
 */
/** @typedef {EffortOf & {by_tool: EffortOf[], by_model: EffortOf[], idle_seconds: number}} Effort */

/** Fewer gestures than these say nothing about the pace. */
const ENOUGH = 5;
const MOST_TOOLS = 6;

/** Whether there is a pace to show. @param {Effort|null|undefined} effort @returns {effort is Effort} */
const known = (effort) => Boolean(effort && effort.frames > 0 && effort.gestures >= ENOUGH);

/** "4.5 s", "0.12 s"; a dash where there is none. @param {number|null} seconds */
const pace = (seconds) => (seconds === null ? "–" : `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`);

/** The pace of a project as one phrase, "" where there is none. @param {Effort|null} effort */
export function paceOf(effort) {
  if (!known(effort)) return "";
  return `${pace(effort.seconds_per_frame)} a track-frame, ${count(effort.frames)} accepted`;
}

/** The pace of a project, asked for beside its videos. */
export class Pace {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.project = "";
    this.text = "";
  }

  /** @param {string} project id */
  async load(project) {
    const before = this.text;
    if (project !== this.project) this.text = "";
    this.project = project;
    try {
      this.text = paceOf(await get(`/data/projects/${encodeURIComponent(project)}/effort`));
    } catch {
      this.text = ""; // the library is complete without it; the retrain page shows the reason
    }
    if (this.text !== before) this.changed();
  }

  /** A link to the figures; null where there is no pace yet. */
  link() {
    if (!this.text) return null;
    return h(
      "a.v-t2",
      { href: address("/retrain", { project: this.project }), id: "v-pace", title: "What correcting took so far" },
      this.text,
    );
  }
}

/** The card with all figures; null where there is no work yet. @param {Effort|null|undefined} effort @param {string} when which state it shows */
export function effortCard(effort, when) {
  if (!known(effort)) return null;
  const minutes = Math.round(effort.idle_seconds / 60);
  return h(
    "section.v-card",
    { id: "v-effort" },
    h(
      "header",
      null,
      h("h2.v-grow.v-nowrap", null, "What correcting took"),
      h("span.v-t3.v-ell", { title: when }, when),
    ),
    h(
      "div.bd",
      null,
      h(
        "div.v-line",
        null,
        h("span.v-grow", null, `${plural(effort.frames, "track-frame")} accepted`),
        h("span.v-t2.v-nowrap", { title: "Working time, without pauses" }, clock(effort.seconds)),
        h("b.v-nowrap", { title: "Seconds per accepted track-frame" }, pace(effort.seconds_per_frame)),
      ),
      ...effort.by_model.map((one) =>
        line({
          of: one,
          name: one.name || "Without proposals",
          title: one.name && `Proposals of ${one.name}`,
          amount: [count(one.frames), often(one)],
        }),
      ),
    ),
    h(
      "div.bd",
      null,
      h("div.v-t3", null, "By tool: working time, track-frames accepted, seconds for each"),
      ...effort.by_tool.slice(0, MOST_TOOLS).map((one) => {
        const name = KINDS[one.name]?.[1] ?? one.name;
        const title = `${name}: ${[plural(one.gestures, "gesture"), often(one)].filter(Boolean).join(", ")}`;
        return line({ of: one, name, title, amount: [count(one.frames)], time: clock(one.seconds) });
      }),
      h("div.v-t3", null, `Pauses of more than ${plural(minutes, "minute")} are not counted.`),
    ),
  );
}

/** "0.12 gestures each", "" where there are none. @param {EffortOf} one */
const often = ({ gestures_per_frame: gestures }) => (gestures === null ? "" : `${gestures.toFixed(2)} gestures each`);

/**
 * A line has room for a name and three short texts.
 * @param {{of: EffortOf, name: string, title: string, amount: string[], time?: string}} parts `title`: "" for none;
 *   `amount`: what was accepted; `time`: worked
 */
function line({ of, name, title, amount, time }) {
  return h(
    "div.v-line",
    null,
    h("span.v-grow.v-ell.v-t2", { title: title || null }, name),
    time ? h("span.v-t2.v-nowrap", null, time) : null,
    h("span.v-t3.v-nowrap", null, amount.filter(Boolean).join(", ")),
    h("span.v-nowrap", null, pace(of.seconds_per_frame)),
  );
}
