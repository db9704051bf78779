// @ts-check
/** The outline of the brush at the pointer. */

import { h } from "../../kit/dom.js";

/** Smallest ring, screen pixels. */
const SMALLEST = 3;

export class Ring {
  /** @param {import("../editor.js").Editor} app */
  constructor(app) {
    this.app = app;
    this.element = h("div", { class: "v-ring", hidden: true });
    this.size = -1;
  }

  /** @param {[number, number]|null} at screen pixels on the canvas; null hides it */
  place(at) {
    const { element } = this;
    element.hidden = !at;
    if (!at) return;
    const { brush, square } = this.app.preferences.now;
    const size = Math.max(SMALLEST, brush * this.app.viewport.scale);
    if (size !== this.size) {
      this.size = size;
      element.style.width = `${size}px`;
      element.style.height = `${size}px`;
    }
    element.classList.toggle("v-squarering", square);
    element.style.transform = `translate(${at[0] - size / 2}px, ${at[1] - size / 2}px)`;
  }
}
