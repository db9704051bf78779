// @ts-check
/** Drawing into bitmaps (Uint8Array height x width, 0 or 1). Coordinates in image pixels, pixel (0, 0) covers 0 to 1. */

/** @typedef {[number, number, number, number]} Box x0, y0, x1, y1 (exclusive), whole pixels */

/**
 * Fill a round stroke from one point to another: every pixel whose centre is within the radius of the line.
 * @param {Uint8Array} bits
 * @param {number} height
 * @param {number} width
 * @param {{x0: number, y0: number, x1: number, y1: number, radius: number, value: 0|1}} stroke
 * @returns {Box|null} the touched box, null when it lies outside
 */
export function capsule(bits, height, width, { x0, y0, x1, y1, radius, value }) {
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - radius));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - radius));
  const right = Math.min(width, Math.ceil(Math.max(x0, x1) + radius) + 1);
  const bottom = Math.min(height, Math.ceil(Math.max(y0, y1) + radius) + 1);
  if (left >= right || top >= bottom) return null;
  const dx = x1 - x0;
  const dy = y1 - y0;
  const lengthSquared = dx * dx + dy * dy;
  const limit = radius * radius;
  for (let y = top; y < bottom; y += 1) {
    const py = y + 0.5 - y0;
    for (let x = left, at = y * width + left; x < right; x += 1, at += 1) {
      const px = x + 0.5 - x0;
      const share = lengthSquared ? Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared)) : 0;
      const ex = px - share * dx;
      const ey = py - share * dy;
      if (ex * ex + ey * ey <= limit) bits[at] = value;
    }
  }
  // A brush thinner than a pixel still draws the pixel under it.
  const cx = Math.floor(x1);
  const cy = Math.floor(y1);
  if (cx >= 0 && cy >= 0 && cx < width && cy < height) bits[cy * width + cx] = value;
  return [left, top, right, bottom];
}

/**
 * Fill a polygon by even-odd rule; a pixel belongs when its centre is inside.
 * @param {Uint8Array} bits
 * @param {number} height
 * @param {number} width
 * @param {[number, number][]} points
 * @param {0|1} value
 * @returns {Box|null}
 */
export function polygon(bits, height, width, points, value) {
  if (points.length < 3) return null;
  const ys = points.map((p) => p[1]);
  const xs = points.map((p) => p[0]);
  const top = Math.max(0, Math.floor(Math.min(...ys)));
  const bottom = Math.min(height, Math.ceil(Math.max(...ys)));
  for (let y = top; y < bottom; y += 1) {
    const middle = y + 0.5;
    const crossings = [];
    for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
      const [ax, ay] = points[i];
      const [bx, by] = points[j];
      if (ay > middle !== by > middle) crossings.push(ax + ((middle - ay) / (by - ay)) * (bx - ax));
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(crossings[i] - 0.5));
      const to = Math.min(width, Math.ceil(crossings[i + 1] - 0.5));
      if (to > from) bits.fill(value, y * width + from, y * width + to);
    }
  }
  const left = Math.max(0, Math.floor(Math.min(...xs)));
  const right = Math.min(width, Math.ceil(Math.max(...xs)));
  return left < right && top < bottom ? [left, top, right, bottom] : null;
}

/** Smallest box around two. @param {Box|null} a @param {Box|null} b @returns {Box|null} */
export function join(a, b) {
  if (!a || !b) return a ?? b;
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/**
 * Clear the pixels of one bitmap that are set in another.
 * @param {Uint8Array} bits changed
 * @param {Uint8Array} other
 * @returns {boolean} whether anything changed
 */
export function subtract(bits, other) {
  let changed = false;
  for (let i = 0; i < bits.length; i += 1) {
    if (bits[i] && other[i]) {
      bits[i] = 0;
      changed = true;
    }
  }
  return changed;
}
