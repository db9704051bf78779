// @ts-check
/** The preview that the review bar shows: shown, changed, applied or discarded. */

import { messageOf } from "../../kit/request.js";
import { Preview } from "./preview.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

/** Show a preview in place of the one before. @param {Editor} app @param {Preview} preview */
export function showPreview(app, preview) {
  app.view.set({ preview, previewOf: app.view.now.revision });
}

/** Discard the shown preview. @param {Editor} app */
export function discardPreview(app) {
  const { preview } = app.view.now;
  app.view.set({ preview: null });
  preview?.discard();
}

/** Apply the shown preview: its one edit. @param {Editor} app */
function applyPreview(app) {
  const { preview } = app.view.now;
  if (!preview) return null;
  app.view.set({ preview: null });
  return preview.apply(app);
}

/** Show what a command returned, where that is a preview. @param {Editor} app @param {unknown} result */
export function takeResult(app, result) {
  if (result instanceof Preview) showPreview(app, result);
  if (!(result instanceof Promise)) return;
  const { document } = app;
  result
    .then((value) => {
      if (value instanceof Preview && document === app.document) showPreview(app, value);
    })
    .catch((/** @type {unknown} */ error) =>
      app.toast({ tone: "bad", icon: "warn", title: "Not done", text: messageOf(error) }),
    );
}

/** Tracks changed under the shown preview: ask it for one of the new state. @param {Editor} app */
export async function renewPreview(app) {
  const { preview, previewOf, revision } = app.view.now;
  if (!preview || previewOf === revision) return;
  app.view.set({ previewOf: revision });
  const next = await preview.again(app);
  if (app.view.now.preview !== preview) return;
  if (next) showPreview(app, next);
  else {
    discardPreview(app);
    app.toast({ icon: "warn", title: "Preview discarded", text: "Its tracks changed meanwhile.", name: "preview" });
  }
}

/** A key that the shown preview has for itself. @param {Editor} app @param {string} key @returns {boolean} whether it has */
export function keyOfPreview(app, key) {
  const work = app.view.now.preview?.keys[key];
  if (!work) return false;
  const next = work();
  if (next) showPreview(app, next);
  return true;
}

/** @type {import("./reasons.js").Check} */
const noPreview = (app) => (app.view.now.preview ? null : "There is no preview to decide on.");

/** @type {readonly Command[]} */
export const PREVIEWING = Object.freeze([
  {
    id: "applyPreview",
    title: "Apply the preview",
    group: "Change tracks",
    keys: ["Enter"],
    scope: "preview",
    icon: "check",
    whilePreview: true,
    unavailable: noPreview,
    run: applyPreview,
  },
  {
    id: "discardPreview",
    title: "Discard the preview",
    group: "Change tracks",
    keys: ["Escape"],
    scope: "preview",
    icon: "x",
    whilePreview: true,
    unavailable: noPreview,
    run: discardPreview,
  },
]);
