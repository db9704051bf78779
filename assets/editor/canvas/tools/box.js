// @ts-check
/**
 * Box to mask: drag a box around a thing, and the server finds its mask, already while the box is drawn. A click, or a
 * stroke with Shift, corrects the mask: what is there belongs to it, or with Alt or the right button does not. A click
 * where the track has no mask yet finds the thing under it.
 */

import { api } from "../../api.js";
import { edges } from "../../masks/outline.js";
import { parse } from "../../masks/rle.js";
import { openVideo } from "../../state.js";
import { chosen, correct, find } from "../answers.js";
import { haloLine } from "../contours.js";
import { area, BoxQuestions } from "../prompting.js";
import { provisionalOf } from "../provisional.js";
import { layersOf, mayDraw, modeOf, targetOf } from "../stroke.js";

/** @typedef {import("./tool.js").Editor} Editor */
/** @typedef {import("./tool.js").Point} Point */
/** @typedef {import("../prompting.js").Box} Box */
/** @typedef {import("../stroke.js").Stroke} Stroke */
/** @typedef {import("../answers.js").Mark} Mark */

/** Least side of a box, picture pixels; what moves less than so many screen pixels is a click. */
const LEAST = 3;
const CLICK = 4;
/** Picture pixels between the points of a stroke, and most points of one. */
const STEP = 2;
const MOST = 500;

/** A line is shown for a box that has more than so much of the area of its own. */
const ALIKE = 0.6;

/** @type {Gesture|null} */
let gesture = null;

class Gesture {
  /** @param {Editor} app @param {Point} point @param {Stroke} stroke */
  constructor(app, point, stroke) {
    this.app = app;
    this.stroke = stroke;
    this.inverse = point.inverse;
    this.paints = point.shift;
    /** @type {[number, number][]} */
    this.path = [[point.x, point.y]];
    /** @type {number[]|null} line around the mask of the box as it is now */
    this.found = null;
    /** @type {Box} the box that the line belongs to */
    this.foundIn = [0, 0, 0, 0];
    const video = openVideo(app.session).id;
    this.questions = new BoxQuestions(
      (box, draft, left) =>
        api.prompt(video, { frame: stroke.frame, box, ...(draft ? { draft } : {}), ...chosen(app) }, left),
      (asked, answer) => {
        this.foundIn = asked;
        this.found = answer.mask ? edges(parse(answer.mask.counts), ...answer.mask.size) : null;
        if (gesture === this) layersOf(app).redrawLive();
      },
    );
  }

  /** @returns {Box} the box in order and inside of the picture */
  get box() {
    const { height, width } = this.app.document;
    const [[ax, ay], [bx, by]] = [this.path[0], this.path[this.path.length - 1]];
    const inside = (/** @type {number} */ v, /** @type {number} */ most) => Math.max(0, Math.min(most, v));
    const [x0, x1] = [inside(Math.min(ax, bx), width), inside(Math.max(ax, bx), width)];
    const [y0, y1] = [inside(Math.min(ay, by), height), inside(Math.max(ay, by), height)];
    return [x0, y0, x1, y1];
  }

  get isBox() {
    const [x0, y0, x1, y1] = this.box;
    return x1 - x0 >= LEAST && y1 - y0 >= LEAST && !this.isClick;
  }

  get isClick() {
    const [[ax, ay], [bx, by]] = [this.path[0], this.path[this.path.length - 1]];
    return Math.max(Math.abs(ax - bx), Math.abs(ay - by)) * this.app.viewport.scale < CLICK;
  }

  /** @param {Point[]} points */
  move(points) {
    for (const { x, y } of points) {
      const [lastX, lastY] = this.path[this.path.length - 1];
      if (this.paints && Math.hypot(x - lastX, y - lastY) < STEP) continue;
      if (this.paints && this.path.length < MOST) this.path.push([x, y]);
      else this.path = [this.path[0], [x, y]];
    }
    if (!this.paints && this.isBox) this.questions.look(this.box);
  }

