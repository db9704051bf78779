// @ts-check
/** Draws a line across the selected mask, along which it is cut into two tracks; nothing changes until that is applied. */

import { sketchLine } from "../contours.js";
import { layersOf } from "../stroke.js";

/** @type {[number, number][]} */
let points = [];

/** @param {import("./tool.js").Editor} app */
function forget(app) {
  points = [];
  if (app.layers) sketchLine(app.layers, null);
}

/** @type {import("./tool.js").Tool} */
export const knife = {
  name: "knife",
  label: "Cut a mask along a line",
  icon: "split",
  cursor: "crosshair",
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point} point */
  down(app, point) {
    if (!app.steady) return false;
    if (app.registry.reason("splitSpace")) {
      app.commands.splitSpace(); // the registry says why not
      return false;
    }
    points = [[point.x, point.y]];
    return true;
  },
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point[]} moved */
  move(app, moved) {
    for (const point of moved) points.push([point.x, point.y]);
    sketchLine(layersOf(app), points);
  },
  /** @param {import("./tool.js").Editor} app */
  up(app) {
    const line = points;
    forget(app);
    app.commands.splitSpace(line);
  },
  cancel: forget,
};
