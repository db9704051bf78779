// @ts-check
/** Before and after of a retraining by rule: the rule that the app proposes with, and the published one beside it. */

import { h } from "../kit/dom.js";
import { count, points } from "../kit/text.js";

/**
 * @typedef {object} RuleStats tracks that can be judged; shares 0 to 1, null where nothing was measured
 * @property {number} proposed
 * @property {number} true number of true tracks
 * @property {number|null} AP
 * @property {number|null} AP_without_classes
 * @property {number|null} best_iou mean over true tracks of the IoU of the best proposed one
 */
/** @typedef {{begin: number, go_on: number, floor: number, share: number}} Thresholds scores, 0 to 1 */
/**
 * @typedef {object} Rules
 * @property {{before: RuleStats, after: RuleStats, thresholds_before: Thresholds, thresholds_after: Thresholds}} review
 * @property {{before: RuleStats, after: RuleStats}} published
 */

/** @type {[string, (stats: RuleStats) => string][]} */
const ROWS = [
  ["Proposed tracks", (stats) => `${count(stats.proposed)} for ${count(stats.true)}`],
  ["AP", (stats) => points(stats.AP)],
  ["AP without classes", (stats) => points(stats.AP_without_classes)],
  ["Best-track IoU", (stats) => points(stats.best_iou)],
];

/** "begin 0.40, go on 0.25". @param {Thresholds} thresholds */
export function scores({ begin, go_on }) {
  return `begin ${begin.toFixed(2)}, go on ${go_on.toFixed(2)}`;
}

/** A table of both rules, or null for a run of a version that did not measure them. @param {Rules|undefined} rules */
export function byRule(rules) {
  if (!rules?.review || !rules.published) return null;
  const { review, published } = rules;
  const columns = [review.before, review.after, published.before, published.after];
  return h(
    "section.v-card",
    { id: "v-rules" },
    h("header", null, h("h2", null, "As Propose finds tracks")),
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
            ...["", "Before", "After", "Published rule before", "Published rule after"].map((title) =>
              h("th", null, title),
            ),
          ),
        ),
        h(
          "tbody",
          null,
          ...ROWS.map(([title, text]) =>
            h("tr", null, h("td.v-name", null, title), ...columns.map((stats) => h("td", null, text(stats)))),
          ),
        ),
      ),
    ),
    h(
      "div.bd.v-t2",
      { style: { "padding-top": "10px" } },
      `Thresholds before: ${scores(review.thresholds_before)}; after: ${scores(review.thresholds_after)}, `,
      "chosen on the videos it was measured on.",
    ),
  );
}
