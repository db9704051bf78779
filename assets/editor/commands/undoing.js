// @ts-check
/** Undo and redo, one after another, and what the page shows of their answers. */

import { newIdentifier } from "../../kit/identifier.js";
import { messageOf } from "../../kit/request.js";
import { api } from "../api.js";
import { openVideo } from "../state.js";

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
  const track = answer.rows?.find((row) => row.track)?.track;
  if (typeof answer.frame === "number") {
    // A frame inside of a wide edit shows its effect already.
    const { frame } = app.view.now;
    if (frame < answer.frame || frame > (answer.last_frame ?? answer.frame)) app.commands.goto(answer.frame);
  }
  if (track && app.document.tracks.get(track) && !app.document.tracks.get(track)?.deleted)
    app.view.set({ selected: track });
  if (app.track?.deleted || !app.track) app.view.set({ selected: null });
  app.refreshVideo();
}

/** Undo the latest edit; an unsent one is taken back. @param {Editor} app */
export function undo(app) {
  const { queue } = app;
  if (!queue || app.stage?.takeBack(true)) return turnOf(app);
  app.encoder.flush();
  for (const toast of app.root.querySelectorAll(".v-undoable")) toast.remove();
  const stuck = app.session.now.saving === "offline" || queue.conflicts.size > 0;
  if (stuck && queue.takeBack()) return turnOf(app);
  const video = openVideo(app.session).id;
  return inTurn(app, () => api.undo(video, { author: app.author, id: newIdentifier() }), "undo");
}

/** Undo this edit, also when later ones followed; an unsent one is taken back. @param {Editor} app @param {string} id */
export function undoEdit(app, id) {
  const { queue } = app;
  if (!queue || (queue.waiting.at(-1)?.id === id && queue.takeBack())) return turnOf(app);
  const video = openVideo(app.session).id;
  return inTurn(app, () => api.undo(video, { author: app.author, id: newIdentifier(), edit: id }), "undo");
}

/** @param {Editor} app */
export function redo(app) {
  const { queue } = app;
  if (!queue || app.stage?.giveBack() || queue.giveBack()) return turnOf(app);
  const video = openVideo(app.session).id;
  return inTurn(app, () => api.redo(video, { author: app.author, id: newIdentifier() }), "redo");
}
