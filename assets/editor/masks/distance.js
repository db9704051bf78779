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
  const grid = new Float64Array(bits.length);
  for (let i = 0; i < grid.length; i += 1) grid[i] = bits[i] === wanted ? 0 : FAR;
  const most = Math.max(height, width);
  const room = { f: new Float64Array(most), v: new Int32Array(most), z: new Float64Array(most + 1) };
  for (let x = 0; x < width; x += 1) line(grid, x, width, height, room);
  for (let y = 0; y < height; y += 1) line(grid, y * width, 1, width, room);
  return grid;
}

/**
 * Lower envelope of the parabolas of one row or column, in place.
 * @param {Float64Array} grid @param {number} start @param {number} step @param {number} length
 * @param {{f: Float64Array, v: Int32Array, z: Float64Array}} room
 */
function line(grid, start, step, length, { f, v, z }) {
  for (let q = 0; q < length; q += 1) f[q] = grid[start + q * step];
  let k = 0;
  v[0] = 0;
  z[0] = -Infinity;
  z[1] = Infinity;
  for (let q = 1; q < length; q += 1) {
    let cross = meeting(f, v[k], q);
    while (cross <= z[k]) {
      k -= 1;
      cross = meeting(f, v[k], q);
    }
    k += 1;
    v[k] = q;
    z[k] = cross;
    z[k + 1] = Infinity;
  }
  k = 0;
  for (let q = 0; q < length; q += 1) {
    while (z[k + 1] < q) k += 1;
    grid[start + q * step] = Math.min(FAR, (q - v[k]) * (q - v[k]) + f[v[k]]);
  }
}

/** Where the parabolas of two places meet. @param {Float64Array} f @param {number} p @param {number} q */
const meeting = (f, p, q) => (f[q] + q * q - f[p] - p * p) / (2 * (q - p));
