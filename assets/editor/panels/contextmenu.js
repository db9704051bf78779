// @ts-check
/**
 * The context menus: the commands that a place offers, with their keys. Those that cannot run now are grey; where no
 * track is selected, most of them cannot, and the menu has only those that can.
 */

import { kbd } from "../../kit/dom.js";
import { openMenuAt } from "../../kit/floating.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/floating.js").MenuItem} MenuItem */

/** Groups from the top of each column. */
const COLUMNS = [
  ["Review", "Attributes", "Tracks", "See", "General"],
  ["Move in time", "Change tracks", "Draw"],
];
/** Entries of a menu that is short enough for one column. */
const SHORT = 16;

/**
 * Entries of a place by column, with a line between groups. A command of the picture sees the pointer where it was when
 * the menu was asked for: on the way to the entry it has left the picture.
 * @param {Editor} app @param {import("../commands/command.js").Place} place @returns {(MenuItem|null)[][]}
 */
export function columnsOf({ registry, keymap, track, view }, place) {
  const { pointer } = view.now;
  const run = (/** @type {string} */ id) => {
    if (place !== "canvas") return void registry.run(id);
    const now = view.now.pointer;
    view.set({ pointer });
    registry.run(id);
    view.set({ pointer: now });
  };
  const offered = registry.offered(place).filter(({ id }) => track || !registry.reason(id));
  /** @param {import("../commands/command.js").Command} command @returns {MenuItem} */
  const entry = ({ id, title, icon }) => {
    const key = keymap.keyOf(id);
    return {
      title,
      icon: icon ?? "right",
      note: key ? kbd(key) : undefined,
      reason: registry.reason(id),
      run: () => run(id),
      name: id,
    };
  };
  const columns = offered.length <= SHORT ? [COLUMNS.flat()] : COLUMNS;
  return columns.map((groups) =>
    groups
      .map((group) => offered.filter((command) => command.group === group))
      .filter((commands) => commands.length)
      .flatMap((commands, i) => [...(i ? [null] : []), ...commands.map(entry)]),
  );
}

/** Open the menu of a place. @param {Editor} app @param {import("../commands/command.js").Place} place @param {[x: number, y: number]} point of the window */
export function openContextMenu(app, place, point) {
  const { track } = app;
  const label = track ? `Commands of track ${track.number}` : "Commands of the picture";
  openMenuAt(app.root, point, columnsOf(app, place), { label, width: 320 });
}
