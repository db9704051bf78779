// @ts-check
/** A part of a bitmap: its box, and the pixels inside; outside of the box nothing is set. And how it joins a mask. */

import { join, pointsBox, polygon } from "./raster.js";

/** @typedef {import("./raster.js").Box} Box */
/** @typedef {{box: Box, bits: Uint8Array}} Region bits are of the box, row by row, 0 or 1 */
/** @typedef {"add"|"subtract"|"replace"|"intersect"} Mode what a shape does to the mask */

export const MODES = /** @type {readonly Mode[]} */ (Object.freeze(["add", "subtract", "replace", "intersect"]));

/**
 * Cut a box out of a bitmap.
 * @param {Uint8Array} bits height x width @param {number} width @param {Box} box inside the bitmap
 * @returns {Region}
 */
export function cut(bits, width, [x0, y0, x1, y1]) {
  const out = new Uint8Array((x1 - x0) * (y1 - y0));
  for (let y = y0, at = 0; y < y1; y += 1, at += x1 - x0) out.set(bits.subarray(y * width + x0, y * width + x1), at);
  return { box: [x0, y0, x1, y1], bits: out };
}

/**
 * A box with a margin around it that may reach out of the picture; pixels out there are 0.
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {Box} box @param {number} margin pixels
 * @returns {Region}
 */
export function padded(bits, height, width, [x0, y0, x1, y1], margin) {
  /** @type {Box} */
  const box = [x0 - margin, y0 - margin, x1 + margin, y1 + margin];
  const across = box[2] - box[0];
  const out = new Uint8Array(across * (box[3] - box[1]));
  const [left, right] = [Math.max(0, box[0]), Math.min(width, box[2])];
  for (let y = Math.max(0, box[1]); y < Math.min(height, box[3]); y += 1)
    out.set(bits.subarray(y * width + left, y * width + right), (y - box[1]) * across + left - box[0]);
  return { box, bits: out };
}

/**
 * Put a region into a bitmap in place of what its box held; what reaches out of the bitmap is left out.
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {Region} region
 * @returns {Box|null} the written box
 */
export function put(bits, height, width, { box, bits: inner }) {
  const across = box[2] - box[0];
  const [left, top] = [Math.max(0, box[0]), Math.max(0, box[1])];
  const [right, bottom] = [Math.min(width, box[2]), Math.min(height, box[3])];
  if (left >= right || top >= bottom) return null;
  for (let y = top; y < bottom; y += 1) {
    const at = (y - box[1]) * across - box[0];
    bits.set(inner.subarray(at + left, at + right), y * width + left);
  }
  return [left, top, right, bottom];
}

/**
 * The area inside a line, closed by its ends.
 * @param {readonly (readonly [number, number])[]} points picture pixels @param {number} height @param {number} width
 * @returns {Region|null} null for fewer than three points, and outside of the picture
 */
export function polygonRegion(points, height, width) {
  const box = points.length < 3 ? null : pointsBox(points, height, width);
  if (!box) return null;
  const [x0, y0, x1, y1] = box;
  const region = { box, bits: new Uint8Array((x1 - x0) * (y1 - y0)) };
  const moved = points.map(([x, y]) => /** @type {[number, number]} */ ([x - x0, y - y0]));
  polygon(region.bits, y1 - y0, x1 - x0, moved, 1);
  return region;
}

/** @param {number} width @param {Box|null} box @param {Uint8Array} bits */
function clear(bits, width, box) {
  if (!box) return;
  for (let y = box[1]; y < box[3]; y += 1) bits.fill(0, y * width + box[0], y * width + box[2]);
}

/**
 * Join a region with a mask.
 * @param {Uint8Array} bits the mask, height x width; changed
 * @param {number} height @param {number} width
 * @param {Region|null} region null: nothing is set
 * @param {Mode} mode
 * @param {Box|null} extent box that holds the mask
 * @returns {Box|null} box that holds all changed pixels, null when there are none
 */
export function combine(bits, height, width, region, mode, extent) {
  if (mode === "replace") {
    clear(bits, width, extent);
    return join(extent, region ? put(bits, height, width, region) : null);
  }
  if (mode === "intersect") {
    const kept = region ? within(bits, height, width, region) : null;
    clear(bits, width, extent);
    if (kept) put(bits, height, width, kept);
    return extent;
  }
  if (!region) return null;
  const part = inside(region, height, width);
  if (!part) return null;
  const [x0, y0, x1, y1] = part;
  const across = region.box[2] - region.box[0];
  const value = mode === "add" ? 1 : 0;
  for (let y = y0; y < y1; y += 1) {
    const from = (y - region.box[1]) * across - region.box[0];
    for (let x = x0; x < x1; x += 1) if (region.bits[from + x]) bits[y * width + x] = value;
  }
  return part;
}

/** Pixels of both a mask and a region. @param {Uint8Array} bits @param {number} height @param {number} width @param {Region} region */
function within(bits, height, width, region) {
  const out = padded(bits, height, width, region.box, 0);
  for (let i = 0; i < out.bits.length; i += 1) out.bits[i] &= region.bits[i];
  return out;
}

/** The part of a region's box that lies in the picture. @param {Region} region @param {number} height @param {number} width @returns {Box|null} */
export function inside({ box }, height, width) {
  const [x0, y0] = [Math.max(0, box[0]), Math.max(0, box[1])];
  const [x1, y1] = [Math.min(width, box[2]), Math.min(height, box[3])];
  return x0 < x1 && y0 < y1 ? [x0, y0, x1, y1] : null;
}

/** Smallest region around the set pixels. @param {Region} region @returns {Region|null} null where none is set */
export function trimmed({ box, bits }) {
  const across = box[2] - box[0];
  let [x0, y0, x1, y1] = [Infinity, Infinity, -1, -1];
  for (let y = 0, row = 0; row < bits.length; y += 1, row += across) {
    const first = bits.subarray(row, row + across).indexOf(1);
    if (first < 0) continue;
    const last = bits.subarray(row, row + across).lastIndexOf(1);
    if (first < x0) x0 = first;
    if (last + 1 > x1) x1 = last + 1;
    if (y0 === Infinity) y0 = y;
    y1 = y + 1;
  }
  if (x1 < 0) return null;
  return { box: [box[0] + x0, box[1] + y0, box[0] + x1, box[1] + y1], bits: cut(bits, across, [x0, y0, x1, y1]).bits };
}

/** A region at another place. @param {Region} region @param {number} dx @param {number} dy whole pixels @returns {Region} */
export const moved = ({ box, bits }, dx, dy) => ({
  box: [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy],
  bits,
});
