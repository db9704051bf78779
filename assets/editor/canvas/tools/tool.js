// @ts-check
/** The type of a tool of the canvas. */

/** @typedef {import("../../editor.js").Editor} Editor */

/**
 * @typedef {object} Point of the pointer
 * @property {number} x picture pixels
 * @property {number} y picture pixels
 * @property {boolean} inverse Alt or the right button
 * @property {boolean} shift
 */

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} label
 * @property {string} icon
 * @property {readonly string[]} [keys] default keys that choose the tool
 * @property {string} [command] id of the command that chooses it; the name unless given
 * @property {string} cursor ring, or a cursor of CSS
 * @property {boolean} [pans] a press moves the picture
 * @property {(app: Editor, point: Point) => boolean} down a press; true when moves and the release belong to the tool
 * @property {(app: Editor, points: Point[]) => void} move
 * @property {(app: Editor) => void} up
 * @property {(app: Editor) => void} cancel
 * @property {(app: Editor, point: Point) => void} [hover] a move without a pressed button
 * @property {(app: Editor) => void} [finish] Enter
 * @property {(app: Editor) => void} [takeBack] takes the last step of a half drawn shape back
 */

export {};