  /** @returns {Mark[]} */
  get marks() {
    const path = this.paints ? this.path : this.path.slice(0, 1);
    return path.map(([x, y]) => ({ x, y, inside: !this.inverse }));
  }

  /** @param {CanvasRenderingContext2D} context @param {boolean} waiting */
  draw(context, waiting) {
    const unit = 1 / this.app.viewport.scale;
    const line = this.inverse ? "#FF9A9A" : "#FFFFFF";
    if (this.paints || this.isClick) {
      haloLine(context, this.path, 2 * unit, line);
      return;
    }
    const [x0, y0, x1, y1] = this.box;
    context.setLineDash(waiting ? [4 * unit, 4 * unit] : []);
    const corners = /** @type {[number, number][]} */ ([
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
      [x0, y0],
    ]);
    haloLine(context, corners, unit, line);
    context.setLineDash([]);
    // The mask of a box that was much smaller is no sign of what this one gives.
    if (this.found && area(this.foundIn) > ALIKE * area(this.box)) drawEdges(context, this.found, unit);
  }
}

/** @param {CanvasRenderingContext2D} context @param {number[]} flat x0, y0, x1, y1 for each edge @param {number} unit */
function drawEdges(context, flat, unit) {
  context.beginPath();
  for (let i = 0; i < flat.length; i += 4) {
    context.moveTo(flat[i], flat[i + 1]);
    context.lineTo(flat[i + 2], flat[i + 3]);
  }
  context.strokeStyle = "rgba(0, 0, 0, 0.55)";
  context.lineWidth = 4 * unit;
  context.stroke();
  context.strokeStyle = "#FFFFFF";
  context.lineWidth = 1.75 * unit;
  context.stroke();
}

/** @type {import("./tool.js").Tool} */
export const boxTool = {
  name: "box",
  label: "Box to mask",
  icon: "box",
  keys: ["Shift+B"],
  cursor: "crosshair",
  options: ["modes", "shapes", "prompted"],
  /** @param {Editor} app @param {Point} point */
  down(app, point) {
    boxTool.settle?.(app);
    if (!mayDraw(app)) return false;
    const stroke = targetOf(app);
    if (!stroke) return false;
    const begun = new Gesture(app, point, stroke);
    gesture = begun;
    layersOf(app).sketch = (context) => begun.draw(context, false);
    return true;
  },
  /** @param {Editor} app @param {Point[]} points */
  move(app, points) {
    gesture?.move(points);
    layersOf(app).redrawLive();
  },
  /** @param {Editor} app */
  up(app) {
    const done = gesture;
    leaveGesture(app);
    if (!done) return;
    const draws = done.paints || done.isClick;
    if (!draws && !done.isBox) return;
    const sketch = (/** @type {CanvasRenderingContext2D} */ context) => done.draw(context, true);
    if (draws) correct(app, done.stroke, sketch, done.marks);
    else find(app, done.stroke, sketch, done.questions, done.box, modeOf(app, done.inverse));
  },
  settle: (app) => provisionalOf(app)?.settle(),
  finish: (app) => provisionalOf(app)?.settle(),
  waits: (app) => provisionalOf(app) !== null,
  /** An undo takes back what is drawn, which is saved first, so that a redo brings it again. @param {Editor} app */
  takeBack(app) {
    provisionalOf(app)?.settle();
    return false;
  },
  /** @param {Editor} app */
  cancel(app) {
    provisionalOf(app)?.cancel();
    gesture?.questions.leave();
    leaveGesture(app);
  },
};

/** The gesture is over; its box is no longer drawn. @param {Editor} app */
function leaveGesture(app) {
  gesture?.questions.cancel();
  gesture = null;
  if (!app.layers) return;
  app.layers.sketch = null;
  app.layers.redrawLive();
}
