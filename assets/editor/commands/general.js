// @ts-check
/** Undo, redo, and what happens to unsent edits. */

import { loadFromFile, saveAsFile } from "../document/queuefile.js";
import { discardPreview } from "./previewing.js";
import { noVideo } from "./reasons.js";
import { redo, undo, undoEdit } from "./undoing.js";

/** @typedef {import("./command.js").Command} Command */

const GROUP = "General";

/** @type {import("./reasons.js").Check} */
const nothingWaits = (app) => (app.queue?.pending ? null : "No edit waits: everything is saved.");

/** @type {readonly Command[]} */
export const GENERAL = Object.freeze([
  {
    id: "undo",
    title: "Undo",
    group: GROUP,
    keys: ["Ctrl+Z"],
    icon: "undo",
    repeat: true,
    whileDrawing: true,
    whilePreview: true,
    unavailable: noVideo,
    run: (app) => (app.view.now.preview ? discardPreview(app) : undo(app)),
  },
  {
    id: "redo",
    title: "Redo",
    group: GROUP,
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    icon: "redo",
    repeat: true,
    whileDrawing: true,
    unavailable: noVideo,
    run: redo,
  },
  { id: "undoEdit", title: "Undo this edit", group: GROUP, places: [], unavailable: noVideo, run: undoEdit },
  {
    id: "save",
    title: "Save now",
    group: GROUP,
    keys: ["Ctrl+S"],
    whilePreview: true,
    unavailable: noVideo,
    run: (app) => app.queue?.retry(),
  },
  {
    id: "retry",
    title: "Send waiting edits now",
    group: GROUP,
    places: [],
    whilePreview: true,
    run: (app) => app.queue?.retry(),
  },
  {
    id: "saveQueue",
    title: "Save waiting edits as a file",
    group: GROUP,
    icon: "export",
    whilePreview: true,
    unavailable: nothingWaits,
    run: (app) => saveAsFile(app),
  },
  {
    id: "loadQueue",
    title: "Send edits from a file",
    group: GROUP,
    icon: "import",
    unavailable: noVideo,
    run: loadFromFile,
  },
]);
