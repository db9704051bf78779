// @ts-check
/** A finished retraining: the form of its report, and the table of before and after by category or by video. */

import { h } from "../kit/dom.js";
import { count, points } from "../kit/text.js";

/**
 * @typedef {object} Stats shares, 0 to 1, unless said otherwise; null where nothing was measured
 * @property {number|null} AP
 * @property {number|null} [AP50]
 * @property {number|null} [AP75]
 * @property {number|null} [AR1]
 * @property {number|null} [AR10]
 * @property {number|null} [AP_agnostic] with all classes as one
 * @property {number|null} [track_iou] mean over true tracks of the IoU of the best proposed one
 * @property {number} [proposed] tracks
 * @property {number} [true] tracks
 * @property {number|null} [identity_switches]
 * @property {number|null} [effort] seconds of a person per frame of a track
 * @property {string} [set] name of the set
 *
 * @typedef {number|Stats|null|undefined} Measure an AP, or the statistics that hold it; absent where nothing was measured
 * @typedef {{name: string, video?: string, tracks?: number, drawn?: number, decides?: boolean, before: Measure, after: Measure}} Line a video with `decides` false is not one of the set
 */

/**
 * @typedef {object} Result of a finished retraining; what older versions did not record is missing
 * @property {string} checkpoint id
 * @property {string} name of the checkpoint
 * @property {boolean} [removed] the checkpoint was deleted
 * @property {boolean} [promoted] by the rule of promotion
 * @property {number} [again] unreviewed videos that were put in line to be proposed again
 * @property {string} [before_name] name of the checkpoint it is compared with
 * @property {string} [set] name of the videos that it was measured on
 * @property {Stats} before
 * @property {Stats} after
 * @property {Stats|null} [factory] of the first checkpoint of the line, where that is not the one before
 * @property {Line[]} [per_category]
 * @property {Line[]} [per_video] those that lost most first
 * @property {import("./worst.js").WorstFrame[]} [worst_frames]
 * @property {Record<string, {mean: number, low: number, high: number}>} [intervals] of changes over the videos, by figure
 * @property {{kind: string, set: string, measure: string, before: number|null, after: number|null}|null} [golden]
 * @property {{drawn: number, imported: number, accepted: number}} [truth] true masks by who made them
 * @property {{outcome: string, reasons: {code: string, good: boolean, text: string}[]}} [decision]
 * @property {{parent: string, parent_name: string, before: string, before_name: string, snapshot: string, seed: number,
 *   config: string, round: number, steps: number}} [lineage]
 * @property {string[]} [notes]
 * @property {string} evaluation a key of `EVALUATIONS`
 * @property {boolean} proven better on held-out videos
 * @property {number} steps
 * @property {number} [seconds]
 * @property {string} [snapshot] hash of the masks that it trained on
 * @property {import("./suspicions.js").RunCheck} [corrections] what its check of the corrections found
 * @property {import("./rules.js").Rules} [rules] figures by rule
 * @property {import("./effort.js").Effort} [recorded] what people's work took until the run began
 */

/** How a run was measured. @type {Record<string, string>} */
export const EVALUATIONS = {
  "held-out": "video by video, each by a network that did not learn it",
  "k-fold": "video by video, each by a network that did not learn it (k-fold)",
  "last-third": "on the last third of the one corrected video",
};

/** The name of the set that a run was measured on. @param {Result} result */
export function setOf({ set, evaluation, per_video: videos }) {
  if (set) return set;
  const how = EVALUATIONS[evaluation]?.replace(/^on /, "") ?? evaluation;
  return videos?.length ? `${videos.length === 1 ? "1 video" : `${videos.length} videos`}: ${how}` : how;
}

/** A figure of a line that is neither an AP alone nor missing. @param {Measure} measure @param {"track_iou"|"identity_switches"} key */
function figure(measure, key) {
  const found = typeof measure === "object" ? measure?.[key] : null;
  return typeof found === "number" ? found : null;
}

/** AP of a line, whether it holds a number or statistics. @param {Measure} value @returns {number|null} */
export function ap(value) {
  const number = typeof value === "number" ? value : value?.AP;
  return typeof number === "number" && number >= 0 && !Number.isNaN(number) ? number : null;
}

/** Change in points of AP (0 to 100), null where one side is missing. @param {Measure} before @param {Measure} after */
export function change(before, after) {
  const [a, b] = [ap(before), ap(after)];
  return a === null || b === null ? null : Math.round((b - a) * 1000) / 10;
}

/** @param {number|null} value */
export function signed(value) {
  if (value === null) return h("span.v-t3", null, "–");
  if (Math.abs(value) < 0.05) return h("span.v-t2", null, "0.0");
  return h(
    "span.v-b",
    { class: value > 0 ? "v-okc" : "v-badc" },
    `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(1)}`,
  );
}

/** A bar left or right of a middle line. @param {number|null} value @param {number} widest largest change shown */
function changeBar(value, widest) {
  const bar = h("span.v-dbar", { "aria-hidden": "true" });
  if (value)
    bar.append(
      h("i", {
        class: value > 0 ? "up" : "dn",
        style: { width: `${Math.max(1.5, (Math.abs(value) / widest) * 58)}px` },
      }),
    );
  return bar;
}

