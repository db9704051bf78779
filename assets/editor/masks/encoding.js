// @ts-check
/**
 * What is computed when a stroke ends: the run lengths of the drawn mask, and those of the masks that the stroke took
 * pixels from. Runs in a worker, see `canvas/encoder.js`.
 */

import { meets } from "./raster.js";
import { cut, padded, put } from "./region.js";
import { decode, eachColumnRun, encode, parse, stringify } from "./rle.js";

/** @typedef {import("./raster.js").Box} Box */
/** @typedef {import("./region.js").Region} Region */

/**
 * A mask as it is after a stroke: what was there, and the part that the stroke touched in place of it. So the end of a
 * stroke copies no more than what it painted.
 * @typedef {object} Drawn
 * @property {number} height @property {number} width of the picture
 * @property {string|null} base compressed run lengths of the mask before the stroke; null for none
 * @property {Region} patch the touched part
 * @property {Box} extent box that holds the mask
 * @property {ArrayLike<number>|null} before run lengths of the stored mask, whose pixels are not newly painted
 * @property {{id: string, runs: ArrayLike<number>, box: Box}[]} others masks that lose the newly painted pixels
 */

/**
 * @typedef {object} Encoded
 * @property {string} counts compressed run lengths
 * @property {boolean} empty whether no pixel is set
 * @property {{id: string, counts: string, empty: boolean}[]} others only those that lost pixels
 * @property {import("./drawable.js").Drawable} [drawable] of the drawn mask, where a worker made it
 */

/** All pixels of a drawn mask. @param {Drawn} drawn @returns {Region} */
export function maskOf({ height, width, base, patch, extent }) {
  const bits = base === null ? new Uint8Array(height * width) : decode(parse(base), height, width);
  put(bits, height, width, patch);
  return cut(bits, width, extent);
}

/** @param {Drawn} drawn @returns {Encoded} */
export function encoded(drawn) {
  const { height, width, before, others } = drawn;
  const mask = maskOf(drawn);
  const runs = runsOf(mask, height, width);
  const near = others.filter(({ box }) => meets(box, mask.box));
  const lost = [];
  if (near.length && runs.length > 1) {
    const painted = { box: mask.box, bits: mask.bits.slice() };
    if (before) clearRuns(painted, before, height);
    for (const { id, runs: old, box } of near) {
      const left = without(old, box, painted, height, width);
      if (left) lost.push({ id, counts: stringify(left), empty: left.length < 2 });
    }
  }
  return { counts: stringify(runs), empty: runs.length < 2, others: lost };
}

/**
 * Run lengths of a region.
 * @param {Region} region inside the picture @param {number} height @param {number} width of the picture
 * @returns {number[]}
 */
export function runsOf({ box: [x0, y0, x1, y1], bits }, height, width) {
  const inner = encode(bits, y1 - y0, x1 - x0);
  const tall = y1 - y0;
  if (tall === height) return joined(inner, x0 * height, (width - x1) * height);
  /** @type {number[]} */
  const out = [];
  let end = 0;
  eachColumnRun(inner, tall, (x, from, to) => {
    const start = (x0 + x) * height + y0 + from;
    if (start === end && out.length) out[out.length - 1] += to - from;
    else out.push(start - end, to - from);
    end = (x0 + x) * height + y0 + to;
  });
  if (end < height * width || !out.length) out.push(height * width - end);
  return out;
}

/** Runs of full columns with more zeros before and after. @param {number[]} runs @param {number} before @param {number} after */
function joined(runs, before, after) {
  runs[0] += before;
  if (!after) return runs;
  if (runs.length % 2) runs[runs.length - 1] += after;
  else runs.push(after);
  return runs;
}

/** Clear the pixels of a mask in a region. @param {Region} region @param {ArrayLike<number>} runs @param {number} height */
function clearRuns({ box: [x0, y0, x1, y1], bits }, runs, height) {
  const across = x1 - x0;
  eachColumnRun(runs, height, (x, from, to) => {
    if (x < x0 || x >= x1) return;
    for (let y = Math.max(from, y0); y < Math.min(to, y1); y += 1) bits[(y - y0) * across + x - x0] = 0;
  });
}

/**
 * A mask without the pixels of a region.
 * @param {ArrayLike<number>} runs @param {Box} box of the mask @param {Region} region @param {number} height @param {number} width
 * @returns {number[]|null} null when they share none
 */
function without(runs, box, { box: part, bits }, height, width) {
  const mask = padded(decode(runs, height, width), height, width, box, 0);
  const [across, partAcross] = [box[2] - box[0], part[2] - part[0]];
  let shared = false;
  for (let y = Math.max(box[1], part[1]); y < Math.min(box[3], part[3]); y += 1) {
    for (let x = Math.max(box[0], part[0]); x < Math.min(box[2], part[2]); x += 1) {
      const at = (y - box[1]) * across + x - box[0];
      if (!mask.bits[at] || !bits[(y - part[1]) * partAcross + x - part[0]]) continue;
      mask.bits[at] = 0;
      shared = true;
    }
  }
  return shared ? runsOf(mask, height, width) : null;
}
