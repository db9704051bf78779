// @ts-check
/** From the first touch of a drawing tool to the edit that saves it; all drawing tools share this. */

import { subtract } from "../masks/raster.js";
import { decode, encode, stringify } from "../masks/rle.js";

/** @typedef {import("../editor.js").Editor} Editor */

/**
 * Make ready to draw into the selected or the new track.
 * @param {Editor} app
 * @returns {boolean} false when there is nothing to draw on; the page then says what is missing
 */
export function beginStroke(app) {
  const { view } = app;
  if (view.now.playing) app.commands.pause();
  if (!app.steady || app.layers.drawing) return false;
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
  app.layers.drawing = true;
  return true;
}

/**
 * Whether the selected track is locked; the page then says so.
 * @param {Editor} app
 * @param {string} wish what the person wants to do, such as "draw"
 */
export function refusesAsLocked(app, wish) {
  const { track } = app;
  if (!track || !app.view.now.locked.has(track.id)) return false;
  app.toast({
    tone: "warn",
    icon: "lock",
    title: `Track ${track.number} is locked`,
    text: `Unlock it to ${wish} (L).`,
    name: "locked",
  });
  return true;
}

/** Give up a stroke: the mask is what it was. @param {Editor} app */
export function cancelStroke(app) {
  if (!app.layers?.drawing) return;
  app.layers.drawing = false;
  app.layers.compose();
}

/**
 * Save what was drawn as one edit.
 * @param {Editor} app
 * @param {string} kind brush, erase, polygon or lasso
 * @returns {any} the edit, null when the mask is what it was
 */
export function endStroke(app, kind) {
  const { layers, document, view } = app;
  if (!layers.drawing) return null;
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
  /** @type {any[]} */
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
  const edit = app.queue.add(newTrack ? "track" : kind, changes);
  if (newTrack) view.set({ newTrack: null, selected: id });
  return edit;
}

/** Row after a stroke; an emptied mask says that the thing is not there. @param {ArrayLike<number>} runs @param {string} counts @param {Editor} app */
function drawn(runs, counts, app) {
  const { height, width } = app.document;
  const said = { source: "drawn", review: "corrected", key: false, score: null, look: null };
  if (runs.length < 2) return { state: "absent", mask: null, ...said };
  return { state: "present", rle: { size: [height, width], counts }, ...said };
}

/**
 * Take the pixels that a stroke has newly painted away from the other visible tracks: where masks overlapped before, they
 * still do.
 * @param {Editor} app @param {string} id of the drawn track @param {ArrayLike<number>|null|undefined} before its mask before the stroke
 * @returns {any[]} changes
 */
function clearOthers(app, id, before) {
  const { layers, document, view } = app;
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
    const box = document.masks.box(/** @type {any} */ (document.row(track.id, layers.shownFrame)).hash, height);
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
