// @ts-check
/** A stroke, from the press of a drawing tool to the edit that saves it; all drawing tools share this. */

import { showRow } from "./earlier.js";
import { PREVIEW_FIRST } from "../state.js";
import { meets } from "../masks/raster.js";
import { combine, cut } from "../masks/region.js";
import { decode } from "../masks/rle.js";

/** @typedef {import("../document/editbatch.js").Change} Change */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").RowValues} RowValues */
/** @typedef {import("./layers.js").Layers} Layers */
/** @typedef {import("../masks/encoding.js").Encoded} Encoded */
/** @typedef {import("../masks/region.js").Region} Region */
/** @typedef {import("../masks/region.js").Mode} Mode */
/** @typedef {{id: string, category: string|null, number: number}} NewTrack */

/**
 * Where a stroke goes: it keeps to the frame and the track on which it began.
 * @typedef {object} Stroke
 * @property {number} frame
 * @property {string} track id
 * @property {NewTrack|null} newTrack made with this stroke
 */

/** The canvas of the open video. Throws where none is open. @param {Editor} app */
export function layersOf({ layers }) {
  if (!layers) throw new Error("No video is open.");
  return layers;
}

/**
 * Whether a stroke may begin in the selected or the new track; if not, the page asks for a track or shows the reason.
 * @param {Editor} app
 */
export function mayDraw(app) {
  const { view } = app;
  if (view.now.playing) app.commands.pause();
  const { layers } = app;
  if (!app.steady || !layers || layers.drawing) return false;
  showRow(app);
  if (view.now.preview) {
    app.toast({ icon: "brush", title: "Draw", text: PREVIEW_FIRST, name: "not now" });
    return false;
  }
  if (!view.now.newTrack && !app.track) {
    app.commands.newTrack();
    return false;
  }
  if (refusesAsLocked(app, "draw")) return false;
  const row = app.document.row(app.track?.id ?? null, view.now.frame);
  return !(app.track && row?.state === "present" && !app.document.mask(app.track.id, view.now.frame));
}

/** The track that a stroke would go to now. @param {Editor} app @returns {Stroke|null} */
export function targetOf({ track, view }) {
  const { frame, newTrack } = view.now;
  const id = newTrack?.id ?? track?.id;
  return id === undefined ? null : { frame, track: id, newTrack };
}

/**
 * Begin a stroke in the selected or the new track.
 * @param {Editor} app
 * @returns {boolean} false when there is no track to draw in; the page then asks for one or shows the reason
 */
export function beginStroke(app) {
  // The stroke before is saved first: this one builds on it.
  app.encoder.flush();
  if (!mayDraw(app)) return false;
  const layers = layersOf(app);
  if (app.track && app.view.now.hidden.has(app.track.id)) app.commands.hide(app.track.id);
  layers.stroke = targetOf(app);
  layers.drawing = layers.stroke !== null;
  layers.touched = null;
  layers.base = layers.held;
  return layers.drawing;
}

/**
 * Whether the selected track is locked; then a toast names it.
 * @param {Editor} app
 * @param {string} action that is refused, such as "draw"
 */
export function refusesAsLocked(app, action) {
  const { track } = app;
  if (!track || !app.view.now.locked.has(track.id)) return false;
  app.toast({
    tone: "warn",
    icon: "lock",
    title: `Track ${track.number} is locked`,
    text: `Unlock it to ${action} (${app.keymap.keyOf("lock")}).`,
    name: "locked",
  });
  return true;
}

/** @type {WeakMap<Layers, (() => void)[]>} what waits for the end of the stroke of a canvas */
const waiting = new WeakMap();

/** Resolves as soon as no stroke is under way on a canvas. @param {Layers} layers */
export async function strokeEnd(layers) {
  while (layers.drawing)
    await new Promise((/** @type {(value?: undefined) => void} */ done) =>
      waiting.set(layers, [...(waiting.get(layers) ?? []), done]),
    );
}

/** The stroke of a canvas is over. @param {Layers} layers */
function leaveStroke(layers) {
  layers.drawing = false;
  layers.stroke = null;
  const ready = waiting.get(layers) ?? [];
  waiting.delete(layers);
  for (const go of ready) go();
}

/** Cancel a stroke: the mask stays as it was. @param {Editor} app */
export function cancelStroke(app) {
  if (!app.layers?.drawing) return;
  leaveStroke(app.layers);
  app.layers.compose();
}

/**
 * Save a stroke as one edit, once its mask is encoded. A stroke that changed no pixel is none.
 * @param {Editor} app
 * @param {string} kind brush, erase, polygon, lasso …
 */
export function endStroke(app, kind) {
  const layers = layersOf(app);
  const { stroke, touched } = layers;
  if (!layers.drawing || !stroke || !app.queue) return;
  leaveStroke(layers);
  if (!touched) return;
  const { height, width } = app.document;
  const extent = layers.extent ?? [0, 0, 1, 1];
  const { base } = layers;
  const patch = cut(layers.bits, width, base === undefined ? extent : touched);
  const others = kind === "erase" ? [] : losers(app, stroke, touched);
  const stored = others.length ? app.document.mask(stroke.track, stroke.frame) : null;
  const before = stored ? Uint32Array.from(stored) : null;
  const drawn = { height, width, base: base ?? null, patch, extent, before, others };
  app.encoder.encode(drawn, (done) => {
    const saved = save(app, stroke, kind, done);
    // Untouched since, and still on the canvas: it need not be painted again.
    if (saved && layers.held === undefined && layers.shownFrame === stroke.frame)
      layers.held = done.empty ? null : done.counts;
    if (!saved) app.recompose();
  });
}

