// @ts-check
/** Magic wand: a press takes the connected pixels of like colour; dragging right takes more of them, left fewer. */

import { Flood, MOST } from "../../masks/flood.js";
import { beginStroke, cancelStroke, endStroke, layersOf, modeOf } from "../stroke.js";

/** @typedef {import("./tool.js").Editor} Editor */
/** @typedef {import("./tool.js").Point} Point */
/** @typedef {import("../../masks/raster.js").Box} Box */

/** Screen pixels of dragging for one step of tolerance. */
const DRAG = 3;

/** @type {Wand|null} */
let wand = null;

class Wand {
  /** @param {Editor} app @param {Point} point a pixel of the picture */
  constructor(app, point) {
    const layers = layersOf(app);
    const { height, width } = app.document;
    this.flood = new Flood(layers.pixels(), height, width, Math.floor(point.x), Math.floor(point.y));
    this.mode = modeOf(app, point.inverse);
    /** the mask before */
    this.base = layers.bits.slice();
    this.begun = point.x;
    this.tolerance = app.preferences.now.tolerance;
    this.count = 0;
    if (this.mode === "replace" || this.mode === "intersect") {
      layers.bits.fill(0);
      layers.touch(layers.extent);
    }
  }

  /** What a pixel is inside and outside of the region. @param {number} at @param {boolean} inside */
  valueOf(at, inside) {
    const { base, mode } = this;
    if (inside) return mode === "add" || mode === "replace" ? 1 : mode === "subtract" ? 0 : base[at];
    return mode === "add" || mode === "subtract" ? base[at] : 0;
  }

  /** Paint the region of another tolerance: only the pixels between both. @param {Editor} app @param {number} tolerance */
  paint(app, tolerance) {
    const layers = layersOf(app);
    const { width } = app.document;
    this.tolerance = Math.max(0, Math.min(MOST, Math.round(tolerance)));
    const count = this.flood.reach(this.tolerance);
    const [from, to] = count > this.count ? [this.count, count] : [count, this.count];
    let [x0, y0, x1, y1] = [Infinity, Infinity, -1, -1];
    for (let i = from; i < to; i += 1) {
      const at = this.flood.order[i];
      layers.bits[at] = this.valueOf(at, i < count);
      const [x, y] = [at % width, (at / width) | 0];
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
    this.count = count;
    /** @type {Box|null} */
    const box = to > from ? [x0, y0, x1 + 1, y1 + 1] : null;
    layers.touch(box);
  }
}

/** @type {import("./tool.js").Tool} */
export const wandTool = {
  name: "wand",
  label: "Magic wand",
  icon: "wand",
  keys: ["W"],
  cursor: "crosshair",
  options: ["modes", "shapes", "tolerance"],
  /** @param {Editor} app @param {Point} point */
  down(app, point) {
    const { height, width } = app.document;
    if (point.x < 0 || point.y < 0 || point.x >= width || point.y >= height || !beginStroke(app)) return false;
    wand = new Wand(app, point);
    wand.paint(app, wand.tolerance);
    return true;
  },
  /** @param {Editor} app @param {Point[]} points */
  move(app, points) {
    if (!wand) return;
    const dragged = (points[points.length - 1].x - wand.begun) * app.viewport.scale;
    wand.paint(app, app.preferences.now.tolerance + dragged / DRAG);
    app.view.set({ measure: `Tolerance ${wand.tolerance}` });
  },
  /** @param {Editor} app */
  up(app) {
    if (!wand) return;
    app.preferences.set({ tolerance: wand.tolerance });
    app.view.set({ measure: "" });
    wand = null;
    endStroke(app, "wand");
  },
  /** @param {Editor} app */
  cancel(app) {
    wand = null;
    app.view.set({ measure: "" });
    cancelStroke(app);
  },
};
