// @ts-check
/** Two fingers move and zoom the picture; one finger moves it while a pen draws. */

/** @typedef {[number, number]} Place CSS pixels on the canvas */

export class Fingers {
  /** @param {Pick<import("./viewport.js").Viewport, "pan"|"zoom">} viewport */
  constructor(viewport) {
    this.viewport = viewport;
    /** @type {Map<number, Place>} by the number of the pointer */
    this.places = new Map();
  }

  get count() {
    return this.places.size;
  }

  /** @param {number} id @param {Place} place */
  put(id, place) {
    this.places.set(id, place);
  }

  /** @param {number} id */
  lift(id) {
    this.places.delete(id);
  }

  /** The place between the first two fingers, and their distance; 0 for one. @returns {{middle: Place, apart: number}} */
  spread() {
    const [a, b = a] = [...this.places.values()];
    return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], apart: Math.hypot(a[0] - b[0], a[1] - b[1]) };
  }

  /** @param {number} id @param {Place} place */
  move(id, place) {
    if (!this.places.has(id)) return;
    const before = this.spread();
    this.places.set(id, place);
    const after = this.spread();
    this.viewport.pan(after.middle[0] - before.middle[0], after.middle[1] - before.middle[1]);
    if (before.apart > 0 && after.apart > 0) this.viewport.zoom(after.apart / before.apart, ...after.middle);
  }
}
