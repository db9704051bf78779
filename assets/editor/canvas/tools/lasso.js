// @ts-check
/** Draw a line around an area; it is filled when the button comes up. */

import { polygon } from "../../masks/raster.js";
import { beginStroke, cancelStroke, endStroke } from "../stroke.js";

/** @type {[number, number][]} */
let points = [];
let inverse = false;

/** The line so far. @param {any} app @param {[number, number][]} line @param {boolean} closed */
export function sketchLine(app, line, closed) {
  app.layers.sketch = (/** @type {CanvasRenderingContext2D} */ context) => {
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
  app.layers.redrawLines();
}

export const lasso = {
  name: "lasso",
  label: "Lasso",
  icon: "lasso",
  cursor: "crosshair",
  /** @param {any} app @param {any} point */
  down(app, point) {
    if (!beginStroke(app)) return false;
    points = [[point.x, point.y]];
    inverse = point.inverse;
    return true;
  },
  /** @param {any} app @param {any[]} moved */
  move(app, moved) {
    for (const point of moved) points.push([point.x, point.y]);
    sketchLine(app, points, true);
  },
  /** @param {any} app */
  up(app) {
    const { height, width } = app.document;
    const value = (app.view.now.mode === "subtract") !== inverse ? 0 : 1;
    app.layers.sketch = null;
    app.layers.touch(polygon(app.layers.bits, height, width, points, value));
    points = [];
    endStroke(app, "lasso");
  },
  /** @param {any} app */
  cancel(app) {
    points = [];
    app.layers.sketch = null;
    cancelStroke(app);
  },
};
