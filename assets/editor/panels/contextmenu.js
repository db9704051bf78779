// @ts-check
/**
 * The context menus: the commands that a place offers, with their keys. Those that cannot run now are grey; where no
 * track is selected, most of them cannot, and the menu has only those that can.
 */

import { kbd } from "../../kit/dom.js";
import { openMenuAt } from "../../kit/floating.js";
import { GROUPS } from "../commands/command.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/floating.js").MenuItem} MenuItem */

/**
 * Entries of a place, with a line between groups.
 * @param {Editor} app @param {import("../commands/command.js").Place} place @returns {(MenuItem|null)[]}
 */
export function entriesOf({ registry, keymap, track }, place) {
  const offered = registry.offered(place).filter(({ id }) => track || !registry.reason(id));
  return GROUPS.map((group) => offered.filter((command) => command.group === group))
    .filter((commands) => commands.length)
    .flatMap((commands, i) => [
      ...(i ? [null] : []),
      ...commands.map(({ id, title, icon }) => {
        const key = keymap.keyOf(id);
        return {
          title,
          icon: icon ?? "right",
          note: key ? kbd(key) : undefined,
          reason: registry.reason(id),
          run: () => registry.run(id),
          name: id,
        };
      }),
    ]);
}

/** Open the menu of a place. @param {Editor} app @param {import("../commands/command.js").Place} place @param {[x: number, y: number]} point of the window */
export function openContextMenu(app, place, point) {
  const { track } = app;
  const label = track ? `Commands of track ${track.number}` : "Commands of the picture";
  openMenuAt(app.root, point, entriesOf(app, place), { label, width: 320 });
}