/** Masks that lose the newly painted pixels. @param {Editor} app @param {Stroke} stroke @param {import("../masks/raster.js").Box} touched */
function losers(app, { frame, track: own }, touched) {
  if (!app.preferences.now.noOverlap) return [];
  const { document, view } = app;
  return layersOf(app)
    .drawn(frame)
    .flatMap(({ id }) => {
      if (id === own || view.now.locked.has(id)) return [];
      const hash = document.row(id, frame)?.hash;
      const box = hash ? document.masks.box(hash, document.height) : null;
      const runs = box && meets(box, touched) ? document.mask(id, frame) : null;
      return runs && box ? [{ id, runs: Uint32Array.from(runs), box }] : [];
    });
}

/**
 * @param {Editor} app @param {Stroke} stroke @param {string} kind @param {Encoded} done
 * @returns {boolean} false when the mask stays as it was
 */
function save(app, { frame, track, newTrack }, kind, done) {
  const { document, queue, view } = app;
  if (!queue) return false;
  const row = document.row(track, frame);
  const before = row?.hash ? document.masks.text(row.hash) : null;
  if (done.counts === before || (done.empty && before === null)) return false;
  /** @type {Change[]} */
  const changes = [];
  if (newTrack) {
    const after = { category: newTrack.category, name: "", deleted: false, rejected: false };
    changes.push({ track, frame: null, after });
  }
  const after = (/** @type {string} */ id, /** @type {{counts: string, empty: boolean}} */ mask) =>
    rowOf(app, mask, app.document.attributesOf(id, frame));
  changes.push({ track, frame, after: after(track, done) });
  for (const other of done.others) changes.push({ track: other.id, frame, after: after(other.id, other) });
  queue.add(newTrack ? "track" : kind, changes);
  const { hash } = document.row(track, frame) ?? {};
  if (hash && done.drawable) document.masks.take(hash, done.drawable);
  if (newTrack && view.now.newTrack?.id === track) view.set({ newTrack: null, selected: track });
  return true;
}

/**
 * The row after a stroke, with the attributes of the one before; an emptied mask makes it absent.
 * @param {Editor} app @param {{counts: string, empty: boolean}} mask @param {RowValues} attributes
 * @returns {RowValues}
 */
function rowOf(app, { counts, empty }, attributes) {
  const { height, width } = app.document;
  const marks = /** @type {const} */ ({ source: "drawn", review: "corrected", key: false, score: null, look: null });
  if (empty) return { state: "absent", mask: null, ...marks };
  return { state: "present", rle: { size: [height, width], counts }, ...marks, ...attributes };
}

/**
 * Draw a whole region as one stroke.
 * @param {Editor} app @param {Region|null} region @param {Mode} mode @param {string} kind
 * @returns {boolean} false when no stroke could begin
 */
export function drawRegion(app, region, mode, kind) {
  if (!beginStroke(app)) return false;
  const layers = layersOf(app);
  const { height, width } = app.document;
  layers.touch(combine(layers.bits, height, width, region, mode, layers.extent));
  endStroke(app, kind);
  return true;
}

/**
 * As `drawRegion`, for a result that comes later: it goes to the frame and track of its beginning, also when another
 * frame is shown by now.
 * @param {Editor} app @param {Stroke} stroke @param {Region|null} region @param {Mode} mode @param {string} kind
 * @returns {boolean} false when no stroke could begin
 */
export function drawRegionLater(app, stroke, region, mode, kind) {
  const now = targetOf(app);
  if (now?.frame === stroke.frame && now.track === stroke.track && app.steady)
    return drawRegion(app, region, mode, kind);
  app.encoder.flush();
  const { height, width } = app.document;
  const runs = app.document.mask(stroke.track, stroke.frame) ?? null;
  const bits = runs ? decode(runs, height, width) : new Uint8Array(height * width);
  /** @type {import("../masks/raster.js").Box} */
  const extent = [0, 0, width, height];
  const touched = combine(bits, height, width, region, mode, extent);
  const others = touched ? losers(app, stroke, touched) : [];
  const before = runs && others.length ? Uint32Array.from(runs) : null;
  const drawn = { height, width, base: null, patch: { box: extent, bits }, extent, before, others };
  // A stroke before it may have made the new track already.
  const target = app.document.tracks.has(stroke.track) ? { ...stroke, newTrack: null } : stroke;
  app.encoder.encode(drawn, (done) => save(app, target, kind, done));
  return true;
}

/** What a shape does: the chosen mode; Alt or the right button turns add into subtract and back. @param {Editor} app @param {boolean} inverse @returns {Mode} */
export function modeOf(app, inverse) {
  const { mode } = app.view.now;
  if (!inverse) return mode;
  return mode === "subtract" ? "add" : "subtract";
}
