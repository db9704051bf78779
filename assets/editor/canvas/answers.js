// @ts-check
/**
 * Masks that the server finds or corrects, in the order of their gestures: each one begins when the one before is
 * drawn, so it builds on that mask. An answer that comes during a stroke waits for the end of the stroke.
 */

import { messageOf } from "../../kit/request.js";
import { api } from "../api.js";
import { bounds, decode, parse } from "../masks/rle.js";
import { cut } from "../masks/region.js";
import { openVideo, PREFERENCES } from "../state.js";
import { drawRegionLater, layersOf, strokeEnd } from "./stroke.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./layers.js").Layers} Layers */
/** @typedef {import("./stroke.js").Stroke} Stroke */
/** @typedef {import("../api.js").PromptAnswer} PromptAnswer */
/** @typedef {import("../masks/region.js").Mode} Mode */
/** @typedef {{x: number, y: number, inside: boolean}} Mark a point in picture pixels that belongs to the thing, or does not */
/** @typedef {(context: CanvasRenderingContext2D) => void} Sketch */

/** @type {WeakMap<Layers, Promise<void>>} the end of the last gesture of each canvas */
const last = new WeakMap();

/**
 * Draw the mask that the server finds for a box.
 * @param {Editor} app @param {Stroke} stroke where it goes @param {Sketch} sketch shown until then
 * @param {() => Promise<PromptAnswer>} ask @param {Mode} mode
 */
export function find(app, stroke, sketch, ask, mode) {
  inTurn(app, sketch, async (layers) => {
    const answer = await ask();
    if (await isOpen(app, layers)) put(app, stroke, answer, mode, "Nothing found in the box");
  });
}

/**
 * Correct the mask of a track by points; without a mask find the thing under them.
 * @param {Editor} app @param {Stroke} stroke where it goes @param {Sketch} sketch shown until then @param {Mark[]} points
 */
export function correct(app, stroke, sketch, points) {
  const video = openVideo(app.session).id;
  inTurn(app, sketch, async (layers) => {
    let done = false;
    while (!done && (await isOpen(app, layers))) done = await correctOnce(app, layers, video, stroke, points);
  });
}

/**
 * @param {Editor} app @param {Layers} layers @param {string} video id @param {Stroke} stroke @param {Mark[]} points
 * @returns {Promise<boolean>} false where the mask changed before its correction came: it would be lost
 */
async function correctOnce(app, layers, video, stroke, points) {
  const counts = countsOf(app, stroke);
  if (counts === null && points.every(({ inside }) => !inside)) {
    const text = "The track has no mask on this frame from which something could be taken.";
    app.toast({ icon: "box", title: "Nothing to correct", text, name: "box" });
    return true;
  }
  if (counts === undefined) return notLoaded(app);
  const { height, width } = app.document;
  const mask = counts === null ? {} : { mask: { size: /** @type {[number, number]} */ ([height, width]), counts } };
  const answer = await api.prompt(video, { frame: stroke.frame, points, ...mask, ...chosen(app) });
  if (!(await isOpen(app, layers))) return true;
  if (counts === null) put(app, stroke, answer, "add", "Nothing found under the click");
  else if (countsOf(app, stroke) !== counts) return false;
  else put(app, stroke, answer, "replace", "");
  return true;
}

/** The prompter that the person chose, for a request; nothing for the automatic choice. @param {Editor} app @returns {{prompter?: string}} */
export function chosen({ preferences }) {
  const { segmenter } = preferences.now;
  return segmenter === PREFERENCES.segmenter ? {} : { prompter: segmenter };
}

/** Whether a canvas is still open once no stroke is under way on it; the strokes before are saved then. @param {Editor} app @param {Layers} layers */
async function isOpen(app, layers) {
  await strokeEnd(layers);
  if (app.layers !== layers) return false;
  app.encoder.flush();
  return true;
}

/**
 * Compressed run lengths of the mask where a stroke goes.
 * @param {Editor} app @param {Stroke} stroke @returns {string|null|undefined} null: there is none; undefined: it is not loaded
 */
function countsOf({ document }, { frame, track }) {
  const row = document.row(track, frame);
  return row?.state === "present" && row.hash ? document.masks.text(row.hash) : null;
}

/** @param {Editor} app @returns {true} */
function notLoaded(app) {
  const text = "The mask was changed elsewhere and is not loaded yet. Try again once it is shown.";
  app.toast({ tone: "warn", icon: "box", title: "Mask not changed", text, name: "box" });
  return true;
}

/** Draw an answer. @param {Editor} app @param {Stroke} stroke @param {PromptAnswer} answer @param {Mode} mode @param {string} nothing title where there is no mask */
function put(app, stroke, { confidence, mask, source, sure }, mode, nothing) {
  if (!mask && nothing) {
    const text = "Draw a box close around the thing, or use another tool.";
    app.toast({ icon: "box", title: nothing, text, name: "box" });
  } else if (countsOf(app, stroke) === undefined) notLoaded(app);
  else if (drawRegionLater(app, stroke, mask && regionOf(mask), mode, "box"))
    app.view.set({ prompted: { frame: stroke.frame, track: stroke.track, confidence, source, sure } });
}

/** @param {import("../../kit/wire.js").Rle} mask */
function regionOf({ counts, size: [height, width] }) {
  const runs = parse(counts);
  const around = bounds(runs, height);
  return around && cut(decode(runs, height, width), width, around);
}

/** Begin once the gesture before is done. @param {Editor} app @param {Sketch} sketch @param {(layers: Layers) => Promise<void>} work */
function inTurn(app, sketch, work) {
  const layers = layersOf(app);
  layers.sketch = sketch;
  layers.redrawLive();
  const turn = (last.get(layers) ?? Promise.resolve()).then(() => run(app, layers, sketch, work));
  last.set(layers, turn);
}

/** @param {Editor} app @param {Layers} layers @param {Sketch} sketch @param {(layers: Layers) => Promise<void>} work */
async function run(app, layers, sketch, work) {
  if (app.layers !== layers) return;
  app.view.set({ measure: "Finding the mask …", prompted: null });
  try {
    await work(layers);
  } catch (error) {
    app.toast({ tone: "warn", icon: "box", title: "No mask from the server", text: messageOf(error), name: "box" });
  } finally {
    if (app.layers === layers) {
      app.view.set({ measure: "" });
      // The next gesture has lines of its own.
      if (layers.sketch === sketch) layers.sketch = null;
      layers.redrawLive();
    }
  }
}
