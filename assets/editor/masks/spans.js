// @ts-check
/**
 * The set pixels of a mask row by row. Run lengths go down the columns, which is slow to paint into a picture that is
 * stored by rows; spans are painted with one fill each.
 */

import { eachColumnRun } from "./rle.js";

/** @typedef {import("./raster.js").Box} Box */

/**
 * Spans of set pixels.
 * @param {ArrayLike<number>} runs @param {number} height @param {number} width of the picture
 * @returns {Int32Array} flat: index of the first pixel (y * width + x), index after the last one, per span; in no order
 */
export function rowSpans(runs, height, width) {
  /** @type {number[]} */
  const out = [];
  const begun = new Int32Array(height).fill(-1);
  /** Rows from one to another begin or end a span at x. @param {number} x @param {number} from @param {number} to */
  const turn = (x, from, to) => {
    for (let y = from, row = from * width; y < to; y += 1, row += width) {
      if (begun[y] < 0) begun[y] = x;
      else {
        out.push(row + begun[y], row + x);
        begun[y] = -1;
      }
    }
  };
  /** @type {number[]} borders of the runs in the column before */
  let before = [];
  /** @type {number[]} */
  let current = [];
  let column = -1;
  const next = () => {
    if (column >= 0) differing(before, current, (from, to) => turn(column, from, to));
    before = current;
    current = [];
  };
  eachColumnRun(runs, height, (x, y0, y1) => {
    if (x !== column) {
      next();
      if (column >= 0 && x > column + 1) {
        differing(before, [], (from, to) => turn(column + 1, from, to));
        before = [];
      }
      column = x;
    }
    current.push(y0, y1);
  });
  next();
  differing(before, [], (from, to) => turn(column + 1, from, to));
  return Int32Array.from(out);
}

/**
 * Rows that lie in one of two columns only.
 * @param {readonly number[]} left rising borders of runs: y0, y1, y0, y1 … @param {readonly number[]} right
 * @param {(from: number, to: number) => void} visit `to` is exclusive
 */
function differing(left, right, visit) {
  let [i, j, from] = [0, 0, 0];
  while (i < left.length || j < right.length) {
    const y = Math.min(left[i] ?? Infinity, right[j] ?? Infinity);
    // An odd number of borders lies above: the rows down to this border are in one column and not in the other.
    if ((i + j) % 2 && y > from) visit(from, y);
    while (left[i] === y) i += 1;
    while (right[j] === y) j += 1;
    from = y;
  }
}

/** Paint all spans. @param {Uint32Array} words height x width @param {Int32Array} spans @param {number} colour */
export function paintSpans(words, spans, colour) {
  for (let i = 0; i < spans.length; i += 2) words.fill(colour, spans[i], spans[i + 1]);
}

/**
 * Paint the spans inside a box.
 * @param {Uint32Array} words height x width @param {Int32Array} spans @param {number} width @param {number} colour
 * @param {Box} box x0, y0, x1, y1 (exclusive)
 */
export function paintSpansIn(words, spans, width, colour, [x0, y0, x1, y1]) {
  for (let i = 0; i < spans.length; i += 2) {
    const y = Math.floor(spans[i] / width);
    if (y < y0 || y >= y1) continue;
    const from = Math.max(spans[i], y * width + x0);
    const to = Math.min(spans[i + 1], y * width + x1);
    if (from < to) words.fill(colour, from, to);
  }
}
