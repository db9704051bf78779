// @ts-check
/** Draws a line around an area, which is filled when the button is released. */

import { polygon } from "../../masks/raster.js";
import { beginStroke, cancelStroke, endStroke, layersOf } from "../stroke.js";

/** @type {[number, number][]} */
let points = [];
let inverse = false;

/** The line so far. @param {import("./tool.js").Editor} app @param {[number, number][]} line @param {boolean} closed */
export function sketchLine(app, line, closed) {
  const layers = layersOf(app);
  layers.sketch = (context) => {
    const unit = 1 / app.viewport.scale;
    context.beginPath();
    line.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    if (closed) context.closePath();
    context.strokeStyle = "rgba(0, 0, 0, 0.5)";
    context.lineWidth = 3.5 * unit;
    context.stroke();
    context.strokeStyle = "#FFFFFF";
    context.lineWidth = 1.5 * unit;
    context.stroke();
  };
  layers.redrawLines();
}

/** @type {import("./tool.js").Tool} */
export const lasso = {
  name: "lasso",
  label: "Lasso",
  icon: "lasso",
  keys: ["S"],
  cursor: "crosshair",
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point} point */
  down(app, point) {
    if (!beginStroke(app)) return false;
    points = [[point.x, point.y]];
    inverse = point.inverse;
    return true;
  },
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point[]} moved */
  move(app, moved) {
    for (const point of moved) points.push([point.x, point.y]);
    sketchLine(app, points, true);
  },
  /** @param {import("./tool.js").Editor} app */
  up(app) {
    const { height, width } = app.document;
    const value = (app.view.now.mode === "subtract") !== inverse ? 0 : 1;
    const layers = layersOf(app);
    layers.sketch = null;
    layers.touch(polygon(layers.bits, height, width, points, value));
    points = [];
    endStroke(app, "lasso");
  },
  /** @param {import("./tool.js").Editor} app */
  cancel(app) {
    points = [];
    if (app.layers) app.layers.sketch = null;
    cancelStroke(app);
  },
};
