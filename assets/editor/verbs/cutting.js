// @ts-check
/** A mask of two things becomes two masks: by its connected parts, or along a line; and on, by following the cut. */

import { difference, intersection, union } from "../masks/combine.js";
import { components } from "../masks/components.js";
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
/** Steps in which both sides find their own motion. */
const STEPS = 3;

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
function nearer(runs, one, other, size) {
  const shapes = [one, other].map((part) => shapeOf(part, size.height, size.width));
  const [first, second] = /** @type {[Shape, Shape]} */ (shapes);
  return divided(runs, size, (x, y) => distanceAt(first, x, y) <= distanceAt(second, x, y));
}

/** @param {ArrayLike<number>} runs @param {Size} size @param {(x: number, y: number) => boolean} isFirst @returns {Parts} */
function divided(runs, { height, width }, isFirst) {
  const bits = new Uint8Array(height * width);
  eachColumnRun(runs, height, (x, y0, y1) => {
    for (let y = y0; y < y1; y += 1) bits[y * width + x] = isFirst(x, y) ? 1 : 0;
  });
  const first = encode(bits, height, width);
  return [first, difference(runs, first)];
}

/**
 * The cut of one frame, found again in the mask of the next one: each pixel goes to the part that lies nearer once both
 * have moved.
 * @param {Parts} before @param {ArrayLike<number>} runs of the next mask @param {Size} size
 * @returns {Parts|null} null where one of the two is not found
 */
export function followed(before, runs, size) {
  const { height, width } = size;
  const shapes = before.map((part) => shapeOf(part, height, width));
  const [first, second] = shapes;
  const whole = centre(runs, height);
  if (!first || !second || !whole) return null;
  const all = first.size ** 2 + second.size ** 2;
  const mean = (/** @type {"x"|"y"} */ axis) => (first[axis] * first.size ** 2 + second[axis] * second.size ** 2) / all;
  /** @type {[number, number][]} how far each part moved */
  let moves = [0, 1].map(() => [whole.x - mean("x"), whole.y - mean("y")]);
  /** @type {Parts|null} */
  let parts = null;
  for (let step = 0; step < STEPS; step += 1) {
    const [[ax, ay], [bx, by]] = moves;
    parts = divided(runs, size, (x, y) => distanceAt(first, x - ax, y - ay) <= distanceAt(second, x - bx, y - by));
    parts = wholePieces(runs, parts, size);
    const centres = parts.map((part) => centre(part, height));
    if (!centres[0] || !centres[1]) return null;
    moves = [
      [centres[0].x - first.x, centres[0].y - first.y],
      [centres[1].x - second.x, centres[1].y - second.y],
    ];
  }
  return parts;
}

/** Connected parts that lie on one side nearly as a whole go there as a whole. @param {ArrayLike<number>} runs @param {Parts} parts @param {Size} size @returns {Parts} */
function wholePieces(runs, [first, second], { height, width }) {
  let left = first;
  for (const piece of components(runs, height, width)) {
    const share = area(intersection(piece, first)) / area(piece);
    if (share >= CLEAR) left = union(left, piece);
    else if (share <= 1 - CLEAR) left = difference(left, piece);
  }
  return left === first ? [first, second] : [left, difference(runs, left)];
}

/** @param {ArrayLike<number>} runs @param {number} height @returns {{x: number, y: number}|null} centroid, null for an empty mask */
function centre(runs, height) {
  let [count, x, y] = [0, 0, 0];
  eachColumnRun(runs, height, (column, y0, y1) => {
    count += y1 - y0;
    x += column * (y1 - y0);
    y += ((y0 + y1 - 1) / 2) * (y1 - y0);
  });
  return count ? { x: x / count, y: y / count } : null;
}
