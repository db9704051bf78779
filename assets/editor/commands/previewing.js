// @ts-check
/** The preview that the review bar shows: shown, changed, applied or discarded. */

import { messageOf } from "../../kit/request.js";
import { Preview } from "./preview.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

/** Show a preview in place of the one before. @param {Editor} app @param {Preview} preview */
export function showPreview(app, preview) {
  const { previews, revision } = app.view.now;
  app.view.set({ preview, previewOf: revision, previews: previews + 1 });
}

/**
 * Remember the shown preview: the answer says whether it is still shown, be it made anew since tracks changed.
 * @param {Editor} app @returns {() => boolean}
 */
export function stillShown(app) {
  const { previews } = app.view.now;
  return () => app.view.now.preview !== null && app.view.now.previews === previews;
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
  const stands = stillShown(app);
  result
    .then((value) => {
      if (!(value instanceof Preview) || document !== app.document) return;
      if (!app.view.now.preview || stands()) showPreview(app, value);
      else comeLate(app, value);
    })
    .catch((/** @type {unknown} */ error) =>
      app.toast({ tone: "bad", icon: "warn", title: "Not done", text: messageOf(error) }),
    );
}

/** A preview came after another one, on which a person has yet to decide. @param {Editor} app @param {Preview} late */
function comeLate(app, late) {
  late.discard();
  const text = "Another preview was shown before it was ready. Decide on that one, then ask again.";
  app.toast({ icon: late.icon, title: `${late.title}: not shown`, text, name: "not now" });
}

/** Tracks changed under the shown preview: ask it for one of the new state. @param {Editor} app */
export async function renewPreview(app) {
  const { preview, previewOf, revision } = app.view.now;
  if (!preview || previewOf === revision) return;
  app.view.set({ previewOf: revision });
  let text = "Its tracks changed meanwhile.";
  const next = await Promise.resolve(preview.again(app)).catch((/** @type {unknown} */ error) => {
    text = messageOf(error);
    return null;
  });
  if (app.view.now.preview !== preview) return;
  if (next) app.view.set({ preview: next, previewOf: app.view.now.revision });
  else {
    discardPreview(app);
    app.toast({ icon: "warn", title: "Preview discarded", text, name: "preview" });
  }
}

/** A key that the shown preview has for itself. @param {Editor} app @param {string} key @returns {boolean} whether it has */
export function keyOfPreview(app, key) {
  const work = app.view.now.preview?.keys[key];
  if (!work) return false;
  takeResult(app, work());
  return true;
}

/** @type {import("./reasons.js").Check} */
const noPreview = (app) => (app.view.now.preview ? null : "There is no preview to decide on.");

/** @param {Editor} app @param {number} which question of the preview, from 0 */
const questionOf = (app, which) => app.view.now.preview?.questions[which];

/**
 * A key that answers a question of the preview with its next answer, the first one after the last.
 * @param {string} id @param {number} which question, from 0 @param {string} title @param {string} key @returns {Command}
 */
const nextAnswer = (id, which, title, key) => ({
  id,
  title,
  group: "Change tracks",
  keys: [key],
  scope: "preview",
  whilePreview: true,
  unavailable: (app) => noPreview(app) ?? (questionOf(app, which) ? null : "The preview asks nothing more."),
  run: (app) => {
    const question = questionOf(app, which);
    if (!question) return null;
    const at = question.answers.findIndex(({ name }) => name === question.chosen);
    return question.choose(question.answers[(at + 1) % question.answers.length].name);
  },
});

/** Commands that answer the questions of a preview, in the order of the questions. */
export const ANSWERS = Object.freeze([
  nextAnswer("nextAnswer", 0, "Next answer in the preview", "Q"),
  nextAnswer("nextAnswerOfSecond", 1, "Next answer to the second question", "Shift+Q"),
]);

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
  ...ANSWERS,
]);
