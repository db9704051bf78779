// @ts-check
/**
 * The magic wand: pixels that are connected with a start and like it in colour, for every tolerance at once. The
 * pixels are found in the order of the tolerance at which each first belongs, so that another tolerance costs only the
 * pixels in between.
 */

/** Largest distance of two colours. */
export const MOST = 255;

export class Flood {
  /**
   * @param {Uint8ClampedArray} pixels RGBA, height x width
   * @param {number} height @param {number} width
   * @param {number} x @param {number} y start, a pixel of the picture
   */
  constructor(pixels, height, width, x, y) {
    this.pixels = pixels;
    this.height = height;
    this.width = width;
    this.colour = meanColour(pixels, height, width, x, y);
    this.seen = new Uint8Array(height * width);
    /** @type {number[]} indices of pixels, by tolerance */
    this.order = [];
    /** @type {number[]} pixels up to each tolerance that is done */
    this.ends = [];
    /** @type {number[][]} pixels that wait, by the tolerance at which they belong */
    this.waiting = Array.from({ length: MOST + 1 }, () => []);
    const start = y * width + x;
    this.seen[start] = 1;
    // The start always belongs, also where its surroundings have another colour.
    this.waiting[0].push(start);
  }

  /** Distance of a pixel's colour, the largest of the three channels, 0 to 255. @param {number} at */
  distance(at) {
    const { pixels, colour } = this;
    const i = 4 * at;
    const red = Math.abs(pixels[i] - colour[0]);
    const green = Math.abs(pixels[i + 1] - colour[1]);
    const blue = Math.abs(pixels[i + 2] - colour[2]);
    return red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
  }

  /**
   * How many entries of `order` belong at a tolerance.
   * @param {number} tolerance 0 to 255
   */
  reach(tolerance) {
    const wanted = Math.max(0, Math.min(MOST, Math.floor(tolerance)));
    while (this.ends.length <= wanted) this.spread(this.ends.length);
    return this.ends[wanted];
  }

  /** @param {number} level */
  spread(level) {
    const { height, order, waiting, width } = this;
    const stack = waiting[level];
    while (stack.length) {
      const at = /** @type {number} */ (stack.pop());
      order.push(at);
      const column = at % width;
      if (column > 0) this.visit(at - 1, level);
      if (column < width - 1) this.visit(at + 1, level);
      if (at >= width) this.visit(at - width, level);
      if (at < (height - 1) * width) this.visit(at + width, level);
    }
    this.ends.push(order.length);
  }

  /** @param {number} at @param {number} level */
  visit(at, level) {
    if (this.seen[at]) return;
    this.seen[at] = 1;
    this.waiting[Math.max(level, Math.ceil(this.distance(at)))].push(at);
  }
}

/** Mean colour of the nine pixels around one. @param {Uint8ClampedArray} pixels @param {number} height @param {number} width @param {number} x @param {number} y */
function meanColour(pixels, height, width, x, y) {
  const sum = [0, 0, 0];
  let count = 0;
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
      for (let i = 0; i < 3; i += 1) sum[i] += pixels[4 * (row * width + column) + i];
      count += 1;
    }
  }
  return sum.map((value) => value / count);
}
