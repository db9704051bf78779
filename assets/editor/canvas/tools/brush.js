// @ts-check
/** Round brush; Alt or the right button erases instead. */

import { capsule } from "../../masks/raster.js";
import { beginStroke, cancelStroke, endStroke, layersOf } from "../stroke.js";

/** @typedef {import("./tool.js").Editor} Editor */
/** @typedef {import("./tool.js").Point} Point */

/**
 * A brush that sets or clears.
 * @param {(app: Editor, point: Point) => 0|1} valueOf the value that a stroke writes
 */
export function roundBrush(valueOf) {
  /** @type {Point|null} */
  let last = null;
  /** @type {{frame: number, track: string|null, x: number, y: number}|null} end of the last stroke, for straight lines */
  let ended = null;
  /** @type {0|1} */
  let value = 1;
  /** @param {Editor} app @param {Point} from @param {Point} to */
  const stamp = (app, from, to) => {
    const { height, width } = app.document;
    const radius = app.preferences.now.brush / 2;
    const layers = layersOf(app);
    layers.touch(capsule(layers.bits, height, width, { x0: from.x, y0: from.y, x1: to.x, y1: to.y, radius, value }));
  };
  return {
    /** @param {Editor} app @param {Point} point */
    down(app, point) {
      if (!beginStroke(app)) return false;
      value = valueOf(app, point);
      const track = app.view.now.newTrack?.id ?? app.view.now.selected;
      const from = point.shift && ended?.frame === app.view.now.frame && ended?.track === track ? ended : null;
      stamp(app, from ? { ...point, x: from.x, y: from.y } : point, point);
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
      const track = app.view.now.newTrack?.id ?? app.view.now.selected;
      ended = { frame: app.view.now.frame, track, x: last.x, y: last.y };
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
  ...roundBrush((app, point) => ((app.view.now.mode === "subtract") !== point.inverse ? 0 : 1)),
};
