// @ts-check
/** Round or square brush; Alt or the right button erases instead. A pen presses a wider line. */

import { capsule, square } from "../../masks/raster.js";
import { beginStroke, cancelStroke, endStroke, layersOf } from "../stroke.js";

/** @typedef {import("./tool.js").Editor} Editor */
/** @typedef {import("./tool.js").Point} Point */

/** Width of the lightest touch of a pen, as a share of the brush. */
const LIGHTEST = 0.2;

/** Radius of a stroke at a point, picture pixels. @param {Editor} app @param {Pick<Point, "pressure">} point */
export function radiusAt(app, { pressure }) {
  const { brush, pressing } = app.preferences.now;
  const share = pressing && pressure !== null ? LIGHTEST + (1 - LIGHTEST) * pressure : 1;
  return Math.max(0.5, (brush / 2) * share);
}

/**
 * A brush that sets or clears.
 * @param {(app: Editor, point: Point) => 0|1} valueOf the value that a stroke writes
 */
export function paintBrush(valueOf) {
  /** @type {Point|null} */
  let last = null;
  /** @type {{frame: number, track: string|null, x: number, y: number}|null} end of the last stroke, for straight lines */
  let ended = null;
  /** @type {0|1} */
  let value = 1;
  /** @param {Editor} app @param {{x: number, y: number}} from @param {Point} to */
  const stamp = (app, from, to) => {
    const { height, width } = app.document;
    const layers = layersOf(app);
    const shape = app.preferences.now.square ? square : capsule;
    const line = { x0: from.x, y0: from.y, x1: to.x, y1: to.y, radius: radiusAt(app, to), value };
    layers.touch(shape(layers.bits, height, width, line));
  };
  const trackOf = (/** @type {Editor} */ { view }) => view.now.newTrack?.id ?? view.now.selected;
  return {
    /** @param {Editor} app @param {Point} point */
    down(app, point) {
      if (!beginStroke(app)) return false;
      value = valueOf(app, point);
      const from = point.shift && ended?.frame === app.view.now.frame && ended?.track === trackOf(app) ? ended : null;
      stamp(app, from ?? point, point);
      last = point;
      return true;
    },
    /** @param {Editor} app @param {Point[]} points */
    move(app, points) {
      if (!last) return;
      for (const point of points) {
        stamp(app, last, point);
        last = point;
      }
    },
    /** @param {Editor} app */
    up(app) {
      if (!last) return;
      ended = { frame: app.view.now.frame, track: trackOf(app), x: last.x, y: last.y };
      last = null;
      endStroke(app, value ? "brush" : "erase");
    },
    /** @param {Editor} app */
    cancel(app) {
      last = null;
      cancelStroke(app);
    },
  };
}

/** @type {import("./tool.js").Tool} */
export const brush = {
  name: "brush",
  label: "Brush",
  icon: "brush",
  keys: ["B"],
  cursor: "ring",
  options: ["modes", "size"],
  ...paintBrush((app, point) => ((app.view.now.mode === "subtract") !== point.inverse ? 0 : 1)),
};
