// @ts-check
/**
 * The magnetic lasso: cheapest paths along edges of the picture (intelligent scissors, Mortensen and Barrett 1995).
 * Edges are gradients of the grey picture; a search from an anchor grows only as far as the pointer needs.
 */

/** Cost of a step where there is no edge at all; 1 on the strongest edges. */
const DEAREST = 96;
/** Cost of a straight and of a diagonal step. */
const STRAIGHT = 10;
const DIAGONAL = 14;
/** Different waiting costs at once: more than the dearest diagonal step. */
const BUCKETS = 2048;
/** Pixels that one search may visit: a pointer that is farther away gets a straight line. */
export const MOST_VISITED = 700_000;

/**
 * Cost of stepping onto each pixel.
 * @param {Uint8ClampedArray} pixels RGBA, height x width @param {number} height @param {number} width
 * @returns {Uint8Array} height x width, 1 to 96
 */
export function edgeCosts(pixels, height, width) {
  const grey = new Float32Array(height * width);
  for (let at = 0, i = 0; at < grey.length; at += 1, i += 4)
    grey[at] = 0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2];
  const strength = gradients(grey, height, width);
  const full = strongest(strength);
  const costs = new Uint8Array(height * width);
  for (let at = 0; at < costs.length; at += 1) {
    const weak = 1 - Math.min(1, strength[at] / full);
    costs[at] = 1 + Math.round((DEAREST - 1) * weak * weak);
  }
  return costs;
}

/** Length of the gradient by Scharr's filter. @param {Float32Array} grey @param {number} height @param {number} width */
function gradients(grey, height, width) {
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y += 1) {
    const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
    const row = y * width;
    for (let x = 0; x < width; x += 1) {
      const [l, r] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      const [a, b, c, d] = [grey[above + l], grey[above + r], grey[below + l], grey[below + r]];
      const across = 3 * (b + d - a - c) + 10 * (grey[row + r] - grey[row + l]);
      const down = 3 * (c + d - a - b) + 10 * (grey[below + x] - grey[above + x]);
      out[row + x] = Math.sqrt(across * across + down * down);
    }
  }
  return out;
}

/** A strength that only one pixel in fifty exceeds, at least that of faint noise. @param {Float32Array} strength */
function strongest(strength) {
  const counts = new Uint32Array(4096);
  for (let at = 0; at < strength.length; at += 1) counts[Math.min(4095, strength[at] >> 1)] += 1;
  let left = strength.length / 50;
  for (let level = 4095; level > 32; level -= 1) {
    left -= counts[level];
    if (left < 0) return 2 * level;
  }
  return 64;
}

/**
 * The pixel with the strongest edge near a point.
 * @param {Uint8Array} costs @param {number} height @param {number} width
 * @param {number} x @param {number} y whole pixels @param {number} radius
 * @returns {[number, number]} of equal ones the nearest
 */
export function nearEdge(costs, height, width, x, y, radius) {
  /** @type {[number, number]} */
  let best = [x, y];
  let [least, near] = [Infinity, Infinity];
  for (let row = Math.max(0, y - radius); row <= Math.min(height - 1, y + radius); row += 1) {
    for (let column = Math.max(0, x - radius); column <= Math.min(width - 1, x + radius); column += 1) {
      const far = (row - y) ** 2 + (column - x) ** 2;
      const cost = costs[row * width + column];
      if (far > radius * radius || cost > least || (cost === least && far >= near)) continue;
      [least, near] = [cost, far];
      best = [column, row];
    }
  }
  return best;
}

/** Cheapest paths from one pixel to others, found as they are asked for. */
export class Wire {
  /**
   * @param {Uint8Array} costs height x width, from 1
   * @param {number} height @param {number} width @param {number} x @param {number} y start, a pixel
   * @param {number} [most] pixels that the search may visit
   */
  constructor(costs, height, width, x, y, most = MOST_VISITED) {
    this.costs = costs;
    this.height = height;
    this.width = width;
    this.left = most;
    this.start = y * width + x;
    this.distance = new Float64Array(height * width).fill(Infinity);
    /** direction from which each pixel was reached, 0 for none */
    this.from = new Uint8Array(height * width);
    this.done = new Uint8Array(height * width);
    /** @type {number[][]} pixels that wait, by their distance modulo the number of buckets */
    this.buckets = Array.from({ length: BUCKETS }, () => []);
    this.waiting = 1;
    this.now = 0;
    this.distance[this.start] = 0;
    this.buckets[0].push(this.start);
    this.steps = [0, -width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
  }

  /**
   * The path to a pixel.
   * @param {number} x @param {number} y
   * @returns {[number, number][]|null} pixels from the start to it, both included; null if it is too far away
   */
  path(x, y) {
    const wanted = y * this.width + x;
    while (!this.done[wanted]) if (!this.visitNext()) return null;
    /** @type {[number, number][]} */
    const out = [];
    for (let at = wanted; ; at -= this.steps[this.from[at]]) {
      out.push([at % this.width, Math.floor(at / this.width)]);
      if (at === this.start) return out.reverse();
    }
  }

  /** Finish the nearest pixel that waits. @returns {boolean} false when there is none, or the search is used up */
  visitNext() {
    while (this.waiting > 0 && this.left > 0) {
      const bucket = this.buckets[this.now % BUCKETS];
      const at = bucket.pop();
      if (at === undefined) {
        this.now += 1;
        continue;
      }
      this.waiting -= 1;
      if (this.done[at]) continue;
      this.done[at] = 1;
      this.left -= 1;
      this.spread(at);
      return true;
    }
    return false;
  }

  /** @param {number} at */
  spread(at) {
    const { width, height } = this;
    const column = at % width;
    const row = (at - column) / width;
    for (let way = 1; way < 9; way += 1) {
      const dx = way === 1 || way === 4 || way === 6 ? -1 : way === 2 || way === 7 ? 0 : 1;
      const dy = way < 4 ? -1 : way < 6 ? 0 : 1;
      if (column + dx < 0 || column + dx >= width || row + dy < 0 || row + dy >= height) continue;
      const next = at + this.steps[way];
      if (this.done[next]) continue;
      const far = this.now + this.costs[next] * (dx && dy ? DIAGONAL : STRAIGHT);
      if (far >= this.distance[next]) continue;
      this.distance[next] = far;
      this.from[next] = way;
      this.buckets[far % BUCKETS].push(next);
      this.waiting += 1;
    }
  }
}