/** @param {Line[]} lines @returns {{better: Line[], worse: Line[]}} */
export function sides(lines) {
  const of = (/** @type {(c: number) => boolean} */ test) =>
    lines.filter((l) => {
      const c = change(l.before, l.after);
      return c !== null && test(c);
    });
  return { better: of((c) => c >= 0.1), worse: of((c) => c <= -0.1) };
}

const NOT_COUNTED = "not counted in the figures, because the network measured there was not taught all its categories";

/** Attributes and content of an element that names a video, or another group; one that is not of the set says so. @param {{name: string, decides?: boolean}} line @returns {[{title: string}, string, HTMLElement|null]} */
const naming = ({ name, decides = true }) =>
  decides
    ? [{ title: name }, name, null]
    : [{ title: `${name}: ${NOT_COUNTED}` }, name, h("span.v-t3", null, " not counted")];

/** "58.1 → 60.2". @param {number|null} a @param {number|null} b @param {(value: number) => string} text */
function pair(a, b, text) {
  const shown = (/** @type {number|null} */ one) => (one === null ? "–" : text(one));
  return h("span.v-nowrap", null, `${shown(a)} → ${shown(b)}`);
}

/**
 * The table of before and after.
 * @param {Result} result @param {string} before name of the checkpoint before
 * @param {"category"|"video"} by @param {(by: "category"|"video") => void} choose
 */
export function comparison(result, before, by, choose) {
  const lines = by === "category" ? (result.per_category ?? []) : (result.per_video ?? []);
  const changes = lines
    .map((l) => Math.abs(change(l.before, l.after) ?? 0))
    .concat([Math.abs(change(result.before, result.after) ?? 0)]);
  const widest = Math.max(5, Math.ceil(Math.max(...changes)));
  const tracks = lines.some((l) => l.tracks !== undefined);
  const ious = lines.some((l) => figure(l.after, "track_iou") !== null);
  const heads = [
    by === "category" ? "Category" : "Video",
    ...(tracks ? ["Tracks"] : []),
    before,
    result.name,
    "Change",
  ];
  const more = ious ? ["Track IoU", "Id switches"] : [];
  const row = (
    /** @type {string} */ name,
    /** @type {number|undefined} */ n,
    /** @type {Measure} */ a,
    /** @type {Measure} */ b,
    { sum = false, decides = true } = {},
  ) => {
    const c = change(a, b);
    return h(
      "tr",
      { class: sum ? "sum" : "" },
      h("td.v-name", ...naming({ name, decides })),
      tracks ? h("td", null, n === undefined ? "–" : count(n)) : null,
      h("td", null, points(ap(a))),
      h("td", null, points(ap(b))),
      h("td", null, signed(c)),
      h("td.mid", null, changeBar(c, widest)),
      ious ? h("td", null, pair(figure(a, "track_iou"), figure(b, "track_iou"), points)) : null,
      ious ? h("td.v-t2", null, pair(figure(a, "identity_switches"), figure(b, "identity_switches"), count)) : null,
    );
  };
  const sum = tracks ? lines.reduce((t, l) => t + (l.decides === false ? 0 : (l.tracks ?? 0)), 0) : undefined;
  const switcher = h(
    "span.v-seg",
    { role: "group" },
    .../** @type {const} */ (["category", "video"]).map((key) =>
      h(
        "button",
        { type: "button", "aria-pressed": String(key === by), onclick: () => choose(key) },
        key === "category" ? "Category" : "Video",
      ),
    ),
  );
  return h(
    "section.v-card",
    { id: "v-comparison" },
    h("header", null, h("h2.v-grow", null, "Before and after"), switcher),
    h(
      "div.v-scroll",
      null,
      h(
        "table.v-table",
        null,
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            ...heads.map((title) => h("th.v-name", { title }, title)),
            h(
              "th.mid",
              null,
              h(
                "span.v-scale",
                null,
                h("span", null, `−${widest}`),
                h("span", null, "AP"),
                h("span", null, `+${widest}`),
              ),
            ),
            ...more.map((title) => h("th", null, title)),
          ),
        ),
        h(
          "tbody",
          null,
          row("All", sum, result.before, result.after, { sum: true }),
          ...lines.map((l) => row(l.name, l.tracks, l.before, l.after, l)),
        ),
      ),
    ),
  );
}

/** Videos the run was measured on. @param {Result} result */
export function measured(result) {
  if (!result.per_video?.length) return null;
  return h(
    "section.v-card",
    null,
    h(
      "header",
      null,
      h("h2.v-grow", null, "Measured on"),
      h(
        "span.v-t3",
        null,
        result.evaluation === "last-third" ? "its last third" : "by networks that did not learn them",
      ),
    ),
    h(
      "div.bd",
      null,
      ...result.per_video.map((v) =>
        h(
          "div.v-line",
          null,
          h("span.v-ell.v-grow", ...naming(v)),
          h("span.v-t2.v-nowrap", null, `${points(ap(v.before))} → `),
          h("b", null, points(ap(v.after))),
        ),
      ),
    ),
  );
}
