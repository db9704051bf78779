// @ts-check
/** Connected parts of a mask, from its run lengths alone; pixels that touch by a side or a corner belong together. */

import { area, eachColumnRun } from "./rle.js";

/**
 * The connected parts, the largest first.
 * @param {ArrayLike<number>} runs @param {number} height @param {number} width
 * @returns {number[][]} run lengths of each
 */
export function components(runs, height, width) {
  /** @type {[x: number, y0: number, y1: number][]} */
  const pieces = [];
  /** @type {number[]} the piece that each one hangs on, itself at the root */
  const parent = [];
  let [from, to] = [0, 0]; // pieces of the column before
  let column = -2;
  eachColumnRun(runs, height, (x, y0, y1) => {
    if (x !== column) {
      [from, to] = x === column + 1 ? [to, pieces.length] : [pieces.length, pieces.length];
      column = x;
    }
    const own = pieces.length;
    pieces.push([x, y0, y1]);
    parent.push(own);
    for (let i = from; i < to; i += 1) if (pieces[i][1] <= y1 && y0 <= pieces[i][2]) link(parent, i, own);
  });
  /** @type {Map<number, [number, number, number][]>} */
  const parts = new Map();
  pieces.forEach((piece, i) => {
    const part = parts.get(root(parent, i));
    if (part) part.push(piece);
    else parts.set(root(parent, i), [piece]);
  });
  return [...parts.values()].map((part) => runsOfPieces(part, height, width)).sort((a, b) => area(b) - area(a));
}

/** @param {number[]} parent @param {number} i */
function root(parent, i) {
  let at = i;
  while (parent[at] !== at) at = parent[at] = parent[parent[at]];
  return at;
}

/** @param {number[]} parent @param {number} i @param {number} j */
function link(parent, i, j) {
  const [a, b] = [root(parent, i), root(parent, j)];
  // The first piece stays the root, so that parts come in the order of their first pixels.
  parent[Math.max(a, b)] = Math.min(a, b);
}

/** Run lengths of pieces of columns. @param {[x: number, y0: number, y1: number][]} pieces in order @param {number} height @param {number} width */
export function runsOfPieces(pieces, height, width) {
  /** @type {number[]} */
  const out = [];
  let end = 0;
  for (const [x, y0, y1] of pieces) {
    const start = x * height + y0;
    if (out.length && start === end) out[out.length - 1] += y1 - y0;
    else out.push(start - end, y1 - y0);
    end = x * height + y1;
  }
  if (end < height * width) out.push(height * width - end);
  return out;
}
