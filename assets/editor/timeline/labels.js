// @ts-check
/**
 * The names of the lanes, painted apart and kept: text takes longer than all else on the timeline, and a step to another
 * frame or a stroke changes no name.
 */

import { h } from "../../kit/dom.js";
import { paintLabel } from "./paint.js";

/** @typedef {import("./paint.js").Sheet} Sheet */
/** @typedef {Parameters<typeof paintLabel>[1]} Label */

export class Labels {
  constructor() {
    this.canvas = /** @type {HTMLCanvasElement} */ (h("canvas"));
    /** what the canvas shows */
    this.shown = "";
  }

  /** @param {Sheet} s @param {Label[]} labels those in sight */
  paint(s, labels) {
    const ratio = devicePixelRatio || 1;
    const colours = ["ac-soft", "ac", "tx1", "tx2"].map(s.css);
    const wanted = JSON.stringify([s.label, s.height, s.lane, s.font, ratio, colours, labels]);
    if (wanted !== this.shown) {
      this.shown = wanted;
      this.repaint(s, labels, ratio);
    }
    const { height, width } = this.canvas;
    if (height && width) s.g.drawImage(this.canvas, 0, 0, width / ratio, height / ratio);
  }

  /** @param {Sheet} s @param {Label[]} labels @param {number} ratio screen pixels in a CSS pixel */
  repaint(s, labels, ratio) {
    // A new size clears the canvas.
    this.canvas.width = Math.ceil(s.label * ratio);
    this.canvas.height = Math.ceil(s.height * ratio);
    const g = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (const label of labels) paintLabel({ ...s, g }, label);
  }
}
