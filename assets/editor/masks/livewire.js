// @ts-check
/**
 * The magnetic lasso: cheapest paths along edges of the picture (intelligent scissors, Mortensen and Barrett 1995).
 * Edges are gradients of the grey picture; a search from an anchor grows only as far as the pointer needs.
 */

/** Cost of a step where there is no edge at all, and on the strongest edges: so much longer a way along an edge may be. */
const DEAREST = 96;
const CHEAPEST = 12;
/** Share of its strength that an edge has beside its ridge, so that paths stay on the ridge. */
const BESIDE = 0.5;
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
 * @returns {Uint8Array} height x width, 12 to 96
 */
export function edgeCosts(pixels, height, width) {
  const { across, down, strength } = gradients(pixels, height, width);
  const full = strongest(strength) / 2;
  const costs = new Uint8Array(height * width);
  for (let at = 0; at < costs.length; at += 1) {
    // The root lifts soft borders: a thing's own pattern is often stronger than its border.
    const edge = Math.sqrt(Math.min(1, strength[at] / full));
    const weak = 1 - edge * (onRidge(strength, at, width, across[at], down[at]) ? 1 : BESIDE);
    costs[at] = CHEAPEST + Math.round((DEAREST - CHEAPEST) * weak * weak);
  }
  return costs;
}

/** Whether an edge is at its strongest here, along its gradient. @param {Float32Array} strength @param {number} at @param {number} width @param {number} across @param {number} down */
function onRidge(strength, at, width, across, down) {
  const ax = Math.abs(across);
  const ay = Math.abs(down);
  // 2.414 is the tangent of 67.5 degrees: the nearest of eight directions.
  const diagonal = across * down > 0 ? width + 1 : width - 1;
  const step = ax > 2.414 * ay ? 1 : ay > 2.414 * ax ? width : diagonal;
  return strength[at] >= (strength[at - step] ?? 0) && strength[at] >= (strength[at + step] ?? 0);
}

/**
 * Gradients by Scharr's filter, of the channel in which each is longest.
 * @param {Uint8ClampedArray} pixels @param {number} height @param {number} width
 */
function gradients(pixels, height, width) {
  const [across, down, strength] = [0, 1, 2].map(() => new Float32Array(height * width));
  for (let y = 0; y < height; y += 1) {
    const above = 4 * Math.max(0, y - 1) * width;
    const below = 4 * Math.min(height - 1, y + 1) * width;
    const row = 4 * y * width;
    for (let x = 0; x < width; x += 1) {
      const l = 4 * Math.max(0, x - 1);
      const r = 4 * Math.min(width - 1, x + 1);
      const at = y * width + x;
      let most = -1;
      for (let c = 0; c < 3; c += 1) {
        const a = pixels[above + l + c];
        const b = pixels[above + r + c];
        const d = pixels[below + l + c];
        const e = pixels[below + r + c];
        const gx = 3 * (b + e - a - d) + 10 * (pixels[row + r + c] - pixels[row + l + c]);
        const gy = 3 * (d + e - a - b) + 10 * (pixels[below + 4 * x + c] - pixels[above + 4 * x + c]);
        const squared = gx * gx + gy * gy;
        if (squared <= most) continue;
        most = squared;
        across[at] = gx;
        down[at] = gy;
      }
      strength[at] = Math.sqrt(most);
    }
  }
  return { across, down, strength };
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
