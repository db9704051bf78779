// @ts-check
/** Masks put together as run lengths, without a bitmap: union, intersection, difference, and a shift. */

import { eachColumnRun } from "./rle.js";

/**
 * @param {ArrayLike<number>} one run lengths of the same size as the other's @param {ArrayLike<number>} other
 * @param {(a: boolean, b: boolean) => boolean} keep whether a pixel is set; false where both are clear
 * @returns {number[]} run lengths
 */
function combined(one, other, keep) {
  const runs = [];
  let value = false;
  let length = 0;
  let [i, j] = [0, 0];
  let [left, right] = [one[0] ?? 0, other[0] ?? 0];
  while (i < one.length || j < other.length) {
    const step = Math.min(i < one.length ? left : Infinity, j < other.length ? right : Infinity);
    const wanted = keep(i < one.length && i % 2 === 1, j < other.length && j % 2 === 1);
    if (step && wanted !== value) {
      runs.push(length);
      length = 0;
      value = wanted;
    }
    length += step;
    left -= step;
    right -= step;
    if (i < one.length && left === 0) left = one[(i += 1)] ?? 0;
    if (j < other.length && right === 0) right = other[(j += 1)] ?? 0;
  }
  runs.push(length);
  return runs;
}

/** Pixels of either mask. @param {ArrayLike<number>} one @param {ArrayLike<number>} other @returns {number[]} */
export const union = (one, other) => combined(one, other, (a, b) => a || b);

/** Pixels of both masks. @param {ArrayLike<number>} one @param {ArrayLike<number>} other @returns {number[]} */
export const intersection = (one, other) => combined(one, other, (a, b) => a && b);

/** Pixels of the first mask alone. @param {ArrayLike<number>} one @param {ArrayLike<number>} other @returns {number[]} */
export const difference = (one, other) => combined(one, other, (a, b) => a && !b);

/**
 * A mask moved by whole pixels; what leaves the picture is cut off.
 * @param {ArrayLike<number>} runs @param {number} height @param {number} width
 * @param {number} dx to the right @param {number} dy down
 * @returns {number[]}
 */
export function shifted(runs, height, width, dx, dy) {
  /** @type {number[]} */
  const out = [];
  let end = 0;
  eachColumnRun(runs, height, (x, y0, y1) => {
    const [top, bottom] = [Math.max(0, y0 + dy), Math.min(height, y1 + dy)];
    if (x + dx < 0 || x + dx >= width || top >= bottom) return;
    const start = (x + dx) * height + top;
    if (out.length && start === end) out[out.length - 1] += bottom - top;
    else out.push(start - end, bottom - top);
    end = start + bottom - top;
  });
  if (!out.length || end < height * width) out.push(height * width - end);
  return out;
}
