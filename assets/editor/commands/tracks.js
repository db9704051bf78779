// @ts-check
/** Commands that select, show, lock and begin tracks. */

import { newIdentifier } from "../../kit/identifier.js";
import { EVERYWHERE } from "./command.js";
import { noTrack, noVideo } from "./reasons.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

const GROUP = "Tracks";
const DRAWS = new Set(["brush", "polygon", "lasso"]);

/** @param {Editor} app @param {"hidden"|"locked"} name @param {string|undefined} id */
function toggle({ view }, name, id) {
  if (!id) return;
  const set = view.now[name];
  if (!set.delete(id)) set.add(id);
  view.set({ marks: view.now.marks + 1 });
}

/** @param {Editor} app @param {1|-1} step */
function cycle(app, step) {
  const list = app.document.list();
  const at = list.findIndex((track) => track.id === app.view.now.selected);
  const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length;
  app.view.set({ selected: list[next].id, newTrack: null });
}

/** @type {import("./reasons.js").Check} */
const noTracks = (app) => noVideo(app) ?? (app.document.list().length ? null : "This video has no tracks yet.");

/** A track that the argument names, or the selected one. @type {import("./reasons.js").Check} */
const noneNamed = (app, argument) => (argument ? null : noTrack(app));

/** @param {Editor} app @param {string|null} category */
function startTrack({ view, document }, category) {
  const tool = DRAWS.has(view.now.tool) ? view.now.tool : "brush";
  const newTrack = { id: newIdentifier(), category, number: document.nextNumber() };
  view.set({ newTrack, selected: null, tool, mode: "add" });
}

/** @type {readonly Command[]} */
export const TRACKS = Object.freeze([
  {
    id: "nextTrack",
    title: "Select the next track",
    group: GROUP,
    keys: ["J"],
    canvasKeys: ["Tab"],
    repeat: true,
    whilePreview: true,
    unavailable: noTracks,
    run: (app) => cycle(app, 1),
  },
  {
    id: "previousTrack",
    title: "Select the previous track",
    group: GROUP,
    keys: ["Shift+J"],
    canvasKeys: ["Shift+Tab"],
    repeat: true,
    whilePreview: true,
    unavailable: noTracks,
    run: (app) => cycle(app, -1),
  },
  {
    id: "select",
    title: "Select a track",
    group: GROUP,
    places: [],
    whilePreview: true,
    run: (app, /** @type {string|null} */ id) => app.view.set({ selected: id, newTrack: null }),
  },
  {
    id: "hide",
    title: "Hide, show",
    group: GROUP,
    keys: ["H"],
    icon: "eye",
    places: EVERYWHERE,
    whilePreview: true,
    unavailable: noneNamed,
    run: (app, /** @type {string|undefined} */ id) => toggle(app, "hidden", id ?? app.track?.id),
  },
  {
    id: "lock",
    title: "Lock, unlock",
    group: GROUP,
    keys: ["L"],
    icon: "lock",
    places: EVERYWHERE,
    unavailable: noneNamed,
    run: (app, /** @type {string|undefined} */ id) => toggle(app, "locked", id ?? app.track?.id),
  },
  {
    id: "solo",
    title: "Only this track",
    group: GROUP,
    keys: ["Alt+H"],
    icon: "solo",
    places: EVERYWHERE,
    whilePreview: true,
    unavailable: noneNamed,
    run: ({ view, track }, /** @type {string|undefined} */ id) => {
      const wanted = id ?? track?.id ?? "";
      view.set({ solo: view.now.solo === wanted ? "" : wanted, marks: view.now.marks + 1 });
    },
  },
  {
    id: "startTrack",
    title: "Begin a track of a category",
    group: GROUP,
    places: [],
    unavailable: noVideo,
    run: startTrack,
  },
]);
