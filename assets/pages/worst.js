// @ts-check
/** The frames that lost or changed most in a retraining, side by side: the truth, and what was found before and after. */

import { h } from "../kit/dom.js";
import { points } from "../kit/text.js";
import { address } from "./data.js";
import { setOf, signed } from "./report.js";

/** @typedef {{label: string, mask: string, score: number|null}} ShownMask `mask` is its hash in the database */
/**
 * @typedef {object} WorstFrame IoUs are means over the frame's true masks, 0 to 1
 * @property {string} video id
 * @property {string} name of the video
 * @property {number} frame
 * @property {number} before
 * @property {number} after
 * @property {ShownMask[]} truth
 * @property {ShownMask[]} before_masks
 * @property {ShownMask[]} after_masks
 */
/** @typedef {import("./report.js").Result} Result */

/** Address of a frame with these masks; `labels` gives each class its colour. @param {WorstFrame} frame @param {ShownMask[]} masks @param {string[]} labels */
export function painted({ video, frame }, masks, labels) {
  const named = masks.map(({ mask, label }) => `${mask}:${labels.indexOf(label) + 1}`).join(",");
  return `/data/videos/${encodeURIComponent(video)}/painted.jpg?${new URLSearchParams({ frame: String(frame), masks: named })}`;
}

/** The card of the worst frames, null where the run has none. @param {Result} result @param {string} before @param {string} project id */
export function worstFrames(result, before, project) {
  const frames = result.worst_frames ?? [];
  if (!frames.length) return null;
  const lost = frames.some(({ before: was, after }) => after < was);
  return h(
    "section.v-card",
    { id: "v-worst" },
    h(
      "header",
      null,
      h("h2.v-grow", null, lost ? "Worst frames" : "No frame got worse; these changed most"),
      h("span.v-t3", null, `of ${setOf(result)}; the same class has the same colour`),
    ),
    h("div.v-worst", null, ...frames.map((one) => figure(one, before, result.name, project))),
  );
}

/** @param {WorstFrame} one @param {string} before @param {string} after names of the checkpoints @param {string} project */
function figure(one, before, after, project) {
  const labels = [...new Set([...one.truth, ...one.before_masks, ...one.after_masks].map(({ label }) => label))].sort();
  const sides = /** @type {[string, ShownMask[], number|null][]} */ ([
    ["truth", one.truth, null],
    [before, one.before_masks, one.before],
    [after, one.after_masks, one.after],
  ]);
  const picture = (/** @type {[string, ShownMask[], number|null]} */ [name, masks, iou]) =>
    h(
      "div",
      null,
      h("img", {
        src: painted(one, masks, labels),
        alt: `${name}: ${masks.length ? masks.map((mask) => mask.label).join(", ") : "no mask"}`,
        loading: "lazy",
      }),
      h("span.v-side", { title: name }, h("span.v-ell", null, name), iou === null ? null : h("b", null, points(iou))),
    );
  return h(
    "figure",
    { "data-frame": `${one.name} ${one.frame}` },
    h("div.v-sides", null, ...sides.map(picture)),
    h(
      "figcaption",
      null,
      h("b.v-ell", { title: one.name }, one.name),
      h("span.v-t3.v-nowrap", null, `frame ${one.frame}`),
      h("span.v-grow"),
      h("span.v-t3.v-nowrap", null, "IoU"),
      signed(Math.round((one.after - one.before) * 1000) / 10),
      h("a.v-btn", { href: address("/review", { project, video: one.video, frame: String(one.frame) }) }, "Open"),
    ),
  );
}
