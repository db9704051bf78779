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
import { holdRegion } from "./provisional.js";
import { drawRegionLater, layersOf, strokeEnd } from "./stroke.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./layers.js").Layers} Layers */
/** @typedef {import("./stroke.js").Stroke} Stroke */
/** @typedef {import("../api.js").PromptAnswer} PromptAnswer */
/** @typedef {import("./prompting.js").Box} Box */
/** @typedef {import("./prompting.js").BoxQuestions} Questions */
/** @typedef {NonNullable<ReturnType<typeof holdRegion>>} Provisional */
/** @typedef {import("../masks/region.js").Mode} Mode */
/** @typedef {{x: number, y: number, inside: boolean}} Mark a point in picture pixels that belongs to the thing, or does not */
/** @typedef {(context: CanvasRenderingContext2D) => void} Sketch */

const NOTHING = "Nothing found in the box";

/** @type {WeakMap<Layers, Promise<void>>} the end of the last gesture of each canvas */
const last = new WeakMap();

/**
 * Draw the mask that the server finds for a box: its first answer at once, and the best one in place of it.
 * @param {Editor} app @param {Stroke} stroke where it goes @param {Sketch} sketch shown until then
 * @param {Questions} questions @param {Box} box @param {Mode} mode
 */
export function find(app, stroke, sketch, questions, box, mode) {
  inTurn(app, sketch, async (layers) => {
    const { first, best } = questions.finish(box);
    best.catch(() => {}); // it is waited for below, unless the canvas is closed before
    const quick = await first;
    if (!(await isOpen(app, layers))) return;
    const held = quick?.mask && layers.sketch === sketch ? hold(app, stroke, quick, mode) : null;
    if (held && quick) await refine(app, stroke, held, quick, best, () => questions.leave());
    else {
      const answer = await best;
      if (await isOpen(app, layers)) put(app, stroke, answer, mode, NOTHING);
    }
  });
}

/** Draw the first answer without saving it. @param {Editor} app @param {Stroke} stroke @param {PromptAnswer} quick @param {Mode} mode */
function hold(app, stroke, quick, mode) {
  if (app.view.now.tool !== "box" || countsOf(app, stroke) === undefined) return null;
  const held = holdRegion(app, stroke, quick.mask && regionOf(quick.mask), mode, "box");
  if (!held) return null;
  const layers = layersOf(app);
  layers.sketch = null;
  layers.redrawLive();
  app.view.set({ measure: "" });
  prompted(app, stroke, quick, true);
  return held;
}

/**
 * Wait for the best answer, as long as the first one may be refined.
 * @param {Editor} app @param {Stroke} stroke @param {Provisional} held @param {PromptAnswer} quick
 * @param {Promise<PromptAnswer>} best @param {() => void} leave
 */
async function refine(app, stroke, held, quick, best, leave) {
  // Where the better answer does not come, the first one is good enough.
  const answer = await Promise.race([best.catch(() => quick), held.ended]);
  if (!held.open || !answer) {
    leave();
    if (!app.view.now.prompted?.refining) return;
    if (held.saved) prompted(app, stroke, quick);
    else app.view.set({ prompted: null });
    return;
  }
  if (!answer.mask) {
    held.cancel();
    app.view.set({ prompted: null });
    tellNothing(app, NOTHING);
    return;
  }
  if (answer !== quick) held.draw(regionOf(answer.mask));
  held.settle();
  prompted(app, stroke, answer);
}

/** Which way found a mask, and how sure it is. @param {Editor} app @param {Stroke} stroke @param {PromptAnswer} answer @param {boolean} [refining] */
function prompted(app, { frame, track }, { confidence, source, sure }, refining = false) {
  app.view.set({ prompted: { frame, track, confidence, source, sure, ...(refining ? { refining } : {}) } });
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
function put(app, stroke, answer, mode, nothing) {
  const { mask } = answer;
  if (!mask && nothing) tellNothing(app, nothing);
  else if (countsOf(app, stroke) === undefined) notLoaded(app);
  else if (drawRegionLater(app, stroke, mask && regionOf(mask), mode, "box")) prompted(app, stroke, answer);
}

/** @param {Editor} app @param {string} title */
function tellNothing(app, title) {
  const text = "Draw a box close around the thing, or use another tool.";
  app.toast({ icon: "box", title, text, name: "box" });
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
