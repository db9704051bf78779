// @ts-check
/**
 * A part of the timeline that is painted apart and kept: text takes longer than all else on the timeline, and a stroke
 * or a step to another frame changes no name and no number on the ruler.
 */

import { h } from "../../kit/dom.js";

/** @typedef {import("./paint.js").Sheet} Sheet */

/** Parts of the sheet in CSS pixels. @typedef {{left: number, top?: number, width: number, height: number}} Place */

export class KeptPaint {
  constructor() {
    this.canvas = /** @type {HTMLCanvasElement} */ (h("canvas"));
    /** what the canvas shows */
    this.shown = "";
  }

  /**
   * Show the part on a sheet; it is painted anew only where it shows something else.
   * @param {Sheet} s @param {Place} place @param {unknown} shown all that it depends on, as JSON takes it
   * @param {(sheet: Sheet) => void} paint on a cleared sheet of the part's own, in the coordinates of `s`
   */
  paint(s, { left, top = 0, width, height }, shown, paint) {
    const ratio = devicePixelRatio || 1;
    const wanted = JSON.stringify([width, height, s.font, ratio, shown]);
    if (wanted !== this.shown) {
      this.shown = wanted;
      // A new size clears the canvas.
      this.canvas.width = Math.ceil(width * ratio);
      this.canvas.height = Math.ceil(height * ratio);
      const g = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
      g.setTransform(ratio, 0, 0, ratio, -left * ratio, -top * ratio);
      paint({ ...s, g });
    }
    if (!this.canvas.width || !this.canvas.height) return;
    // Whole screen pixels, or the text would be blurred.
    s.g.save();
    s.g.setTransform(1, 0, 0, 1, 0, 0);
    s.g.drawImage(this.canvas, Math.round(left * ratio), Math.round(top * ratio));
    s.g.restore();
  }
}

/** @type {WeakMap<object, number>} */
const numbers = new WeakMap();
let last = 0;

/** A number that stands for an object in what a part shows: another object has another number. @param {object|null|undefined} object */
export function identity(object) {
  if (!object) return 0;
  const number = numbers.get(object) ?? (last += 1);
  numbers.set(object, number);
  return number;
}
