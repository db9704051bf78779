// @ts-check
/** The type of a command, and the places where one is offered. */

/** @typedef {import("../editor.js").Editor} Editor */

/**
 * Where a command is offered: in the palette, or in the context menu of a lane of the timeline, of a row in the list of
 * tracks, or of the canvas.
 * @typedef {"palette"|"lane"|"row"|"canvas"} Place
 */

/** All places. @type {readonly Place[]} */
export const EVERYWHERE = Object.freeze(["palette", "lane", "row", "canvas"]);

/**
 * Where its keys hold: everywhere in the editor, only while the canvas has the focus, only while a preview is shown, only
 * with the tool that moves masks.
 * @typedef {"editor"|"canvas"|"preview"|"moving"} Scope
 */

/**
 * One thing that a person can ask for. `run` acts on the selected track and the shown frame unless an argument names
 * others. It returns a `Preview` (or a promise of one) where it touches more than one frame; the review bar shows that.
 * @typedef {object} CommandParts
 * @property {string} id the name under `app.commands`
 * @property {string} title what it does, in sentence case
 * @property {string} group one of GROUPS; the heading in the help
 * @property {readonly string[]} [keys] default keys, written as `keyName` names them: "Ctrl+Shift+Z", "F", "!"
 * @property {readonly string[]} [canvasKeys] more default keys, only while the canvas has the focus
 * @property {Scope} [scope] of `keys`; "editor" unless given
 * @property {boolean} [repeat] whether a held key runs it again and again
 * @property {string} [icon] a name of look/icons.js
 * @property {readonly Place[]} [places] ["palette"] unless given; empty for commands that only code runs
 * @property {boolean} [whilePreview] whether it may run while a preview is shown; it must then change no track
 * @property {boolean} [whileDrawing] whether it belongs to the shape that is being drawn: it may run while a button is down on
 *   the canvas, and the shape is not saved before it
 */

/**
 * @typedef {CommandParts & {
 *   unavailable?(app: Editor, argument?: unknown): string|null,
 *   run(app: Editor, argument?: unknown): unknown,
 * }} Command `unavailable`: why it cannot run now, in plain words that end with a full stop; null when it can
 */

/** Headings in the help and the palette, in their order. */
export const GROUPS = Object.freeze([
  "Move in time",
  "Review",
  "Draw",
  "Tracks",
  "Attributes",
  "Change tracks",
  "See",
  "General",
]);

/** @param {Command} command @param {Place} place */
export const isOffered = ({ places = ["palette"] }, place) => places.includes(place);
