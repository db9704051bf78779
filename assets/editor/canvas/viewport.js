// @ts-check
/** Where the picture lies on the canvas: scale, offset, zoom at a point, pan, fit. Numbers in CSS pixels. */

import { clamp } from "../../kit/numbers.js";

/** Kept free on the right for the view rail. */
const RAIL = 48;
const MARGIN = 8;
const SMALLEST = 0.05;
const LARGEST = 64;

export class Viewport {
  constructor() {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.width = 0;
    this.height = 0;
    this.imageWidth = 1;
    this.imageHeight = 1;
    /** whether the picture follows the size of the canvas */
    this.fitted = true;
    this.onchange = () => {};
  }

  /** @param {number} width @param {number} height of the picture, pixels */
  setImage(width, height) {
    this.imageWidth = width;
    this.imageHeight = height;
    this.fit();
  }

  /** @param {number} width @param {number} height of the canvas */
  resize(width, height) {
    const dx = (width - this.width) / 2;
    const dy = (height - this.height) / 2;
    this.width = width;
    this.height = height;
    if (this.fitted) this.fit();
    else this.pan(dx, dy);
  }

  fit() {
    const room = this.width - RAIL - 2 * MARGIN;
    this.scale = clamp(
      Math.min(room / this.imageWidth, (this.height - 2 * MARGIN) / this.imageHeight),
      SMALLEST,
      LARGEST,
    );
    const width = this.imageWidth * this.scale;
    this.x = Math.round(Math.max(MARGIN, Math.min((this.width - width) / 2, this.width - RAIL - MARGIN - width)));
    this.y = Math.round((this.height - this.imageHeight * this.scale) / 2);
    this.fitted = true;
    this.onchange();
  }

  /** Zoom so that the point under the cursor stays. @param {number} factor @param {number} [px] @param {number} [py] */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const scale = clamp(this.scale * factor, SMALLEST, LARGEST);
    const ratio = scale / this.scale;
    this.x = px - (px - this.x) * ratio;
    this.y = py - (py - this.y) * ratio;
    this.scale = scale;
    this.fitted = false;
    this.keepInSight();
    this.onchange();
  }

  /** Show at exactly one screen pixel per picture pixel. */
  actual() {
    this.zoom(1 / this.scale);
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.keepInSight();
    this.onchange();
  }

  /** Bring a box of the picture into the middle. @param {[number, number, number, number]} box x0, y0, x1, y1 */
  show([x0, y0, x1, y1]) {
    const scale = Math.min((this.width - RAIL) / (x1 - x0), this.height / (y1 - y0)) * 0.6;
    this.scale = clamp(scale, SMALLEST, 16);
    this.x = (this.width - RAIL) / 2 - ((x0 + x1) / 2) * this.scale;
    this.y = this.height / 2 - ((y0 + y1) / 2) * this.scale;
    this.fitted = false;
    this.onchange();
  }

  /** A strip of the picture always stays on the canvas. */
  keepInSight() {
    const strip = 48;
    this.x = clamp(this.x, strip - this.imageWidth * this.scale, this.width - strip);
    this.y = clamp(this.y, strip - this.imageHeight * this.scale, this.height - strip);
  }

  /** From the canvas to the picture. @param {number} px @param {number} py @returns {[number, number]} picture pixels */
  toImage(px, py) {
    return [(px - this.x) / this.scale, (py - this.y) / this.scale];
  }

  /** From the picture to the canvas. @param {number} x @param {number} y @returns {[number, number]} */
  toScreen(x, y) {
    return [x * this.scale + this.x, y * this.scale + this.y];
  }
}
