// @ts-check
/**
 * A mask that is drawn, but may still be refined: it is saved as one edit once the better one has come, or as it is
 * before anything else happens (a stroke, an undo, another frame or page). Then the better one comes too late.
 */

import { combine, cut } from "../masks/region.js";
import { beginStroke, cancelStroke, endStroke, targetOf } from "./stroke.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./layers.js").Layers} Layers */
/** @typedef {import("./stroke.js").Stroke} Stroke */
/** @typedef {import("../masks/region.js").Mode} Mode */
/** @typedef {import("../masks/region.js").Region} Region */

/** @type {WeakMap<Layers, Provisional>} the one of each canvas */
const held = new WeakMap();

/** The mask of a canvas that may still be refined. @param {Editor} app @returns {Provisional|null} */
export const provisionalOf = ({ layers }) => (layers && held.get(layers)) ?? null;

class Provisional {
  /** @param {Editor} app @param {Layers} layers @param {Mode} mode @param {string} kind of the edit */
  constructor(app, layers, mode, kind) {
    this.app = app;
    this.layers = layers;
    this.mode = mode;
    this.kind = kind;
    this.saved = false;
    this.extent = layers.extent;
    this.before = layers.extent && cut(layers.bits, app.document.width, layers.extent);
    /** @type {() => void} */
    this.end = () => {};
    /** resolves at the end, whichever it is @type {Promise<void>} */
    this.ended = new Promise((done) => {
      this.end = done;
    });
  }

  get open() {
    return held.get(this.layers) === this;
  }

  /** Draw a region in place of the one that is drawn. @param {Region|null} region */
  draw(region) {
    const { layers, mode } = this;
    const { height, width } = this.app.document;
    layers.touch(combine(layers.bits, height, width, this.before, "replace", layers.extent));
    layers.extent = this.extent;
    layers.touch(combine(layers.bits, height, width, region, mode, layers.extent));
  }

  /** Save what is drawn. */
  settle() {
    if (!this.close()) return;
    this.saved = true;
    endStroke(this.app, this.kind);
  }

  /** The mask becomes what it was. */
  cancel() {
    if (this.close()) cancelStroke(this.app);
  }

  close() {
    const { open } = this;
    held.delete(this.layers);
    this.end();
    return open;
  }
}

/**
 * Draw a region where a stroke goes, without saving it yet.
 * @param {Editor} app @param {Stroke} stroke @param {Region|null} region @param {Mode} mode @param {string} kind
 * @returns {Provisional|null} null where that is not what the person looks at now, or no stroke can begin
 */
export function holdRegion(app, stroke, region, mode, kind) {
  const now = targetOf(app);
  if (now?.frame !== stroke.frame || now.track !== stroke.track || !app.steady || !beginStroke(app)) return null;
  const { layers } = app;
  if (!layers) return null;
  const made = new Provisional(app, layers, mode, kind);
  held.set(layers, made);
  made.draw(region);
  return made;
}
