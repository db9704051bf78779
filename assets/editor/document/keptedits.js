// @ts-check
/** Edits that the server does not have yet, kept in this browser so that they survive a reload. */

/** @typedef {import("./editbatch.js").Edit} Edit */

export class KeptEdits {
  /** @param {Storage} storage @param {string} name of the video */
  constructor(storage, name) {
    this.storage = storage;
    this.prefix = `v-edit:${name}:`;
  }

  /** @param {Edit} edit */
  place(edit) {
    return this.prefix + String(edit.seq).padStart(9, "0");
  }

  /** @param {Edit} edit @returns {boolean} whether there was room for it */
  put(edit) {
    try {
      this.storage.setItem(this.place(edit), JSON.stringify(edit));
      return true;
    } catch {
      return false;
    }
  }

  /** @param {Edit} edit */
  remove(edit) {
    this.storage.removeItem(this.place(edit));
  }

  /** Every kept edit, oldest first. @returns {Edit[]} */
  all() {
    const names = [];
    for (let i = 0; i < this.storage.length; i += 1) {
      const name = this.storage.key(i);
      if (name?.startsWith(this.prefix)) names.push(name);
    }
    return names.sort().map((name) => JSON.parse(/** @type {string} */ (this.storage.getItem(name))));
  }
}
