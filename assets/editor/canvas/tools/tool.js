// @ts-check
/** The type of a tool of the canvas. */

/** @typedef {import("../../editor.js").Editor} Editor */

/**
 * @typedef {object} Point of the pointer
 * @property {number} x picture pixels, in steps of 1/256
 * @property {number} y picture pixels
 * @property {boolean} inverse Alt, the right button, or the eraser of a pen
 * @property {boolean} shift
 * @property {number|null} pressure of a pen, 0 to 1; null for a mouse or a finger
 */

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} label
 * @property {string} icon
 * @property {readonly string[]} [keys] default keys that choose the tool
 * @property {string} [command] id of the command that chooses it; the name unless given
 * @property {string} cursor ring, or a cursor of CSS
 * @property {readonly ("modes"|"shapes"|"size"|"tolerance"|"prompted")[]} [options] parts of the options bar: add and subtract;
 *   replace and intersect too; the brush; the wand's tolerance; what found a mask, and how sure it is
 * @property {boolean} [pans] a press moves the picture
 * @property {(app: Editor, point: Point) => boolean} down a press; true when moves and the release belong to the tool
 * @property {(app: Editor, points: Point[]) => void} move
 * @property {(app: Editor) => void} up
 * @property {(app: Editor) => void} cancel
 * @property {(app: Editor, point: Point) => void} [hover] a move without a pressed button
 * @property {(app: Editor) => void} [leave] the pointer left the canvas
 * @property {(app: Editor) => boolean} [waits] whether a half drawn shape of it waits on this frame and track
 * @property {(app: Editor) => void} [settle] saves what is not saved yet, before anything else happens
 * @property {(app: Editor) => void} [finish] Enter
 * @property {(app: Editor, undoing: boolean) => boolean} [takeBack] takes the last step of a half drawn shape back; false without one
 * @property {(app: Editor) => boolean} [giveBack] the step that was taken back last; false without one
 */

export {};
