// @ts-check
/** Draws a line around an area, which joins the mask when the button is released. */

import { polygonRegion } from "../../masks/region.js";
import { sketchLine } from "../contours.js";
import { drawRegion, layersOf, mayDraw, modeOf } from "../stroke.js";

/** @type {[number, number][]} */
let points = [];
let inverse = false;

/** @param {import("./tool.js").Editor} app */
function end(app) {
  points = [];
  if (app.layers) sketchLine(app.layers, null);
}

/** @type {import("./tool.js").Tool} */
export const lasso = {
  name: "lasso",
  label: "Lasso",
  icon: "lasso",
  keys: ["S"],
  cursor: "crosshair",
  options: ["modes", "shapes"],
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point} point */
  down(app, point) {
    if (!mayDraw(app)) return false;
    points = [[point.x, point.y]];
    inverse = point.inverse;
    return true;
  },
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point[]} moved */
  move(app, moved) {
    for (const point of moved) points.push([point.x, point.y]);
    sketchLine(layersOf(app), [...points, points[0]]);
  },
  /** @param {import("./tool.js").Editor} app */
  up(app) {
    const { height, width } = app.document;
    const region = polygonRegion(points, height, width);
    // A click without a move encloses nothing: it must not clear a mask that is replaced or intersected.
    if (region) drawRegion(app, region, modeOf(app, inverse), "lasso");
    end(app);
  },
  cancel: end,
};
