// @ts-check
/**
 * Drawing into bitmaps (Uint8Array height x width, 0 or 1). Coordinates in picture pixels, pixel (0, 0) covers 0 to 1.
 * Strokes are filled row by row from the ends of each row, so their cost is the pixels that they set.
 */

/** @typedef {[number, number, number, number]} Box x0, y0, x1, y1 (exclusive), whole pixels */
/** @typedef {{x0: number, y0: number, x1: number, y1: number, radius: number, value: 0|1}} Stroke */

/** Fractions of a pixel to which the pointer is rounded: so the same place is the same point at every zoom. */
const STEPS = 256;

/** A coordinate without the rounding errors of the zoom. @param {number} value picture pixels */
export const snapped = (value) => Math.round(value * STEPS) / STEPS;

/**
 * Fill a round stroke from one point to another: every pixel whose centre is within the radius of the line.
 * @param {Uint8Array} bits
 * @param {number} height
 * @param {number} width
 * @param {Stroke} stroke
 * @returns {Box|null} a box that holds all changed pixels, null when the stroke lies outside
 */
export function capsule(bits, height, width, stroke) {
  const { x0, y0, x1, y1, radius } = stroke;
  const length = Math.hypot(x1 - x0, y1 - y0);
  // Half of the rectangle between both ends, across the line.
  const [nx, ny] = length ? [((y0 - y1) / length) * radius, ((x1 - x0) / length) * radius] : [0, 0];
  const corners = [x0 + nx, y0 + ny, x1 + nx, y1 + ny, x1 - nx, y1 - ny, x0 - nx, y0 - ny];
  const limit = radius * radius;
  const box = fillRows(bits, height, width, stroke, (y, ends) => {
    disc(x0, y - y0, limit, ends);
    disc(x1, y - y1, limit, ends);
    if (length) crossed(corners, y, ends);
  });
  // A brush thinner than a pixel still draws the pixel under it.
  const [cx, cy] = [Math.floor(x1), Math.floor(y1)];
  if (cx < 0 || cy < 0 || cx >= width || cy >= height) return box;
  bits[cy * width + cx] = stroke.value;
  return join(box, [cx, cy, cx + 1, cy + 1]);
}

/**
 * Fill the stroke of a square brush. The square keeps to the pixels: one of size n is n x n pixels.
 * @param {Uint8Array} bits
 * @param {number} height
 * @param {number} width
 * @param {Stroke} stroke `radius` is half of the side
 * @returns {Box|null}
 */
export function square(bits, height, width, stroke) {
  const side = Math.max(1, Math.round(stroke.radius * 2));
  const radius = side / 2;
  const on = (/** @type {number} */ v) => (side % 2 ? Math.floor(v) + 0.5 : Math.round(v));
  const [x0, y0, x1, y1] = [on(stroke.x0), on(stroke.y0), on(stroke.x1), on(stroke.y1)];
  const [dx, dy] = [x1 - x0, y1 - y0];
  return fillRows(bits, height, width, { x0, y0, x1, y1, radius, value: stroke.value }, (y, ends) => {
    let [from, to] = [0, 1];
    if (dy === 0) {
      if (Math.abs(y - y0) > radius) return;
    } else {
      const [a, b] = [(y - radius - y0) / dy, (y + radius - y0) / dy];
      from = Math.max(0, Math.min(a, b));
      to = Math.min(1, Math.max(a, b));
      if (from > to) return;
    }
    const [left, right] = [x0 + from * dx, x0 + to * dx];
    ends[0] = Math.min(left, right) - radius;
    ends[1] = Math.max(left, right) + radius;
  });
}

/**
 * @param {Uint8Array} bits @param {number} height @param {number} width @param {Stroke} stroke
 * @param {(y: number, ends: [number, number]) => void} spanOf widens `ends` to what the stroke covers at height y
 * @returns {Box|null}
 */
