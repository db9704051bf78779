// @ts-check
/** The commands that need no part of the page, and the object by which code runs all commands. */

import { Keymap } from "../shortcuts/keymap.js";
import { ACCEPT_ALL } from "./acceptall.js";
import { ATTRIBUTES } from "./attributes.js";
import { DRAWING } from "./drawing.js";
import { LOOK_ELSEWHERE } from "./everywhere.js";
import { FLICKER } from "./flicker.js";
import { GENERAL } from "./general.js";
import { JUDGING } from "./judging.js";
import { MOVING } from "./moving.js";
import { PREVIEWING } from "./previewing.js";
import { Registry } from "./registry.js";
import { SEEING } from "./seeing.js";
import { TRACKS } from "./tracks.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("../document/editbatch.js").Edit} Edit */
/** @typedef {import("../editor.js").Editor} Editor */

/**
 * @typedef {object} WithArgument commands that take one, or may
 * @property {(frame: number) => void} goto
 * @property {(id: string|null) => void} select
 * @property {(id?: string) => void} hide
 * @property {(id?: string) => void} lock
 * @property {(id?: string) => void} solo
 * @property {(category: string|null) => void} startTrack
 * @property {(category: string) => unknown} setCategory
 * @property {(name: string) => unknown} rename
 * @property {(id: string) => unknown} undoEdit
 * @property {(anchor?: EventTarget|null) => void} newTrack
 * @property {(line?: [number, number][]) => unknown} splitSpace
 * @property {(partner?: string) => unknown} merge
 * @property {(partner?: string) => unknown} swap
 * @property {(partner?: string) => unknown} join
 */
/** @typedef {Record<string, () => unknown> & WithArgument} Commands */

/** @type {readonly Command[]} */
export const COMMANDS = Object.freeze([
  ...JUDGING,
  ACCEPT_ALL,
  ...ATTRIBUTES,
  ...PREVIEWING,
  ...TRACKS,
  ...MOVING,
  ...DRAWING,
  ...SEEING,
  FLICKER,
  LOOK_ELSEWHERE,
  ...GENERAL,
]);

/**
 * Give an editor its registry and its keys.
 * @param {Editor} app
 * @param {readonly Command[]} [more] those of verbs and panels
 * @param {Storage} [storage] where a person's own keys are kept
 * @returns {Commands} one function a command, by its id; each runs it through the registry
 */
export function createCommands(app, more = [], storage) {
  const commands = [...COMMANDS, ...more];
  const registry = new Registry(app, commands);
  app.registry = registry;
  app.keymap = new Keymap(commands, storage);
  const run = commands.map(({ id }) => [id, (/** @type {unknown} */ argument) => registry.run(id, argument)]);
  return /** @type {Commands} */ (Object.fromEntries(run));
}
