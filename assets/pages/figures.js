// @ts-check
/** All figures of a retraining before and after, on one set of videos; and what it kept of the network's own domain. */

import { h } from "../kit/dom.js";
import { count, points } from "../kit/text.js";
import { setOf, signed } from "./report.js";

/** @typedef {import("./report.js").Result} Result */
/** @typedef {import("./report.js").Stats} Stats */

/**
 * A row of the table: `scale` turns the stored figure into the one that people read, `less` says that less is better.
 * @typedef {{key: keyof Stats, title: string, text: (value: number) => string, scale: number, less?: boolean, note?: string}} Row
 */
const share = (/** @type {number} */ value) => points(value);
const seconds = (/** @type {number} */ value) => value.toFixed(value < 10 ? 2 : 1);

/** @type {Row[]} */
const ROWS = [
  { key: "AP", title: "AP", text: share, scale: 100 },
  { key: "AP50", title: "AP50", text: share, scale: 100 },
  { key: "AP75", title: "AP75", text: share, scale: 100 },
  { key: "AR1", title: "AR1", text: share, scale: 100 },
  { key: "AR10", title: "AR10", text: share, scale: 100 },
  { key: "AP_agnostic", title: "AP without classes", text: share, scale: 100, note: "All classes count as one" },
  {
    key: "track_iou",
    title: "Mean track IoU",
    text: share,
    scale: 100,
    note: "Of each true track with the proposed one that fits it best",
  },
  { key: "identity_switches", title: "Identity switches", text: count, scale: 1, less: true },
  {
    key: "effort",
    title: "Effort, seconds",
    text: seconds,
    scale: 1,
    less: true,
    note: "Estimated seconds of a person per frame of a track",
  },
  { key: "proposed", title: "Proposed tracks", text: count, scale: 1 },
];

/** @param {Stats|null|undefined} stats @param {keyof Stats} key @returns {number|null} */
const value = (stats, key) => {
  const found = stats?.[key];
  return typeof found === "number" && !Number.isNaN(found) && found >= 0 ? found : null;
};

/** The table of all figures that were measured. @param {Result} result @param {string} before name of the checkpoint before */
export function figures(result, before) {
  const rows = ROWS.filter(({ key }) => value(result.before, key) !== null || value(result.after, key) !== null);
  const factory = result.factory ?? null;
  const heads = ["Figure", before, result.name, "Change", ...(factory ? ["First of the line"] : [])];
  const trueTracks = value(result.after, "true");
  return h(
    "section.v-card",
    { id: "v-figures" },
    h(
      "header",
      null,
      h("h2.v-grow", null, "All figures"),
      h("span.v-t3", null, `on ${setOf(result)}${trueTracks === null ? "" : `, ${count(trueTracks)} true tracks`}`),
    ),
    h(
      "div.v-scroll",
      null,
      h(
        "table.v-table",
        null,
        h("thead", null, h("tr", null, ...heads.map((title) => h("th.v-name", { title }, title)))),
        h("tbody", null, ...rows.map((row) => line(row, result, factory))),
      ),
    ),
    golden(result),
  );
}

/** @param {Row} row @param {Result} result @param {Stats|null} factory */
function line({ key, title, text, scale, less, note }, result, factory) {
  const [a, b, first] = [result.before, result.after, factory].map((stats) => value(stats, key));
  const shown = (/** @type {number|null} */ one) => (one === null ? "–" : text(one));
  const interval = result.intervals?.[key];
  const range = interval
    ? `Over the videos: ${(100 * interval.low).toFixed(1)} to ${(100 * interval.high).toFixed(1)}`
    : null;
  return h(
    "tr",
    { "data-figure": key },
    h("td.v-name", { title: note ?? null }, title),
    h("td", null, shown(a)),
    h("td", null, shown(b)),
    h("td", { title: range }, key === "proposed" ? "" : difference(a, b, scale, Boolean(less))),
    factory ? h("td.v-t2", null, shown(first)) : null,
  );
}

/** The change, green where it is better. @param {number|null} a @param {number|null} b @param {number} scale @param {boolean} less */
function difference(a, b, scale, less) {
  if (a === null || b === null) return signed(null);
  const change = (b - a) * scale;
  if (!less) return signed(Math.round(change * 10) / 10);
  const digits = Number.isInteger(a) && Number.isInteger(b) ? 0 : 2;
  if (Number(Math.abs(change).toFixed(digits)) === 0) return h("span.v-t2", null, (0).toFixed(digits));
  return h(
    "span.v-b",
    { class: change < 0 ? "v-okc" : "v-badc" },
    `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(digits)}`,
  );
}

const GOLDEN = /** @type {Record<string, string>} */ ({
  procedural: "The pictures that the first checkpoint was made for",
  "youtube-vis": "YouTube-VIS",
  "held-out": "Videos held out in earlier rounds",
  agreement: "Agreement with the first checkpoint's own confident tracks",
});

/** What the golden set shows of forgetting; null where the run had none. @param {Result} result */
function golden({ golden: found }) {
  if (!found) return null;
  const change =
    found.before === null || found.after === null ? null : Math.round((found.after - found.before) * 1000) / 10;
  return h(
    "div.bd.v-golden",
    { id: "v-golden" },
    h("b", null, "What it knew before"),
    h("span.v-t2.v-grow.v-ell", { title: found.set }, `${GOLDEN[found.kind] ?? found.kind}: ${found.set}`),
    h("span.v-nowrap", null, `${found.measure.replace("_", " ")} ${points(found.before)} → ${points(found.after)}`),
    signed(change),
  );
}
