// @ts-check
/**
 * Masks between two masks: both signed distances are moved and scaled to where the thing is in between, and mixed there.
 * Size goes evenly from one to the other, so a thing that only moves keeps its shape. The centroid follows a curve that
 * begins and ends at the speed that the thing has there, or a straight line where no speed is known.
 */

import { signedDistance } from "../masks/distance.js";
import { bounds, eachColumnRun, encode } from "../masks/rle.js";

/**
 * @typedef {object} Shape a mask as its distance in a box around it
 * @property {Float32Array} distance height x width of the box, negative inside
 * @property {number} left of the box in the picture @property {number} top
 * @property {number} width of the box @property {number} height
 * @property {number} x of the centroid, picture pixels @property {number} y
 * @property {number} size square root of the area, pixels
 */

/** @typedef {[x: number, y: number]} Point */

/** Room around a mask, so that its distance is known outside of it too, as a share of its longer side. */
const MARGIN = 0.25;

/** @param {ArrayLike<number>} runs @param {number} height of the picture @param {number} width @returns {Shape|null} null for an empty mask */
export function shapeOf(runs, height, width) {
  const box = bounds(runs, height);
  if (!box) return null;
  const room = Math.ceil(Math.max(box[2] - box[0], box[3] - box[1]) * MARGIN) + 2;
  const [left, top] = [box[0] - room, box[1] - room];
  const [across, down] = [box[2] - box[0] + 2 * room, box[3] - box[1] + 2 * room];
  const part = new Uint8Array(across * down);
  let [count, sumX, sumY] = [0, 0, 0];
  eachColumnRun(runs, height, (x, y0, y1) => {
    for (let y = y0; y < y1; y += 1) part[(y - top) * across + x - left] = 1;
    count += y1 - y0;
    sumX += x * (y1 - y0);
    sumY += ((y0 + y1 - 1) * (y1 - y0)) / 2;
  });
  const distance = signedDistance(part, down, across);
  return { distance, left, top, width: across, height: down, x: sumX / count, y: sumY / count, size: Math.sqrt(count) };
}

/** A shape beside an end of the way tells its speed only if the thing is not covered more there: ratio of the areas. */
const ALIKE = 0.8;

/**
 * The speed of a thing, from two of its shapes.
 * @param {Shape} first @param {Shape|null} second @param {number} frames from the first to the second
 * @returns {Point|null} pixels per frame; null where one of them shows much less of the thing
 */
export function speedOf(first, second, frames) {
  if (!second || Math.min(first.size, second.size) ** 2 < ALIKE * Math.max(first.size, second.size) ** 2) return null;
  return [(second.x - first.x) / frames, (second.y - first.y) / frames];
}

/**
 * Where the centroid is on the way: on the cubic curve (Hermite) that has these speeds at its ends.
 * @param {Shape} from @param {Shape} to @param {number} share 0: the first, 1: the second
 * @param {{frames: number, speeds: [Point|null, Point|null]}} way `frames` from end to end; speeds in pixels per frame,
 *   null: that of the straight line
 * @returns {Point} picture pixels
 */
export function onTheWay(from, to, share, { frames, speeds }) {
  const along = (/** @type {0|1} */ axis, /** @type {number} */ first, /** @type {number} */ second) => {
    const [begin, end] = speeds.map((speed) => (speed ? speed[axis] * frames : second - first));
    const rest = 1 - share;
    return (
      first * rest ** 2 * (1 + 2 * share) +
      second * share ** 2 * (1 + 2 * rest) +
      begin * share * rest ** 2 -
      end * share ** 2 * rest
    );
  };
  return [along(0, from.x, to.x), along(1, from.y, to.y)];
}

/**
 * The mask between two shapes.
 * @param {Shape} from @param {Shape} to @param {number} share 0: the first, 1: the second
 * @param {number} height of the picture @param {number} width
 * @param {Point} [centre] of the mask, picture pixels; on the straight line unless given
 * @returns {number[]} run lengths; never empty, for the pixel at the centre is always set
 */
export function between(from, to, share, height, width, centre = [mix(from.x, to.x, share), mix(from.y, to.y, share)]) {
  const [x, y] = centre;
  const size = from.size ** (1 - share) * to.size ** share;
  const box = reach(from, to, { x, y, size }, height, width);
  const bits = new Uint8Array(height * width);
  for (let py = box[1]; py < box[3]; py += 1) {
    for (let px = box[0]; px < box[2]; px += 1) {
      const one = sampled(from, px - x, py - y, size);
      const other = sampled(to, px - x, py - y, size);
      if (mix(one, other, share) < 0) bits[py * width + px] = 1;
    }
  }
  const runs = encode(bits, height, width, box);
  if (runs.length > 1) return runs;
  const [cx, cy] = [Math.min(width - 1, Math.max(0, Math.round(x))), Math.min(height - 1, Math.max(0, Math.round(y)))];
  bits[cy * width + cx] = 1;
  return encode(bits, height, width, [cx, cy, cx + 1, cy + 1]);
}

/** @param {number} a @param {number} b @param {number} share */
const mix = (a, b, share) => a + (b - a) * share;

/** The distance of a shape that was moved and scaled, at an offset from its new centroid. @param {Shape} shape @param {number} dx @param {number} dy @param {number} size */
function sampled(shape, dx, dy, size) {
  const scale = shape.size / size;
  return distanceAt(shape, shape.x + dx * scale, shape.y + dy * scale) / scale;
}

/**
 * The signed distance of a shape at a point of the picture; between pixel centres it is mixed.
 * @param {Shape} shape @param {number} x @param {number} y
 */
export function distanceAt(shape, x, y) {
  const across = x - shape.left;
  const down = y - shape.top;
  // Beyond the box the distance grows with the way to it.
  const u = Math.min(shape.width - 1.001, Math.max(0, across));
  const v = Math.min(shape.height - 1.001, Math.max(0, down));
  const column = Math.floor(u);
  const row = Math.floor(v);
  const at = row * shape.width + column;
  const { distance, width } = shape;
  const upper = mix(distance[at], distance[at + 1], u - column);
  const lower = mix(distance[at + width], distance[at + width + 1], u - column);
  const inside = mix(upper, lower, v - row);
  return u === across && v === down ? inside : inside + Math.hypot(across - u, down - v);
}

/**
 * Where pixels can be set: the boxes of both shapes, moved and scaled, cut at the picture.
 * @param {Shape} from @param {Shape} to @param {{x: number, y: number, size: number}} middle @param {number} height @param {number} width
 * @returns {[number, number, number, number]}
 */
function reach(from, to, { x, y, size }, height, width) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shape of [from, to]) {
    const scale = size / shape.size;
    x0 = Math.min(x0, x + (shape.left - shape.x) * scale);
    y0 = Math.min(y0, y + (shape.top - shape.y) * scale);
    x1 = Math.max(x1, x + (shape.left + shape.width - shape.x) * scale);
    y1 = Math.max(y1, y + (shape.top + shape.height - shape.y) * scale);
  }
  const [left, top] = [Math.max(0, Math.floor(x0)), Math.max(0, Math.floor(y0))];
  return [
    Math.min(left, width),
    Math.min(top, height),
    Math.min(width, Math.ceil(x1) + 1),
    Math.min(height, Math.ceil(y1) + 1),
  ];
}
