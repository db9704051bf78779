// @ts-check
/** Box to mask: drag a box around a thing; the server finds its mask. */

import { messageOf } from "../../../kit/request.js";
import { api } from "../../api.js";
import { bounds, decode, parse } from "../../masks/rle.js";
import { cut } from "../../masks/region.js";
import { openVideo } from "../../state.js";
import { haloLine } from "../contours.js";
import { drawRegionLater, layersOf, mayDraw, modeOf, targetOf } from "../stroke.js";

/** @typedef {import("./tool.js").Editor} Editor */
/** @typedef {import("./tool.js").Point} Point */
/** @typedef {[number, number, number, number]} Box */

/** Least side of a box, picture pixels. */
const LEAST = 3;

/** @type {Box|null} */
let box = null;
let inverse = false;

/** The box in order and inside of the picture. @param {Editor} app @param {Box} drawn @returns {Box} */
function ordered({ document }, [ax, ay, bx, by]) {
  const inside = (/** @type {number} */ v, /** @type {number} */ most) => Math.max(0, Math.min(most, v));
  const [x0, x1] = [inside(Math.min(ax, bx), document.width), inside(Math.max(ax, bx), document.width)];
  const [y0, y1] = [inside(Math.min(ay, by), document.height), inside(Math.max(ay, by), document.height)];
  return [x0, y0, x1, y1];
}

/** @param {CanvasRenderingContext2D} context @param {Box} at @param {number} unit @param {boolean} waiting */
function drawBox(context, [x0, y0, x1, y1], unit, waiting) {
  context.setLineDash(waiting ? [4 * unit, 4 * unit] : []);
  const corners = /** @type {[number, number][]} */ ([
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
    [x0, y0],
  ]);
  haloLine(context, corners, unit, "#FFFFFF");
  context.setLineDash([]);
}

/** @param {Editor} app @param {Box} asked */
async function find(app, asked) {
  const layers = layersOf(app);
  const stroke = targetOf(app);
  const video = openVideo(app.session).id;
  if (!stroke) return;
  const mode = modeOf(app, inverse);
  app.view.set({ measure: "Finding the mask …" });
  try {
    const { mask } = await api.prompt(video, { frame: stroke.frame, box: asked });
    if (app.layers !== layers) return;
    if (!mask) {
      app.toast({
        icon: "box",
        title: "Nothing found in the box",
        text: "Draw it closer around the thing.",
        name: "box",
      });
      return;
    }
    const [height, width] = mask.size;
    const runs = parse(mask.counts);
    const around = bounds(runs, height);
    const region = around && cut(decode(runs, height, width), width, around);
    drawRegionLater(app, stroke, region, mode, "box");
  } catch (error) {
    app.toast({ tone: "warn", icon: "box", title: "No mask from the box", text: messageOf(error), name: "box" });
  } finally {
    if (app.layers === layers) {
      app.view.set({ measure: "" });
      layers.sketch = null;
      layers.redrawLive();
    }
  }
}

/** @type {import("./tool.js").Tool} */
export const boxTool = {
  name: "box",
  label: "Box to mask",
  icon: "box",
  keys: ["Shift+B"],
  cursor: "crosshair",
  options: ["modes", "shapes"],
  /** @param {Editor} app @param {Point} point */
  down(app, point) {
    if (!mayDraw(app)) return false;
    box = [point.x, point.y, point.x, point.y];
    inverse = point.inverse;
    const unit = 1 / app.viewport.scale;
    layersOf(app).sketch = (context) => box && drawBox(context, box, unit, false);
    return true;
  },
  /** @param {Editor} app @param {Point[]} points */
  move(app, points) {
    const { x, y } = points[points.length - 1];
    if (box) box = [box[0], box[1], x, y];
    layersOf(app).redrawLive();
  },
  /** @param {Editor} app */
  up(app) {
    const asked = box && ordered(app, box);
    boxTool.cancel(app);
    if (!asked || asked[2] - asked[0] < LEAST || asked[3] - asked[1] < LEAST) return;
    const unit = 1 / app.viewport.scale;
    layersOf(app).sketch = (context) => drawBox(context, asked, unit, true);
    find(app, asked);
  },
  /** @param {Editor} app */
  cancel(app) {
    box = null;
    if (!app.layers) return;
    app.layers.sketch = null;
    app.layers.redrawLive();
  },
};
