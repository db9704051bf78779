// @ts-check
/**
 * Holes and islands of masks. Pixels of a mask that touch by a side or a corner belong together; the background
 * belongs together by sides only, so that a diagonal line closes an area.
 */

import { padded, trimmed } from "./region.js";

/** @typedef {import("./raster.js").Box} Box */
/** @typedef {import("./region.js").Region} Region */

/**
 * Mark the pixels that are connected with one.
 * @param {Uint8Array} bits of height x width @param {number} width
 * @param {number} start index of a pixel
 * @param {Uint8Array|Int32Array} labels 0 where nothing is marked yet; changed
 * @param {number} label
 * @param {boolean} corners whether corners connect
 * @returns {number} number of pixels
 */
function mark(bits, width, start, labels, label, corners) {
  const value = bits[start];
  const stack = [start];
  labels[start] = label;
  let size = 0;
  /** @param {number} at */
  const visit = (at) => {
    if (at < 0 || at >= bits.length || labels[at] || bits[at] !== value) return;
    labels[at] = label;
    stack.push(at);
  };
  while (stack.length) {
    const at = /** @type {number} */ (stack.pop());
    size += 1;
    const column = at % width;
    const [left, right] = [column > 0, column < width - 1];
    visit(at - width);
    visit(at + width);
    if (left) visit(at - 1);
    if (right) visit(at + 1);
    if (!corners) continue;
    if (left) {
      visit(at - width - 1);
      visit(at + width - 1);
    }
    if (right) {
      visit(at - width + 1);
      visit(at + width + 1);
    }
  }
  return size;
}

/**
 * The pixels that a mask encloses without holding them.
 * @param {Uint8Array} bits height x width @param {number} height @param {number} width
 * @param {Box} extent box that holds the mask
 * @returns {Region|null} null where there are none
 */
export function holes(bits, height, width, extent) {
  const { box, bits: inner } = padded(bits, height, width, extent, 1);
  const outside = new Uint8Array(inner.length);
  mark(inner, box[2] - box[0], 0, outside, 1, false);
  for (let i = 0; i < inner.length; i += 1) outside[i] = inner[i] || outside[i] ? 0 : 1;
  return trimmed({ box, bits: outside });
}

/**
 * The pieces of a mask, largest first.
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {Box} extent
 * @returns {Region[]}
 */
export function pieces(bits, height, width, extent) {
  const { box, bits: inner } = padded(bits, height, width, extent, 0);
  const labels = new Int32Array(inner.length);
  /** @type {number[]} */
  const sizes = [];
  for (let at = inner.indexOf(1); at >= 0; at = inner.indexOf(1, at + 1))
    if (!labels[at]) sizes.push(mark(inner, box[2] - box[0], at, labels, sizes.length + 1, true));
  const order = sizes.map((_, i) => i + 1).sort((a, b) => sizes[b - 1] - sizes[a - 1]);
  return order.flatMap((label) => trimmed({ box, bits: Uint8Array.from(labels, (l) => (l === label ? 1 : 0)) }) ?? []);
}

/**
 * The largest piece of a mask; of equally large ones the first from the left above.
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {Box} extent
 * @returns {Region|null} null for an empty mask
 */
export function largestPiece(bits, height, width, extent) {
  const { box, bits: inner } = padded(bits, height, width, extent, 0);
  const labels = new Int32Array(inner.length);
  let [best, most, label] = [0, 0, 0];
  for (let at = inner.indexOf(1); at >= 0; at = inner.indexOf(1, at + 1)) {
    if (labels[at]) continue;
    label += 1;
    const size = mark(inner, box[2] - box[0], at, labels, label, true);
    if (size > most) [best, most] = [label, size];
  }
  return best ? trimmed({ box, bits: Uint8Array.from(labels, (l) => (l === best ? 1 : 0)) }) : null;
}

/**
 * The hole under a point, or the piece of the mask under it.
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {Box|null} extent
 * @param {number} x @param {number} y whole picture pixels
 * @returns {{kind: "hole"|"piece", region: Region}|null} null on the background outside of the mask
 */
export function pieceAt(bits, height, width, extent, x, y) {
  if (!extent || x < extent[0] || y < extent[1] || x >= extent[2] || y >= extent[3]) return null;
  const { box, bits: inner } = padded(bits, height, width, extent, 1);
  const across = box[2] - box[0];
  const at = (y - box[1]) * across + x - box[0];
  const labels = new Uint8Array(inner.length);
  const set = inner[at] === 1;
  mark(inner, across, at, labels, 1, set);
  // The corner of the margin belongs to the outside.
  if (!set && labels[0]) return null;
  const region = trimmed({ box, bits: labels });
  return region && { kind: set ? "piece" : "hole", region };
}
