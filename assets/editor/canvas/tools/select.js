// @ts-check
/** Click a mask to select its track; clicking again on the same spot goes to the one below. */

import { contains } from "../../masks/rle.js";
import { layersOf } from "../stroke.js";

/**
 * Tracks under a point, topmost first.
 * @param {import("./tool.js").Editor} app
 * @param {number} x picture pixels
 * @param {number} y picture pixels
 * @returns {string[]} track ids
 */
export function tracksAt(app, x, y) {
  const { height, width } = app.document;
  if (x < 0 || y < 0 || x >= width || y >= height) return [];
  const layers = layersOf(app);
  const hits = layers.drawn().filter((track) => {
    const runs = app.document.mask(track.id, layers.shownFrame);
    return runs && contains(runs, height, Math.floor(x), Math.floor(y));
  });
  return hits.map((track) => track.id).reverse();
}

/** @type {import("./tool.js").Tool} */
export const select = {
  name: "select",
  label: "Select",
  icon: "select",
  command: "selectTool",
  cursor: "default",
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point} point */
  down(app, point) {
    const hits = tracksAt(app, point.x, point.y);
    const at = hits.indexOf(app.view.now.selected ?? "");
    // The right button asks for the menu of what is selected.
    if (point.inverse && at >= 0) return false;
    app.commands.select(hits.length ? hits[(at + 1) % hits.length] : null);
    return false;
  },
  move() {},
  up() {},
  cancel() {},
};
