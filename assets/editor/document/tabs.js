// @ts-check
/**
 * The open tabs of this browser, so that no tab adopts the unsent edits of another open one.
 *
 * A tab holds a lock of its own until it is closed (Web Locks). A page that was loaded over plain HTTP from another
 * machine has no such locks: there a tab writes the time into the browser's storage at intervals.
 */

import { newIdentifier } from "../../kit/identifier.js";

const PREFIX = "v-tab:";
/** Milliseconds between two writes of the time. */
const BEAT = 5_000;
/** Milliseconds without a write after which a tab counts as closed: browsers run a hidden tab once a minute. */
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
  // Held until the page is closed; `closed` waits until it is granted.
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
