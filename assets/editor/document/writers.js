// @ts-check
/** Which unsent edits write which row, so that no edit of thousands of rows has to be searched. */

import { rowName } from "./editbatch.js";

/** @typedef {import("./editbatch.js").Edit} Edit */

export class Writers {
  constructor() {
    /** @type {Map<string, Edit[]>} unsent edits by the name of a row that they write, oldest first */
    this.edits = new Map();
  }

  /** @param {Edit} edit newer than all others */
  add(edit) {
    for (const change of edit.changes) {
      const name = rowName(change);
      const list = this.edits.get(name);
      if (list) list.push(edit);
      else this.edits.set(name, [edit]);
    }
  }

  /** @param {Edit} edit */
  remove(edit) {
    for (const change of edit.changes) {
      const name = rowName(change);
      const left = (this.edits.get(name) ?? []).filter((other) => other !== edit);
      if (left.length) this.edits.set(name, left);
      else this.edits.delete(name);
    }
  }

  /** The last unsent edit that writes a row. @param {string} name from `rowName` @returns {Edit|undefined} */
  last(name) {
    return this.edits.get(name)?.at(-1);
  }
}
