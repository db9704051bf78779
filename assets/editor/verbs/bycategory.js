// @ts-check
/** Hide, lock or show alone the tracks of the selected track's category, or all. They change what is shown, and no track. */

import { EVERYWHERE } from "../commands/command.js";
import { noTrack, noVideo } from "../commands/reasons.js";
import { trackOf } from "./subjects.js";

/** @typedef {import("../commands/command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./plan.js").Track} Track */

/** Put tracks into a set, or take them out where all are in it. @param {Set<string>} set ids, changed @param {Track[]} tracks */
export function toggled(set, tracks) {
  const all = tracks.every(({ id }) => set.has(id));
  for (const { id } of tracks)
    if (all) set.delete(id);
    else set.add(id);
}

/** The tracks of the selected one's category. @param {Editor} app */
const alike = (app) => app.document.list().filter((track) => track.category === trackOf(app).category);

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
 * @typedef {Pick<Command, "id"|"title"|"keys"|"icon"> & {change: (app: Editor) => void, locks?: boolean}} Parts
 *   `locks`: not while a preview is shown, which Apply would write into the locked tracks all the same
 */

/** @param {Parts} parts @returns {Command} */
const command = ({ change, locks = false, ...shown }) =>
  Object.freeze({
    ...shown,
    group: "Tracks",
    places: EVERYWHERE,
    whilePreview: !locks,
    unavailable: noTrack,
    run: (/** @type {Editor} */ app) => {
      change(app);
      app.view.set({ marks: app.view.now.marks + 1 });
    },
  });

/** One that needs no selected track. @param {Parts} parts @returns {Command} */
const ofAll = (parts) =>
  Object.freeze({ ...command(parts), places: /** @type {const} */ (["palette"]), unavailable: noVideo });

/** @type {readonly Command[]} */
export const BY_CATEGORY = Object.freeze([
  command({
    id: "hideCategory",
    title: "Hide, show this category",
    keys: ["Shift+H"],
    icon: "eye",
    change: (app) => toggled(app.view.now.hidden, alike(app)),
  }),
  command({
    id: "lockCategory",
    title: "Lock, unlock this category",
    keys: ["Shift+L"],
    icon: "lock",
    locks: true,
    change: (app) => toggled(app.view.now.locked, alike(app)),
  }),
  command({
    id: "soloCategory",
    title: "Only this category",
    keys: ["Alt+Shift+H"],
    icon: "solo",
    change: (app) => alone(app.view.now.hidden, app.document.list(), trackOf(app).category),
  }),
  ofAll({
    id: "hideAll",
    title: "Hide, show all tracks",
    keys: ["Ctrl+Shift+H"],
    icon: "eye",
    change: (app) => toggled(app.view.now.hidden, app.document.list()),
  }),
  ofAll({
    id: "lockAll",
    title: "Lock, unlock all tracks",
    keys: ["Ctrl+Shift+L"],
    icon: "lock",
    locks: true,
    change: (app) => toggled(app.view.now.locked, app.document.list()),
  }),
]);
