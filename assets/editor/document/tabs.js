// @ts-check
/**
 * Which tabs of this browser are open, so that nobody takes unsent edits away from one that still has them.
 *
 * A tab holds a lock of its own for as long as it lives (Web Locks). A page that came over plain HTTP from another
 * machine has no such locks: there a tab writes the time into the browser's storage, again and again.
 */

import { newIdentifier } from "../../kit/identifier.js";

const PREFIX = "v-tab:";
/** Milliseconds between two signs of life where there are no locks. */
const BEAT = 5_000;
/** Milliseconds of silence after which such a tab counts as closed: browsers wake a hidden tab once a minute. */
const SILENCE = 150_000;

/**
 * @typedef {object} Tab
 * @property {string} id of this tab
 * @property {(ids: string[]) => Promise<Set<string>>} closed those of the ids whose tabs are not open any more
 * @property {<T>(work: () => T) => Promise<T>} alone runs `work` in no two tabs at the same time
 */

/**
 * Make this tab known.
 * @param {Storage} storage
 * @param {LockManager|undefined} locks
 * @returns {Tab}
 */
export function openTab(storage, locks) {
  const id = newIdentifier();
  return locks ? withLocks(id, locks) : withBeats(id, storage);
}

/** @param {string} id @param {LockManager} locks @returns {Tab} */
function withLocks(id, locks) {
  // Held until the page is gone; a question that comes before it is granted waits for it.
  const held = new Promise((granted) => {
    locks.request(PREFIX + id, () => {
      granted(undefined);
      return new Promise(() => {});
    });
  });
  return {
    id,
    async closed(ids) {
      await held;
      const { held: names = [], pending = [] } = await locks.query();
      const open = new Set([...names, ...pending].map((lock) => lock.name));
      return new Set(ids.filter((one) => !open.has(PREFIX + one)));
    },
    alone: async (work) => locks.request("v-adopt", async () => work()),
  };
}

/** @param {string} id @param {Storage} storage @returns {Tab} */
function withBeats(id, storage) {
  const beat = () => {
    try {
      storage.setItem(PREFIX + id, String(Date.now()));
    } catch {
      // The storage is full: another tab may send this tab's edits as well, and the server takes each once.
    }
  };
  beat();
  setInterval(beat, BEAT);
  globalThis.addEventListener?.("pagehide", () => storage.removeItem(PREFIX + id));
  globalThis.addEventListener?.("pageshow", beat);
  return {
    id,
    async closed(ids) {
      const since = (/** @type {string} */ one) => Date.now() - Number(storage.getItem(PREFIX + one) ?? 0);
      const gone = ids.filter((one) => one !== id && since(one) > SILENCE);
      for (const one of gone) storage.removeItem(PREFIX + one);
      return new Set(gone);
    },
    alone: async (work) => work(),
  };
}
