// @ts-check
/** The line of the shown frame, with its number: an element of its own, which a step moves without painting a lane. */

import { h } from "../../kit/dom.js";
import { paintHead } from "./paint.js";

/** @typedef {import("./paint.js").Sheet} Sheet */

/** Room for the number of a frame, CSS pixels. */
const WIDTH = 96;

export class Head {
  constructor() {
    this.canvas = /** @type {HTMLCanvasElement} */ (h("canvas"));
    /** the lanes beside their names, beyond which the line is not seen */
    this.element = h("div", { class: "v-head", "aria-hidden": "true" }, this.canvas);
    /** what the canvas shows */
    this.shown = "";
  }

  /** @param {Sheet} s @param {number|null} frame null hides the line */
  show(s, frame) {
    this.element.hidden = frame === null;
    if (frame === null) return;
    const ratio = devicePixelRatio || 1;
    const colours = ["ac", "ac-fill", "ac-tx"].map(s.css);
    const wanted = JSON.stringify([frame, s.height, s.label, s.font, ratio, colours]);
    if (wanted !== this.shown) {
      this.shown = wanted;
      this.repaint(s, frame, ratio);
    }
    const x = Math.round((s.x(frame) + s.x(frame + 1)) / 2) - WIDTH / 2 - s.label - 1;
    this.canvas.style.transform = `translateX(${x}px)`;
  }

  /** @param {Sheet} s @param {number} frame @param {number} ratio screen pixels in a CSS pixel */
  repaint(s, frame, ratio) {
    this.element.style.left = `${s.label + 1}px`;
    // A new size clears the canvas.
    Object.assign(this.canvas, { width: Math.ceil(WIDTH * ratio), height: Math.ceil(s.height * ratio) });
    const g = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintHead({ ...s, g }, frame, WIDTH / 2 + 0.5);
  }
}
