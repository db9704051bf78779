// @ts-check
/** Signed distance to the border of a mask, exact: Felzenszwalb and Huttenlocher, Theory of Computing 8 (2012). */

const FAR = 1e12;

/**
 * Signed distance of every pixel centre to the border between set and clear pixels: negative inside.
 * @param {Uint8Array} bits height x width, 0 or 1 @param {number} height @param {number} width
 * @returns {Float32Array} height x width, pixels; ±Infinity where there is no border
 */
export function signedDistance(bits, height, width) {
  const outside = squaredDistances(bits, height, width, 1);
  const inside = squaredDistances(bits, height, width, 0);
  const out = new Float32Array(bits.length);
  for (let i = 0; i < out.length; i += 1) {
    const value = bits[i] ? -root(inside[i]) : root(outside[i]);
    // Between the centres of a set and a clear pixel lies the border, half a pixel from each.
    out[i] = value + (bits[i] ? 0.5 : -0.5);
  }
  return out;
}

/** @param {number} square */
const root = (square) => (square >= FAR ? Infinity : Math.sqrt(square));

/**
 * Squared distance of every pixel to the nearest one with a value.
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {0|1} wanted
 * @returns {Float64Array} height x width; 1e12 where there is none
 */
export function squaredDistances(bits, height, width, wanted) {
  const grid = inColumns(bits, height, width, wanted);
  const room = { f: new Float64Array(width), v: new Int32Array(width), z: new Float64Array(width + 1) };
  for (let y = 0; y < height; y += 1) line(grid, y * width, width, room);
  return grid;
}

/** As `squaredDistances`, to the nearest one in the same column. @param {Uint8Array} bits @param {number} height @param {number} width @param {0|1} wanted */
function inColumns(bits, height, width, wanted) {
  const grid = new Float64Array(bits.length);
  const far = height + width; // longer than any way
  const steps = new Int32Array(width).fill(far);
  for (let y = 0, at = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1, at += 1) grid[at] = steps[x] = bits[at] === wanted ? 0 : steps[x] + 1;
  steps.fill(far);
  for (let y = height - 1; y >= 0; y -= 1)
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
      steps[x] = bits[at] === wanted ? 0 : steps[x] + 1;
      const least = Math.min(grid[at], steps[x]);
      grid[at] = least > far ? FAR : least * least;
    }
  return grid;
}

/**
 * Lower envelope of the parabolas of one row, in place.
 * @param {Float64Array} grid @param {number} start @param {number} length
 * @param {{f: Float64Array, v: Int32Array, z: Float64Array}} room
 */
function line(grid, start, length, { f, v, z }) {
  let k = -1;
  for (let q = 0; q < length; q += 1) {
    f[q] = grid[start + q];
    if (f[q] >= FAR) continue; // above all others
    let cross = -Infinity;
    while (k >= 0 && (cross = meeting(f, v[k], q)) <= z[k]) k -= 1;
    if (k < 0) cross = -Infinity;
    k += 1;
    v[k] = q;
    z[k] = cross;
    z[k + 1] = Infinity;
  }
  if (k < 0) return; // all are far
  k = 0;
  for (let q = 0; q < length; q += 1) {
    while (z[k + 1] < q) k += 1;
    grid[start + q] = (q - v[k]) * (q - v[k]) + f[v[k]];
  }
}

/** Where the parabolas of two places meet. @param {Float64Array} f @param {number} p @param {number} q */
const meeting = (f, p, q) => (f[q] + q * q - f[p] - p * p) / (2 * (q - p));
