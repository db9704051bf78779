// @ts-check
/** A stroke, from the press of a drawing tool to the edit that saves it; all drawing tools share this. */

import { subtract } from "../masks/raster.js";
import { decode, encode, stringify } from "../masks/rle.js";

/** @typedef {import("../document/editbatch.js").Change} Change */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").RowValues} RowValues */

/** The canvas of the open video. Throws where none is open. @param {Editor} app */
export function layersOf({ layers }) {
  if (!layers) throw new Error("No video is open.");
  return layers;
}

/**
 * Begin a stroke in the selected or the new track.
 * @param {Editor} app
 * @returns {boolean} false when there is no track to draw in; the page then asks for one or shows the reason
 */
export function beginStroke(app) {
  const { view } = app;
  if (view.now.playing) app.commands.pause();
  const { layers } = app;
  if (!app.steady || !layers || layers.drawing) return false;
  if (view.now.preview) {
    app.toast({ icon: "brush", title: "Draw", text: "Apply or discard the preview first.", name: "not now" });
    return false;
  }
  if (!view.now.newTrack && !app.track) {
    app.commands.newTrack();
    return false;
  }
  if (refusesAsLocked(app, "draw")) return false;
  if (app.track) {
    if (view.now.hidden.has(app.track.id)) app.commands.hide(app.track.id);
    const row = app.document.row(app.track.id, view.now.frame);
    if (row?.state === "present" && !app.document.mask(app.track.id, view.now.frame)) return false;
  }
  layers.drawing = true;
  return true;
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

/** Cancel a stroke: the mask stays as it was. @param {Editor} app */
export function cancelStroke(app) {
  if (!app.layers?.drawing) return;
  app.layers.drawing = false;
  app.layers.compose();
}

/**
 * Save a stroke as one edit.
 * @param {Editor} app
 * @param {string} kind brush, erase, polygon or lasso
 * @returns {import("../document/editbatch.js").Edit|null} null when the mask stays as it was
 */
export function endStroke(app, kind) {
  const { document, queue, view } = app;
  const layers = layersOf(app);
  if (!layers.drawing || !queue) return null;
  layers.drawing = false;
  const { height, width } = document;
  const { frame, newTrack } = view.now;
  const id = newTrack ? newTrack.id : app.track?.id;
  if (!id) return null;
  const runs = encode(layers.bits, height, width, layers.extent ?? [0, 0, 0, 0]);
  const counts = stringify(runs);
  const row = document.row(id, frame);
  const before = row?.hash ? document.masks.text(row.hash) : null;
  const empty = runs.length < 2;
  if (counts === before || (empty && before === null)) {
    layers.compose();
    return null;
  }
  /** @type {Change[]} */
  const changes = [];
  if (newTrack) {
    changes.push({
      track: id,
      frame: null,
      after: { category: newTrack.category, name: "", deleted: false, rejected: false },
    });
  }
  changes.push({ track: id, frame, after: drawn(runs, counts, app) });
  if (app.preferences.now.noOverlap && !empty && kind !== "erase")
    changes.push(...clearOthers(app, id, document.mask(id, frame)));
  const edit = queue.add(newTrack ? "track" : kind, changes);
  if (newTrack) view.set({ newTrack: null, selected: id });
  return edit;
}

/** The row after a stroke; an emptied mask makes it absent. @param {ArrayLike<number>} runs @param {string} counts @param {Editor} app @returns {RowValues} */
function drawn(runs, counts, app) {
  const { height, width } = app.document;
  const marks = /** @type {const} */ ({ source: "drawn", review: "corrected", key: false, score: null, look: null });
  if (runs.length < 2) return { state: "absent", mask: null, ...marks };
  return { state: "present", rle: { size: [height, width], counts }, ...marks };
}

/**
 * Take the pixels that a stroke has newly painted away from the other visible tracks: where masks overlapped before, they
 * still do.
 * @param {Editor} app @param {string} id of the drawn track @param {ArrayLike<number>|null|undefined} before its mask before the stroke
 * @returns {Change[]}
 */
function clearOthers(app, id, before) {
  const { document, view } = app;
  const layers = layersOf(app);
  const { height, width } = document;
  const changes = [];
  const scratch = new Uint8Array(height * width);
  const painted = layers.bits.slice();
  if (before) {
    decode(before, height, width, scratch);
    subtract(painted, scratch);
  }
  for (const track of layers.drawn()) {
    if (track.id === id || view.now.locked.has(track.id)) continue;
    const old = document.mask(track.id, layers.shownFrame);
    const hash = document.row(track.id, layers.shownFrame)?.hash;
    const box = hash ? document.masks.box(hash, height) : null;
    if (!old || !box || !meets(box, layers.extent)) continue;
    decode(old, height, width, scratch);
    if (!subtract(scratch, painted)) continue;
    const runs = encode(scratch, height, width, box);
    changes.push({ track: track.id, frame: layers.shownFrame, after: drawn(runs, stringify(runs), app) });
  }
  return changes;
}

/** @param {number[]} a @param {number[]|null} b */
const meets = (a, b) => b !== null && a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
