// @ts-check
/** Undo and redo, one after another, and what the page shows of their answers. */

import { newIdentifier } from "../../kit/identifier.js";
import { messageOf } from "../../kit/request.js";
import { api } from "../api.js";
import { plural } from "../../kit/text.js";
import { KINDS } from "../../kit/kinds.js";
import { openVideo } from "../state.js";
import { framesInWords } from "./reasons.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").UndoResult} UndoResult */

/** @type {WeakMap<Editor, Promise<void>>} the last of the requests, of each editor */
const turns = new WeakMap();

/** @param {Editor} app */
const turnOf = (app) => turns.get(app) ?? Promise.resolve();

/** Run one request after another. @param {Editor} app @param {() => Promise<UndoResult>} ask @param {"undo"|"redo"} word */
function inTurn(app, ask, word) {
  app.undos += 1;
  app.session.set({ saving: "saving" });
  const turn = turnOf(app)
    .then(async () => {
      await app.queue?.whenIdle();
      take(app, await ask(), word);
    })
    .catch((error) => app.toast({ tone: "warn", icon: "warn", title: "Not undone", text: messageOf(error) }))
    .finally(() => {
      app.undos -= 1;
      if (!app.undos && app.queue?.resting) app.queue.settle();
    });
  turns.set(app, turn);
  return turn;
}

/** @param {Editor} app @param {UndoResult} answer @param {"undo"|"redo"} word */
function take(app, answer, word) {
  if (answer.status === "nothing")
    app.toast({ icon: word === "undo" ? "undo" : "redo", title: `Nothing to ${word}`, name: "undo" });
  if (answer.status === "conflict") {
    app.toast({
      tone: "warn",
      icon: "warn",
      title: `Not ${word === "undo" ? "undone" : "redone"}`,
      text: answer.error ?? "A later edit changed the same masks.",
    });
  }
  app.applyRows(answer.rows ?? []);
  if (answer.status !== "applied") return;
  app.document.lastEdit = Math.max(app.document.lastEdit, answer.number ?? 0);
  const from = app.view.now.frame;
  const first = answer.frame ?? null;
  if (first !== null) {
    // A frame inside of a wide edit shows its effect already.
    if (from < first || from > (answer.last_frame ?? first)) app.commands.goto(first);
  }
  // How sure the server was of a mask does not hold for the one that stands there now.
  app.view.set({ selected: selectedAfter(app, answer), prompted: null });
  const frames = first === null ? null : /** @type {[number, number]} */ ([first, answer.last_frame ?? first]);
  const tracks = new Set((answer.rows ?? []).map((row) => row.track).filter((id) => id !== null));
  report(app, { word, kind: answer.kind ?? "", frames, tracks, from });
  app.refreshVideo();
}

/**
 * The track to select after an undo or redo: one that it changed and that stands, the selected one before others.
 * @param {Editor} app @param {UndoResult} answer @returns {string|null} id
 */
function selectedAfter(app, answer) {
  const stands = (/** @type {string|null} */ id) => app.document.tracks.get(id ?? "")?.deleted === false;
  const changed = (answer.rows ?? []).map((row) => row.track).filter(stands);
  const { selected } = app.view.now;
  if (changed.length && !changed.includes(selected)) return changed[0];
  return stands(selected) ? selected : null;
}

/**
 * One line about an undo or redo whose effect may lie out of sight: what it was, where, and the way there or back.
 * @param {Editor} app
 * @param {{word: "undo"|"redo", kind: string, frames: [number, number]|null, tracks: ReadonlySet<string>, from: number}} what
 *   `from`: the frame that was shown before
 */
function report(app, { word, kind, frames, tracks, from }) {
  if (frames && frames[0] === from && frames[1] === from && tracks.size < 2) return;
  const [, name] = KINDS[kind] ?? ["", kind];
  const [only] = tracks;
  const number = tracks.size === 1 ? app.document.tracks.get(only)?.number : undefined;
  const parts = [
    name,
    tracks.size > 1 ? plural(tracks.size, "track") : number ? `track ${number}` : "",
    frames ? framesInWords(app, frames) : "",
  ];
  const here = app.view.now.frame;
  const actions = [];
  if (here !== from) actions.push({ label: `Back to frame ${from}`, run: () => app.commands.goto(from) });
  else if (frames && (here < frames[0] || here > frames[1]))
    actions.push({ label: "Go there", run: () => app.commands.goto(frames[0]) });
  app.toast({
    icon: word,
    title: word === "undo" ? "Undone" : "Redone",
    text: parts.filter(Boolean).join(", "),
    name: "undo",
    actions,
  });
}

/** The same for an edit that was not sent yet. @param {Editor} app @param {import("../document/editbatch.js").Edit} edit @param {"undo"|"redo"} word */
function reportUnsent(app, { kind, changes }, word) {
  const at = changes.map(({ frame }) => frame).filter((frame) => frame !== null);
  const frames = at.length ? /** @type {[number, number]} */ ([Math.min(...at), Math.max(...at)]) : null;
  const tracks = new Set(changes.map(({ track }) => track).filter((id) => id !== null));
  report(app, { word, kind, frames, tracks, from: app.view.now.frame });
}

/** Take back the newest unsent edit. @param {Editor} app @returns {boolean} false without one */
function takenBack(app) {
  const edit = app.queue?.takeBack();
  if (edit) reportUnsent(app, edit, "undo");
  return Boolean(edit);
}

/** Undo the latest edit; an unsent one is taken back. @param {Editor} app */
export function undo(app) {
  const { queue } = app;
  if (!queue || app.stage?.takeBack(true)) return turnOf(app);
  app.encoder.flush();
  for (const toast of app.root.querySelectorAll(".v-undoable")) toast.remove();
  const stuck = app.session.now.saving === "offline" || queue.conflicts.size > 0;
  if (stuck && takenBack(app)) return turnOf(app);
  const video = openVideo(app.session).id;
  return inTurn(app, () => api.undo(video, { author: app.author, id: newIdentifier() }), "undo");
}

/** Undo this edit, also when later ones followed; an unsent one is taken back. @param {Editor} app @param {string} id */
export function undoEdit(app, id) {
  const { queue } = app;
  if (!queue || (queue.waiting.at(-1)?.id === id && takenBack(app))) return turnOf(app);
  const video = openVideo(app.session).id;
  return inTurn(app, () => api.undo(video, { author: app.author, id: newIdentifier(), edit: id }), "undo");
}

/** @param {Editor} app */
export function redo(app) {
  const { queue } = app;
  if (!queue || app.stage?.giveBack()) return turnOf(app);
  const again = queue.giveBack();
  if (again) {
    reportUnsent(app, again, "redo");
    return turnOf(app);
  }
  const video = openVideo(app.session).id;
  return inTurn(app, () => api.redo(video, { author: app.author, id: newIdentifier() }), "redo");
}
