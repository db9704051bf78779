// @ts-check
/** The line around a mask: along pixel borders, as closed loops (for dashes) or as loose edges (quick, while drawing). */

import { eachColumnRun } from "./rle.js";

/**
 * Directed border edges with the mask on their right hand, in pixel corners.
 * @param {ArrayLike<number>} runs
 * @param {number} height
 * @param {number} width
 * @returns {number[]} flat x0, y0, x1, y1 per edge; straight pieces are joined
 */
export function edges(runs, height, width) {
  /** @type {number[]} */
  const out = [];
  const start = new Int32Array(height + 1).fill(-1);
  const last = new Int32Array(height + 1).fill(-2);
  const kind = new Int8Array(height + 1);
  /** @type {Set<number>} */
  const open = new Set();

  /** @param {number} y */
  const close = (y) => {
    if (kind[y] > 0) out.push(start[y], y, last[y] + 1, y);
    else out.push(last[y] + 1, y, start[y], y);
    open.delete(y);
  };
  /** @param {number} x @param {number} y @param {number} which 1 top, -1 bottom */
  const horizontal = (x, y, which) => {
    if (open.has(y) && (last[y] !== x - 1 || kind[y] !== which)) close(y);
    if (!open.has(y)) {
      start[y] = x;
      kind[y] = which;
      open.add(y);
    }
    last[y] = x;
  };

  /** @type {number[]} */
  let before = [];
  let column = -1;
  /** @type {number[]} */
  let current = [];
  const finish = () => {
    if (column < 0) return;
    verticals(out, column, before, current);
    before = current;
    current = [];
  };
  eachColumnRun(runs, height, (x, y0, y1) => {
    if (x !== column) {
      finish();
      if (column >= 0 && x > column + 1) {
        verticals(out, column + 1, before, []);
        before = [];
      }
      column = x;
    }
    current.push(y0, y1);
    horizontal(x, y0, 1);
    horizontal(x, y1, -1);
  });
  finish();
  if (column >= 0) verticals(out, column + 1, before, []);
  for (const y of [...open]) close(y);
  return out;
}

/**
 * Vertical edges at x between two columns given as y0, y1, y0, y1 …
 * @param {number[]} out
 * @param {number} x
 * @param {number[]} left
 * @param {number[]} right
 */
function verticals(out, x, left, right) {
  let i = 0;
  let j = 0;
  let inLeft = false;
  let inRight = false;
  let from = 0;
  while (i < left.length || j < right.length) {
    const y = Math.min(left[i] ?? Infinity, right[j] ?? Infinity);
    if (inLeft !== inRight && y > from) {
      if (inRight) out.push(x, y, x, from);
      else out.push(x, from, x, y);
    }
    while (left[i] === y) {
      inLeft = !inLeft;
      i += 1;
    }
    while (right[j] === y) {
      inRight = !inRight;
      j += 1;
    }
    from = y;
  }
}

/**
 * Join directed edges into closed loops.
 * @param {number[]} flat from `edges`
 * @param {number} width
 * @returns {number[][]} each a flat list of corners x, y
 */
export function loops(flat, width) {
  /** @type {Map<number, number[]>} */
  const leaving = new Map();
  const key = (/** @type {number} */ x, /** @type {number} */ y) => y * (width + 1) + x;
  for (let i = 0; i < flat.length; i += 4) {
    const from = key(flat[i], flat[i + 1]);
    const list = leaving.get(from);
    if (list) list.push(i);
    else leaving.set(from, [i]);
  }
  const used = new Uint8Array(flat.length / 4);
  const out = [];
  for (let first = 0; first < flat.length; first += 4) {
    if (used[first / 4]) continue;
    const loop = [];
    let edge = first;
    while (!used[edge / 4]) {
      used[edge / 4] = 1;
      loop.push(flat[edge], flat[edge + 1]);
      const next = leaving.get(key(flat[edge + 2], flat[edge + 3]))?.find((i) => !used[i / 4]);
      if (next === undefined) break;
      edge = next;
    }
    out.push(loop);
  }
  return out;
}

/** @typedef {{corners: Int32Array, ends: Int32Array}} Outline closed loops: corners x, y one after another, and where each loop ends in them */

/** @param {ArrayLike<number>} runs @param {number} height @param {number} width @returns {Outline} in picture pixels */
export function outlineOf(runs, height, width) {
  const closed = loops(edges(runs, height, width), width);
  const ends = new Int32Array(closed.length);
  let end = 0;
  closed.forEach((loop, i) => (ends[i] = end += loop.length));
  const corners = new Int32Array(end);
  closed.forEach((loop, i) => corners.set(loop, ends[i] - loop.length));
  return { corners, ends };
}

/** @param {Outline} outline @returns {Path2D} closed, in picture pixels */
export function pathOf({ corners, ends }) {
  const path = new Path2D();
  let at = 0;
  for (const end of ends) {
    path.moveTo(corners[at], corners[at + 1]);
    for (at += 2; at < end; at += 2) path.lineTo(corners[at], corners[at + 1]);
    path.closePath();
  }
  return path;
}

/**
 * Closed outline as a path in picture pixels.
 * @param {ArrayLike<number>} runs
 * @param {number} height
 * @param {number} width
 * @returns {Path2D}
 */
export const outlinePath = (runs, height, width) => pathOf(outlineOf(runs, height, width));

/**
 * Loose edges as a path: no loops, a third of the time.
 * @param {ArrayLike<number>} runs
 * @param {number} height
 * @param {number} width
 * @returns {Path2D}
 */
export function edgePath(runs, height, width) {
  const path = new Path2D();
  const flat = edges(runs, height, width);
  for (let i = 0; i < flat.length; i += 4) {
    path.moveTo(flat[i], flat[i + 1]);
    path.lineTo(flat[i + 2], flat[i + 3]);
  }
  return path;
}