function fillRows(bits, height, width, { y0, y1, radius, value }, spanOf) {
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - radius));
  const bottom = Math.min(height, Math.ceil(Math.max(y0, y1) + radius) + 1);
  /** @type {Box|null} */
  let box = null;
  /** @type {[number, number]} */
  const ends = [Infinity, -Infinity];
  for (let y = top; y < bottom; y += 1) {
    ends[0] = Infinity;
    ends[1] = -Infinity;
    spanOf(y + 0.5, ends);
    const from = Math.max(0, Math.ceil(ends[0] - 0.5));
    const to = Math.min(width, Math.floor(ends[1] - 0.5) + 1);
    if (from >= to) continue;
    bits.fill(value, y * width + from, y * width + to);
    if (!box) box = [from, y, to, y + 1];
    else {
      if (from < box[0]) box[0] = from;
      if (to > box[2]) box[2] = to;
      box[3] = y + 1;
    }
  }
  return box;
}

/** Widen by a disc around x. @param {number} x @param {number} dy @param {number} limit @param {[number, number]} ends */
function disc(x, dy, limit, ends) {
  const rest = limit - dy * dy;
  if (rest < 0) return;
  const half = Math.sqrt(rest);
  if (x - half < ends[0]) ends[0] = x - half;
  if (x + half > ends[1]) ends[1] = x + half;
}

/** Widen by the sides of a convex polygon. @param {number[]} corners flat @param {number} y @param {[number, number]} ends */
function crossed(corners, y, ends) {
  for (let i = 0; i < corners.length; i += 2) {
    // No pairs here: they would be most of what a stroke leaves to the garbage collector.
    const ax = corners[i];
    const ay = corners[i + 1];
    const bx = corners[(i + 2) % corners.length];
    const by = corners[(i + 3) % corners.length];
    if (ay > y === by > y) continue;
    const x = ax + ((y - ay) / (by - ay)) * (bx - ax);
    if (x < ends[0]) ends[0] = x;
    if (x > ends[1]) ends[1] = x;
  }
}

/**
 * Fill a polygon by even-odd rule; a pixel belongs when its centre is inside.
 * @param {Uint8Array} bits
 * @param {number} height
 * @param {number} width
 * @param {readonly (readonly [number, number])[]} points
 * @param {0|1} value
 * @returns {Box|null}
 */
export function polygon(bits, height, width, points, value) {
  const box = pointsBox(points, height, width);
  if (points.length < 3 || !box) return null;
  const [left, top, right, bottom] = box;
  /** @type {number[][]} where the sides cross the middle of each row */
  const rows = Array.from({ length: bottom - top }, () => []);
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const [ax, ay] = points[i];
    const [bx, by] = points[j];
    const first = Math.max(top, Math.ceil(Math.min(ay, by) - 0.5));
    const last = Math.min(bottom, Math.ceil(Math.max(ay, by) - 0.5));
    for (let y = first; y < last; y += 1) rows[y - top].push(ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax));
  }
  rows.forEach((crossings, row) => {
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(left, Math.ceil(crossings[i] - 0.5));
      const to = Math.min(right, Math.ceil(crossings[i + 1] - 0.5));
      if (to > from) bits.fill(value, (top + row) * width + from, (top + row) * width + to);
    }
  });
  return box;
}

/** @param {readonly (readonly [number, number])[]} points @param {number} height @param {number} width @returns {Box|null} inside the picture */
export function pointsBox(points, height, width) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  const [left, top] = [Math.max(0, Math.floor(x0)), Math.max(0, Math.floor(y0))];
  const [right, bottom] = [Math.min(width, Math.ceil(x1)), Math.min(height, Math.ceil(y1))];
  return left < right && top < bottom ? [left, top, right, bottom] : null;
}

/** Smallest box around two. @param {Box|null} a @param {Box|null} b @returns {Box|null} */
export function join(a, b) {
  if (!a || !b) return a ?? b;
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** @param {Box} box */
const areaOf = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);

/** Boxes that cover the same: two are joined where one around both is no larger than they are. @param {readonly Box[]} boxes @returns {Box[]} */
export function gathered(boxes) {
  /** @type {Box[]} */
  const found = [];
  for (const box of boxes) {
    /** @type {Box} */
    let one = box;
    for (let i = 0; i < found.length;) {
      const both = /** @type {Box} */ (join(found[i], one));
      if (areaOf(both) > areaOf(found[i]) + areaOf(one)) i += 1;
      else {
        found.splice(i, 1);
        [one, i] = [both, 0];
      }
    }
    found.push(one);
  }
  return found;
}

/** Whether two boxes have a pixel in common. @param {Box|null} a @param {Box|null} b */
export const meets = (a, b) => Boolean(a && b && a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]);

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
