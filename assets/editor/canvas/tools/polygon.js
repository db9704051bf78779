// @ts-check
/** Click corner after corner; a click on the first corner, a double click or Enter fills the area. */

import * as contours from "../../masks/contour.js";
import {
  beginContour,
  bringBackContour,
  contourOf,
  finishContour,
  lookAhead,
  NEAR,
  setContour,
  throwContour,
} from "../contours.js";

/** @typedef {import("./tool.js").Editor} Editor */
/** @typedef {import("./tool.js").Point} Point */
/** @typedef {import("./tool.js").Tool} Tool */

/** Screen pixels within which a second click ends the outline. */
const SAME = 3;

/**
 * The half of a tool that every outline of anchors shares: taking back, closing, keeping.
 * @param {string} name of the tool
 * @returns {Pick<Tool, "move"|"up"|"finish"|"waits"|"takeBack"|"giveBack"|"cancel"|"leave">}
 */
export const outlineTool = (name) => ({
  move() {},
  up() {},
  waits: (app) => Boolean(contourOf(app, name)),
  /** @param {Editor} app */
  finish(app) {
    const kept = contourOf(app, name);
    if (kept) finishContour(app, kept);
  },
  /** Take back the last anchor; undo also brings back an outline that was thrown away. @param {Editor} app @param {boolean} undoing */
  takeBack(app, undoing) {
    const kept = contourOf(app, name);
    if (!kept) return undoing && bringBackContour(app);
    // One Backspace too many must not delete the mask.
    if (!kept.contour.anchors.length) return !undoing;
    setContour(app, kept, contours.takenBack(kept.contour));
    return true;
  },
  /** @param {Editor} app */
  giveBack(app) {
    const kept = contourOf(app, name);
    if (!kept?.contour.taken.length) return false;
    setContour(app, kept, contours.givenBack(kept.contour));
    return true;
  },
  /** @param {Editor} app */
  cancel(app) {
    const kept = contourOf(app, name);
    if (kept) throwContour(app, kept);
  },
  /** @param {Editor} app */
  leave(app) {
    for (const kept of app.layers?.contours ?? []) if (kept.ahead.length) lookAhead(app, kept, []);
  },
});

/**
 * Whether a press ends the outline: on its first anchor, or twice on the same place.
 * @param {Editor} app @param {import("../contours.js").Kept} kept @param {Point} point
 */
export function ends(app, { contour }, { x, y }) {
  const unit = 1 / app.viewport.scale;
  const last = contour.anchors.at(-1);
  if (!last) return false;
  return contours.closes(contour, [x, y], NEAR * unit) || Math.hypot(x - last[0], y - last[1]) < SAME * unit;
}

/** @type {Tool} */
export const polygon = {
  name: "polygon",
  label: "Polygon",
  icon: "polygon",
  keys: ["P"],
  cursor: "crosshair",
  options: ["modes", "shapes"],
  ...outlineTool("polygon"),
  /** @param {Editor} app @param {Point} point */
  down(app, point) {
    const kept = contourOf(app, "polygon");
    if (!kept) beginContour(app, "polygon", [point.x, point.y], point.inverse);
    else if (ends(app, kept, point)) finishContour(app, kept);
    else setContour(app, kept, contours.added(kept.contour, [point.x, point.y]));
    return false;
  },
  /** @param {Editor} app @param {Point} point */
  hover(app, point) {
    const kept = contourOf(app, "polygon");
    if (kept?.contour.anchors.length) lookAhead(app, kept, [[point.x, point.y]]);
  },
};
