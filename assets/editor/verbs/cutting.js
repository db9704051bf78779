// @ts-check
/** A mask of two things becomes two masks: by its connected parts, or along a line; and on, by following the cut. */

import { difference, intersection, union } from "../masks/combine.js";
import { components, runsOfPieces } from "../masks/components.js";
import { capsule } from "../masks/raster.js";
import { area, eachColumnRun, encode } from "../masks/rle.js";
import { distanceAt, shapeOf } from "./morph.js";

/** @typedef {import("./morph.js").Shape} Shape */
/** @typedef {[first: number[], second: number[]]} Parts run lengths; together they are the mask, and they share no pixel */
/** @typedef {{height: number, width: number}} Size pixels of the picture */

/** Half the width of a drawn line, pixels: no corner of it lets two parts touch. */
const LINE = 1;
/** How far from the line a part may lie that the line cuts off, pixels. */
const NEAR = 2.5;
/** A connected part goes to one side as a whole if this share of it lies there. */
const CLEAR = 0.8;

/** The two largest connected parts; all others go to the nearer one. @param {ArrayLike<number>} runs @param {Size} size @returns {Parts|null} null for one part */
export function cutByPieces(runs, size) {
  const [one, other] = components(runs, size.height, size.width);
  return other ? nearer(runs, one, other, size) : null;
}

/**
 * @param {ArrayLike<number>} runs @param {[number, number][]} points of the line, picture pixels @param {Size} size
 * @returns {Parts|null} the larger part first; null where the line cuts nothing off
 */
export function cutByLine(runs, points, size) {
  const cut = components(difference(runs, lineRuns(points, LINE, size)), size.height, size.width);
  const near = lineRuns(points, NEAR, size);
  const [one, other] = cut.filter((part) => area(intersection(part, near)) > 0);
  return other ? nearer(runs, one, other, size) : null;
}

/** @param {[number, number][]} points @param {number} radius @param {Size} size @returns {number[]} */
function lineRuns(points, radius, { height, width }) {
  const bits = new Uint8Array(height * width);
  points.forEach(([x1, y1], i) => {
    const [x0, y0] = points[Math.max(0, i - 1)];
    capsule(bits, height, width, { x0, y0, x1, y1, radius, value: 1 });
  });
  return encode(bits, height, width);
}

/** Every pixel to the nearer of two parts. @param {ArrayLike<number>} runs @param {number[]} one @param {number[]} other @param {Size} size @returns {Parts} */
export function nearer(runs, one, other, size) {
  const shapes = [one, other].map((part) => shapeOf(part, size.height, size.width));
  const [first, second] = /** @type {[Shape, Shape]} */ (shapes);
  return divided(runs, size, (x, y) => distanceAt(first, x, y) <= distanceAt(second, x, y));
}

/** @param {ArrayLike<number>} runs @param {Size} size @param {(x: number, y: number) => boolean} isFirst @returns {Parts} */
export function divided(runs, { height, width }, isFirst) {
  /** @type {[x: number, y0: number, y1: number][]} */
  const pieces = [];
  eachColumnRun(runs, height, (x, y0, y1) => {
    let begin = -1;
    for (let y = y0; y <= y1; y += 1) {
      const inside = y < y1 && isFirst(x, y);
      if (inside && begin < 0) begin = y;
      if (inside || begin < 0) continue;
      pieces.push([x, begin, y]);
      begin = -1;
    }
  });
  const first = runsOfPieces(pieces, height, width);
  return [first, difference(runs, first)];
}

/**
 * Connected parts that lie on one side nearly as a whole go there as a whole, unless they have much of the other thing.
 * @param {ArrayLike<number>} runs @param {Parts} parts @param {Size} size @param {[number, number]} areas of both things before
 * @returns {Parts}
 */
export function wholePieces(runs, [first, second], { height, width }, areas) {
  let left = first;
  for (const piece of components(runs, height, width)) {
    const [whole, one] = [area(piece), area(intersection(piece, first))];
    if (whole - one <= (1 - CLEAR) * Math.min(whole, areas[1])) left = union(left, piece);
    else if (one <= (1 - CLEAR) * Math.min(whole, areas[0])) left = difference(left, piece);
  }
  return left === first ? [first, second] : [left, difference(runs, left)];
}
