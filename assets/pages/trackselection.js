// @ts-check
/** Which tracks are selected on the page of tracks. */

export class Selection {
  /** @param {() => void} changed called after each change */
  constructor(changed) {
    this.changed = changed;
    /** @type {Set<string>} ids */ this.ids = new Set();
    /** @type {string|null} the track that the last press without Shift chose */ this.anchor = null;
  }

  /** @param {string} id */
  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = id;
    this.changed();
  }

  /**
   * Add all tracks from the last chosen one to this one.
   * @param {string} id
   * @param {readonly string[]} order ids of all tracks that are found
   */
  extend(id, order) {
    const to = order.indexOf(id);
    const from = this.anchor === null ? to : order.indexOf(this.anchor);
    if (to < 0 || from < 0) return this.toggle(id);
    for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) this.ids.add(one);
    this.changed();
  }

  /** Select exactly these. @param {Iterable<string>} ids */
  set(ids) {
    this.ids = new Set(ids);
    this.anchor = null;
    this.changed();
  }
}
