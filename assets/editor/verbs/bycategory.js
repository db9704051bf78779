// @ts-check
/** Hide, lock or show alone all tracks of the selected track's category. They change what is shown, and no track. */

import { EVERYWHERE } from "../commands/command.js";
import { noTrack } from "../commands/reasons.js";
import { trackOf } from "./subjects.js";

/** @typedef {import("../commands/command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./plan.js").Track} Track */

/**
 * Put the tracks of a category into a set, or take them out where all are in it.
 * @param {Set<string>} set ids, changed @param {Track[]} tracks @param {string|null} category
 */
export function toggled(set, tracks, category) {
  const ids = tracks.filter((track) => track.category === category).map(({ id }) => id);
  const all = ids.every((id) => set.has(id));
  for (const id of ids)
    if (all) set.delete(id);
    else set.add(id);
}

/**
 * Hide all tracks but those of a category, or show all where that is so already.
 * @param {Set<string>} hidden ids, changed @param {Track[]} tracks @param {string|null} category
 */
export function alone(hidden, tracks, category) {
  const wanted = new Set(tracks.filter((track) => track.category !== category).map(({ id }) => id));
  const same = wanted.size === hidden.size && [...wanted].every((id) => hidden.has(id));
  hidden.clear();
  if (!same) for (const id of wanted) hidden.add(id);
}

/**
 * @param {{id: string, title: string, key: string, icon: string, change: (app: Editor, category: string|null) => void}} parts
 * @returns {Command}
 */
const command = ({ id, title, key, icon, change }) =>
  Object.freeze({
    id,
    title,
    group: "Tracks",
    keys: [key],
    icon,
    places: EVERYWHERE,
    whilePreview: true,
    unavailable: noTrack,
    run: (/** @type {Editor} */ app) => {
      change(app, trackOf(app).category);
      app.view.set({ marks: app.view.now.marks + 1 });
    },
  });

/** @type {readonly Command[]} */
export const BY_CATEGORY = Object.freeze([
  command({
    id: "hideCategory",
    title: "Hide, show this category",
    key: "Shift+H",
    icon: "eye",
    change: (app, category) => toggled(app.view.now.hidden, app.document.list(), category),
  }),
  command({
    id: "lockCategory",
    title: "Lock, unlock this category",
    key: "Shift+L",
    icon: "lock",
    change: (app, category) => toggled(app.view.now.locked, app.document.list(), category),
  }),
  command({
    id: "soloCategory",
    title: "Only this category",
    key: "Alt+Shift+H",
    icon: "solo",
    change: (app, category) => alone(app.view.now.hidden, app.document.list(), category),
  }),
]);
