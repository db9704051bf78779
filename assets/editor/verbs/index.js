// @ts-check
/** The verbs: commands that change tracks in time and space, one file each. */

/** @type {readonly import("../commands/command.js").Command[]} in the order of the context menus */
export const VERBS = Object.freeze([]);
