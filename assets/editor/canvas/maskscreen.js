// @ts-check
/**
 * The masks as the screen shows them: each pixel of the screen has the colour of the mask pixel under its centre, at every
 * zoom. The canvas is as large as the screen shows, however large the picture is, and a stroke paints only its own part.
 */

import { h } from "../../kit/dom.js";

/** @typedef {import("../masks/raster.js").Box} Box */
/**
 * Masks of a picture.
 * @typedef {object} Painted
 * @property {Uint32Array} under colours of all masks but the edited one, height x width
 * @property {Uint8Array} bits the edited mask, height x width; 0 outside of `extent`
 * @property {Box|null} extent
 * @property {number} tone colour of the edited mask
 */

export class MaskScreen {
  /** @param {{width: number, height: number}} size of the picture, pixels */
  constructor({ width, height }) {
    this.width = width;
    this.height = height;
    this.canvas = h("canvas", { class: "v-lines v-masks" });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.image = new ImageData(1, 1);
    this.words = new Uint32Array(this.image.data.buffer);
    /** by column and row of the screen: the one of the picture; -1 left of it or above, its size right of it or below */
    /** @type {Int32Array} */ this.columns = new Int32Array(1);
    /** @type {Int32Array} */ this.rows = new Int32Array(1);
  }

  /**
   * Follow the viewport; `paintAll` must come next.
   * @param {import("./viewport.js").Viewport} viewport @param {number} ratio pixels of the screen per CSS pixel
   * @returns {boolean} whether the canvas has another size, and is empty
   */
  place({ width, height, scale, x, y }, ratio) {
    const [across, down] = [width, height].map((length) => Math.max(1, Math.round(length * ratio)));
    const resized = this.canvas.width !== across || this.canvas.height !== down;
    if (resized) {
      Object.assign(this.canvas, { width: across, height: down });
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
      this.image = new ImageData(across, down);
      this.words = new Uint32Array(this.image.data.buffer);
    }
    this.columns = underCentres(across, x * ratio, scale * ratio, this.width);
    this.rows = underCentres(down, y * ratio, scale * ratio, this.height);
    return resized;
  }

  /** @param {Painted} painted @param {Box|null} box picture pixels that hold all masks */
  paintAll(painted, box) {
    this.words.fill(0);
    if (box) this.fill(painted, box);
    this.context.putImageData(this.image, 0, 0);
  }

  /** Paint a part. @param {Painted} painted @param {Box} box picture pixels */
  paint(painted, box) {
    const [left, top, right, bottom] = this.fill(painted, box);
    if (left < right && top < bottom)
      this.context.putImageData(this.image, 0, 0, left, top, right - left, bottom - top);
  }

  /** @param {Painted} painted @param {Box} box picture pixels @returns {Box} pixels of the screen */
  fill({ under, bits, extent, tone }, box) {
    const { columns, rows, width, words } = this;
    const across = this.image.width;
    const [left, right] = [firstFrom(columns, Math.max(0, box[0])), firstFrom(columns, Math.min(width, box[2]))];
    const [top, bottom] = [firstFrom(rows, Math.max(0, box[1])), firstFrom(rows, Math.min(this.height, box[3]))];
    for (let y = top; y < bottom; y += 1) {
      const [from, line] = [rows[y] * width, y * across];
      // Enlarged, several rows of the screen show one of the picture.
      if (y > top && rows[y] === rows[y - 1])
        words.copyWithin(line + left, line - across + left, line - across + right);
      else if (extent && rows[y] >= extent[1] && rows[y] < extent[3])
        for (let x = left; x < right; x += 1)
          words[line + x] = bits[from + columns[x]] ? tone : under[from + columns[x]];
      else for (let x = left; x < right; x += 1) words[line + x] = under[from + columns[x]];
    }
    return [left, top, right, bottom];
  }
}

/**
 * The pixels of the picture under the centres of the screen's, along one axis.
 * @param {number} count pixels of the screen @param {number} offset of the picture @param {number} scale pixels of the screen a picture pixel
 * @param {number} size pixels of the picture
 * @returns {Int32Array} ascending, from -1 to `size`
 */
export function underCentres(count, offset, scale, size) {
  const found = new Int32Array(count);
  for (let at = 0; at < count; at += 1)
    found[at] = Math.max(-1, Math.min(size, Math.floor((at + 0.5 - offset) / scale)));
  return found;
}

/** Index of the first value that is not below another. @param {Int32Array} ascending @param {number} value */
export function firstFrom(ascending, value) {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
