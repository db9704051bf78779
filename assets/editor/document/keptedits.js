// @ts-check
/**
 * Edits that the server does not have yet, kept in this browser so that they survive a reload.
 *
 * They belong to the tab that made them: `v-edit:VIDEO:TAB:NUMBER`. A tab that has the video open adopts the edits of
 * tabs that were closed, in the order in which they were made.
 */

/** @typedef {import("./editbatch.js").Edit} Edit */
/** @typedef {import("./tabs.js").Tab} Tab */
/** @typedef {{place: string, tab: string, number: string, edit: Edit}} Place */

/** Milliseconds between two searches for edits of tabs that were closed, or that ended without a farewell. */
const SEARCH = 15_000;

/**
 * Adopt the edits of closed tabs now, and those of tabs that close later.
 * @param {{resume: () => Promise<number>}} queue
 * @returns {() => void} ends it
 */
export function followClosedTabs(queue) {
  const search = () => queue.resume().catch((/** @type {unknown} */ error) => console.error(error));
  search();
  const timer = setInterval(search, SEARCH);
  return () => clearInterval(timer);
}

export class KeptEdits {
  /** @param {Storage} storage @param {string} video id @param {Tab} tab */
  constructor(storage, video, tab) {
    this.storage = storage;
    this.prefix = `v-edit:${video}:`;
    this.tab = tab;
    /** @type {Map<string, string>} where edits lie, by their ids */
    this.places = new Map();
  }

  /** @param {Edit} edit @returns {boolean} whether there was room for it */
  put(edit) {
    const place = `${this.prefix}${this.tab.id}:${String(edit.seq).padStart(9, "0")}`;
    try {
      this.storage.setItem(place, JSON.stringify(edit));
    } catch {
      return false; // an adopted edit stays where it lay
    }
    const before = this.places.get(edit.id);
    if (before !== undefined && before !== place) this.storage.removeItem(before);
    this.places.set(edit.id, place);
    return true;
  }

  /** @param {Edit} edit */
  remove(edit) {
    const place = this.places.get(edit.id);
    if (place !== undefined) this.storage.removeItem(place);
    this.places.delete(edit.id);
  }

  /**
   * Hand over the edits of this tab's earlier pages and of tabs that are closed, oldest first. `take` must `put` each,
   * which makes it this tab's own; no other tab adopts anything meanwhile.
   * @param {(edits: Edit[]) => void} take
   */
  async adopt(take) {
    const closed = await this.tab.closed([...new Set(this.list().map(({ tab }) => tab))]);
    await this.tab.alone(() => {
      const free = this.list().filter(({ tab }) => tab === this.tab.id || closed.has(tab));
      /** @type {Place[]} */
      const found = [];
      for (const { place, tab, number } of free) {
        const edit = this.read(place);
        if (edit && !this.places.has(edit.id)) found.push({ place, tab, number, edit });
      }
      const edits = [];
      for (const { place, edit } of inOrder(found)) {
        if (this.places.has(edit.id)) continue; // two tabs without locks may both have kept it
        this.places.set(edit.id, place);
        edits.push(edit);
      }
      take(edits);
    });
  }

  /** Where edits of this video lie, and whose they are. */
  list() {
    const found = [];
    for (let i = 0; i < this.storage.length; i += 1) {
      const place = this.storage.key(i);
      if (!place?.startsWith(this.prefix)) continue;
      const [number, tab = ""] = place.slice(this.prefix.length).split(":").reverse();
      found.push({ place, tab, number });
    }
    return found;
  }

  /** @param {string} place @returns {Edit|null} null where there is no edit */
  read(place) {
    try {
      const edit = JSON.parse(this.storage.getItem(place) ?? "null");
      return typeof edit?.id === "string" && Array.isArray(edit.changes) ? edit : null;
    } catch {
      return null;
    }
  }
}

/**
 * Tab after tab, by the time of each one's first edit; within a tab by number.
 * @param {Place[]} places @returns {Place[]}
 */
function inOrder(places) {
  /** @type {Map<string, number>} */
  const began = new Map();
  for (const { tab, edit } of places) began.set(tab, Math.min(edit.made ?? 0, began.get(tab) ?? Infinity));
  const start = (/** @type {Place} */ { tab }) => began.get(tab) ?? 0;
  return places.sort((a, b) => start(a) - start(b) || a.tab.localeCompare(b.tab) || a.number.localeCompare(b.number));
}
