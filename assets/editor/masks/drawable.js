// @ts-check
/** All that is needed to draw a mask, computed from its compressed run lengths; runs in a worker, ahead of its frame. */

import { outlineOf } from "./outline.js";
import { bounds, parse } from "./rle.js";
import { rowSpans } from "./spans.js";

/**
 * @typedef {object} Drawable
 * @property {Uint32Array} runs run lengths
 * @property {import("./raster.js").Box|null} box around the set pixels, null for an empty mask
 * @property {Int32Array} spans see `rowSpans`
 * @property {import("./outline.js").Outline} outline
 */

/** @param {string} counts compressed @param {number} height @param {number} width of the picture @returns {Drawable} */
export function drawableOf(counts, height, width) {
  const runs = parse(counts).slice();
  const box = bounds(runs, height);
  return { runs, box, spans: rowSpans(runs, height, width), outline: outlineOf(runs, height, width) };
}

/** The buffers of a mask, which a worker hands over without a copy. @param {Drawable} drawable @returns {ArrayBuffer[]} */
export const buffersOf = ({ runs, spans, outline }) =>
  [runs, spans, outline.corners, outline.ends].map(({ buffer }) => /** @type {ArrayBuffer} */ (buffer));
