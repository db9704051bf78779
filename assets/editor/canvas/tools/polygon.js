// @ts-check
/** Click corner after corner; a click on the first corner, a double click or Enter fills the area. */

import { polygon as fillPolygon } from "../../masks/raster.js";
import { beginStroke, cancelStroke, endStroke, layersOf } from "../stroke.js";
import { sketchLine } from "./lasso.js";

/** Screen pixels around the first corner that close the polygon. */
const NEAR = 8;

/** @type {[number, number][]} */
let corners = [];
let inverse = false;

/** @param {import("./tool.js").Editor} app */
function finish(app) {
  if (!corners.length) return;
  const { height, width } = app.document;
  const value = (app.view.now.mode === "subtract") !== inverse ? 0 : 1;
  const layers = layersOf(app);
  layers.sketch = null;
  layers.touch(fillPolygon(layers.bits, height, width, corners, value));
  corners = [];
  endStroke(app, "polygon");
}

/** @type {import("./tool.js").Tool} */
export const polygon = {
  name: "polygon",
  label: "Polygon",
  icon: "polygon",
  keys: ["P"],
  cursor: "crosshair",
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point} point */
  down(app, point) {
    if (!corners.length) {
      if (!beginStroke(app)) return false;
      inverse = point.inverse;
    } else {
      const [x, y] = corners[0];
      const [lastX, lastY] = corners[corners.length - 1];
      const scale = app.viewport.scale;
      const closing = corners.length > 2 && Math.hypot(point.x - x, point.y - y) * scale < NEAR;
      if (closing || Math.hypot(point.x - lastX, point.y - lastY) * scale < 3) {
        finish(app);
        return false;
      }
    }
    corners.push([point.x, point.y]);
    sketchLine(app, corners, false);
    return false;
  },
  move() {},
  up() {},
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point} point */
  hover(app, point) {
    if (corners.length) sketchLine(app, [...corners, [point.x, point.y]], false);
  },
  finish,
  /** Take back the last corner, and with the first one the polygon. @param {import("./tool.js").Editor} app */
  takeBack(app) {
    corners.pop();
    if (corners.length) sketchLine(app, corners, false);
    else polygon.cancel(app);
  },
  /** @param {import("./tool.js").Editor} app */
  cancel(app) {
    corners = [];
    if (app.layers) app.layers.sketch = null;
    cancelStroke(app);
  },
};
