// @ts-check
/** Drag the mask to another place; the arrow keys move it by a pixel, with Shift by ten. */

import { combine, cut, inside, moved } from "../../masks/region.js";
import { beginStroke, cancelStroke, endStroke, layersOf } from "../stroke.js";

/** @typedef {import("./tool.js").Editor} Editor */
/** @typedef {import("./tool.js").Point} Point */

/** Milliseconds after the last arrow key in which more of them belong to the same edit. */
const REST = 700;

/** @type {{region: import("../../masks/region.js").Region, x: number, y: number, dx: number, dy: number}|null} the mask as it was, the press, the way */
let held = null;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let rest;

/** @param {Editor} app @param {number} x @param {number} y of the press, picture pixels */
function take(app, x, y) {
  if (!beginStroke(app)) return false;
  const layers = layersOf(app);
  if (!layers.extent) {
    cancelStroke(app);
    app.toast({ icon: "move", title: "No mask on this frame", text: "Draw one first.", name: "move" });
    return false;
  }
  held = { region: cut(layers.bits, app.document.width, layers.extent), x, y, dx: 0, dy: 0 };
  return true;
}

/** @param {Editor} app @param {number} dx @param {number} dy whole pixels from where it was */
function shift(app, dx, dy) {
  if (!held || (dx === held.dx && dy === held.dy)) return;
  const layers = layersOf(app);
  const { height, width } = app.document;
  const region = moved(held.region, dx, dy);
  layers.touch(combine(layers.bits, height, width, region, "replace", layers.extent));
  layers.extent = inside(region, height, width);
  Object.assign(held, { dx, dy });
  app.view.set({ measure: `${dx > 0 ? "+" : ""}${dx}, ${dy > 0 ? "+" : ""}${dy}` });
}

/** @param {Editor} app */
function settle(app) {
  clearTimeout(rest);
  if (!held) return;
  const { dx, dy } = held;
  held = null;
  app.view.set({ measure: "" });
  if (dx || dy) endStroke(app, "move");
  else cancelStroke(app);
}

/** Move by the keys: presses in a row are one edit. @param {Editor} app @param {number} dx @param {number} dy */
export function nudge(app, dx, dy) {
  if (!held && !take(app, 0, 0)) return;
  if (held) shift(app, held.dx + dx, held.dy + dy);
  clearTimeout(rest);
  rest = setTimeout(() => settle(app), REST);
}

/** @type {import("./tool.js").Tool} */
export const move = {
  name: "move",
  label: "Move the mask",
  icon: "move",
  keys: ["T"],
  cursor: "move",
  /** @param {Editor} app @param {Point} point */
  down(app, point) {
    settle(app);
    return take(app, point.x, point.y);
  },
  /** @param {Editor} app @param {Point[]} points */
  move(app, points) {
    const { x, y } = points[points.length - 1];
    if (held) shift(app, Math.round(x - held.x), Math.round(y - held.y));
  },
  up: settle,
  settle,
  waits: () => held !== null,
  finish: settle,
  takeBack(app) {
    if (!held) return false;
    move.cancel(app);
    return true;
  },
  /** @param {Editor} app */
  cancel(app) {
    clearTimeout(rest);
    held = null;
    app.view.set({ measure: "" });
    cancelStroke(app);
  },
};
