// @ts-check
/** Round brush; Alt or the right button erases instead. */

import { capsule } from "../../masks/raster.js";
import { beginStroke, cancelStroke, endStroke } from "../stroke.js";

/**
 * @typedef {object} Point
 * @property {number} x picture pixels
 * @property {number} y picture pixels
 * @property {boolean} inverse Alt or the right button
 * @property {boolean} shift
 */

/**
 * A brush that sets or clears.
 * @param {(app: any, point: Point) => 0|1} valueOf what the stroke writes
 */
export function roundBrush(valueOf) {
  /** @type {Point|null} */
  let last = null;
  /** @type {{frame: number, track: string, x: number, y: number}|null} end of the stroke before, for straight lines */
  let ended = null;
  /** @type {0|1} */
  let value = 1;
  /** @param {any} app @param {Point} from @param {Point} to */
  const stamp = (app, from, to) => {
    const { height, width } = app.document;
    const radius = app.preferences.now.brush / 2;
    app.layers.touch(
      capsule(app.layers.bits, height, width, { x0: from.x, y0: from.y, x1: to.x, y1: to.y, radius, value }),
    );
  };
  return {
    /** @param {any} app @param {Point} point */
    down(app, point) {
      if (!beginStroke(app)) return false;
      value = valueOf(app, point);
      const track = app.view.now.newTrack?.id ?? app.view.now.selected;
      const from = point.shift && ended?.frame === app.view.now.frame && ended?.track === track ? ended : null;
      stamp(app, from ? { ...point, x: from.x, y: from.y } : point, point);
      last = point;
      return true;
    },
    /** @param {any} app @param {Point[]} points */
    move(app, points) {
      if (!last) return;
      for (const point of points) {
        stamp(app, last, point);
        last = point;
      }
    },
    /** @param {any} app */
    up(app) {
      if (!last) return;
      const track = app.view.now.newTrack?.id ?? app.view.now.selected;
      ended = { frame: app.view.now.frame, track, x: last.x, y: last.y };
      last = null;
      endStroke(app, value ? "brush" : "erase");
    },
    /** @param {any} app */
    cancel(app) {
      last = null;
      cancelStroke(app);
    },
  };
}

export const brush = {
  name: "brush",
  label: "Brush",
  icon: "brush",
  cursor: "ring",
  ...roundBrush((app, point) => ((app.view.now.mode === "subtract") !== point.inverse ? 0 : 1)),
};
