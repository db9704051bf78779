// @ts-check
/** Polygon whose sides cling to the edges of the picture. Shift draws a straight side. */

import * as contours from "../../masks/contour.js";
import { beginContour, contourOf, finishContour, lookAhead, setContour } from "../contours.js";
import { layersOf, mayDraw } from "../stroke.js";
import { WireFinder } from "../wire.js";
import { ends, outlineTool } from "./polygon.js";

/** @typedef {import("./tool.js").Editor} Editor */
/** @typedef {import("./tool.js").Point} Point */
/** @typedef {import("../contours.js").Kept} Kept */
/** @typedef {import("../../masks/contour.js").Place} Place */

/** Screen pixels within which an anchor goes onto an edge, and at least and most as many of the picture. */
const SNAP = 6;
const LEAST = 2;
const MOST = 12;

const finder = new WireFinder();
/** @type {Place|null} anchor from which the worker searches */
let from = null;
/** @type {Promise<void>} presses are handled one after another */
let turn = Promise.resolve();

/** @param {Editor} app */
const radius = (app) => Math.max(LEAST, Math.min(MOST, SNAP / app.viewport.scale));

/** Pixels of a path as points of a line, without both ends. @param {[number, number][]|null} path @returns {Place[]} */
const between = (path) => (path ?? []).slice(1, -1).map(([x, y]) => [x + 0.5, y + 0.5]);

/** Search from the last anchor. @param {Kept} kept */
function begin(kept) {
  const last = kept.contour.anchors.at(-1) ?? null;
  if (!last || last === from) return;
  from = last;
  finder.begin(last);
}

/** @param {Editor} app @param {Point} point @returns {Promise<Place>} */
async function snap(app, point) {
  if (point.shift) return [point.x, point.y];
  const [x, y] = await finder.near([point.x, point.y], radius(app));
  return [x + 0.5, y + 0.5];
}

/** @param {Editor} app @param {Point} point */
async function press(app, point) {
  const inside = point.x >= 0 && point.y >= 0 && point.x < app.document.width && point.y < app.document.height;
  const kept = contourOf(app, "magnetic");
  if (kept && ends(app, kept, point)) {
    await close(app, kept, point.shift);
    return;
  }
  if (!inside || (!kept && !mayDraw(app))) return;
  finder.look(layersOf(app));
  const anchor = await snap(app, point);
  if (!kept) {
    beginContour(app, "magnetic", anchor, point.inverse);
    from = null;
    return;
  }
  begin(kept);
  const straight = point.shift || !kept.contour.anchors.length;
  const leg = straight ? [] : between(await finder.path(anchor));
  setContour(app, kept, contours.added(kept.contour, anchor, leg));
}

/** Close along the edge, too. @param {Editor} app @param {Kept} kept @param {boolean} straight */
async function close(app, kept, straight) {
  const first = kept.contour.anchors[0];
  if (!straight && contours.encloses(kept.contour) && kept.contour.anchors.length > 1) {
    finder.look(layersOf(app));
    begin(kept);
    const leg = between(await finder.path(first));
    kept.contour = contours.added(kept.contour, first, leg);
  }
  finishContour(app, kept);
}

/** @type {import("./tool.js").Tool} */
export const magnetic = {
  name: "magnetic",
  label: "Magnetic lasso",
  icon: "magnet",
  keys: ["Shift+P"],
  cursor: "crosshair",
  options: ["modes", "shapes"],
  ...outlineTool("magnetic"),
  /** @param {Editor} app @param {Point} point */
  down(app, point) {
    if (!app.steady) return false;
    turn = turn.then(() => press(app, point));
    return false;
  },
  /** @param {Editor} app */
  finish(app) {
    turn = turn.then(async () => {
      const kept = contourOf(app, "magnetic");
      if (kept) await close(app, kept, false);
    });
  },
  /** @param {Editor} app @param {Point} point */
  hover(app, point) {
    const kept = contourOf(app, "magnetic");
    const { height, width } = app.document;
    if (!kept?.contour.anchors.length || !app.steady) return;
    if (point.shift || point.x < 0 || point.y < 0 || point.x >= width || point.y >= height) {
      lookAhead(app, kept, [[point.x, point.y]]);
      return;
    }
    const last = kept.contour.anchors.at(-1);
    finder.look(layersOf(app));
    begin(kept);
    finder.follow([point.x, point.y], (path) => {
      if (kept.contour.anchors.at(-1) === last) lookAhead(app, kept, [...between(path), [point.x, point.y]]);
    });
  },
};
