// @ts-check
/** Masks grown, shrunk and smoothed. Distances are Euclidean, between the centres of pixels. */

import { squaredDistances } from "./distance.js";
import { padded, trimmed } from "./region.js";

/** @typedef {import("./raster.js").Box} Box */
/** @typedef {import("./region.js").Region} Region */

/**
 * Every pixel within a distance of the mask.
 * @param {Uint8Array} bits height x width @param {number} height @param {number} width @param {Box} extent
 * @param {number} radius pixels
 * @returns {Region|null}
 */
export function grown(bits, height, width, extent, radius) {
  return within(padded(bits, height, width, extent, Math.ceil(radius)), 1, (d) => d <= radius * radius);
}

/**
 * The pixels of the mask that are farther than a distance from the background; beyond the border of the picture there
 * is none, so that a thing that leaves the picture is not cut off there.
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {Box} extent @param {number} radius
 * @returns {Region|null} null where nothing is left
 */
export function shrunk(bits, height, width, extent, radius) {
  const region = padded(bits, height, width, extent, 1);
  repeatBorder(region, height, width);
  const found = within(region, 0, (d) => d > radius * radius);
  return found && trimmedTo(found, height, width);
}

/** Pixels outside of the picture take the value of the nearest one inside. @param {Region} region @param {number} height @param {number} width */
function repeatBorder({ box, bits }, height, width) {
  const across = box[2] - box[0];
  const nearest = (/** @type {number} */ v, /** @type {number} */ most) => Math.max(0, Math.min(most - 1, v));
  for (let y = box[1]; y < box[3]; y += 1) {
    for (let x = box[0]; x < box[2]; x += 1) {
      const [nx, ny] = [nearest(x, width), nearest(y, height)];
      if (nx !== x || ny !== y) bits[(y - box[1]) * across + x - box[0]] = bits[(ny - box[1]) * across + nx - box[0]];
    }
  }
}

/** @param {Region} region @param {0|1} value @param {(squared: number) => boolean} test @returns {Region|null} */
function within({ box, bits }, value, test) {
  const distances = squaredDistances(bits, box[3] - box[1], box[2] - box[0], value);
  return trimmed({ box, bits: Uint8Array.from(distances, (d) => (test(d) ? 1 : 0)) });
}

/** @param {Region} region @param {number} height @param {number} width @returns {Region|null} */
function trimmedTo({ box, bits }, height, width) {
  const across = box[2] - box[0];
  for (let y = box[1], at = 0; y < box[3]; y += 1)
    for (let x = box[0]; x < box[2]; x += 1, at += 1) if (x < 0 || y < 0 || x >= width || y >= height) bits[at] = 0;
  return across ? trimmed({ box, bits }) : null;
}

/**
 * The mask with a calmer border: each pixel takes the majority of a soft disc around it, so that steps and specks of
 * about the radius go, and the area stays about the same.
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {Box} extent
 * @param {number} radius pixels, a whole number from 1
 * @returns {Region|null} null where nothing is left
 */
export function smoothed(bits, height, width, extent, radius) {
  const region = padded(bits, height, width, extent, 2 * radius);
  repeatBorder(region, height, width);
  const [across, rows] = [region.box[2] - region.box[0], region.box[3] - region.box[1]];
  // Two box filters in a row weigh as a pyramid, nearly a Gaussian.
  let sums = Float64Array.from(region.bits);
  for (let pass = 0; pass < 2; pass += 1) {
    sums = summed(sums, rows, across, radius, 1, across);
    sums = summed(sums, across, rows, radius, across, 1);
  }
  const half = (2 * radius + 1) ** 4 / 2;
  return trimmedTo({ box: region.box, bits: Uint8Array.from(sums, (sum) => (sum > half ? 1 : 0)) }, height, width);
}

/**
 * Sums over 2 radius + 1 values along lines; values beyond their ends are 0.
 * @param {Float64Array} values @param {number} lines @param {number} length @param {number} radius
 * @param {number} step between values of a line @param {number} next between lines
 */
function summed(values, lines, length, radius, step, next) {
  const out = new Float64Array(values.length);
  for (let line = 0; line < lines; line += 1) {
    const first = line * next;
    let sum = 0;
    for (let i = -radius; i < length; i += 1) {
      if (i + radius < length) sum += values[first + (i + radius) * step];
      if (i - radius - 1 >= 0) sum -= values[first + (i - radius - 1) * step];
      if (i >= 0) out[first + i * step] = sum;
    }
  }
  return out;
}
