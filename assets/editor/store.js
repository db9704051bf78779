// @ts-check
/** A plain store: an object, patches, and listeners that run once per batch of patches. */

/**
 * @template {object} T
 * @typedef {object} Store
 * @property {T} now the current values; read only
 * @property {(patch: Partial<T>) => void} set change values; equal ones are no change
 * @property {(names: (keyof T)[], listener: (now: T) => void) => () => void} on call a listener after changes; returns a function that stops it
 * @property {(name: keyof T) => void} touch report that a mutable value changed inside
 */

/**
 * Make a store. Listeners run in a microtask after the change, each once per batch.
 * @template {object} T
 * @param {T} initial
 * @param {(task: () => void) => void} [later] how to defer, for tests
 * @returns {Store<T>}
 */
export function createStore(initial, later = queueMicrotask) {
  const now = { ...initial };
  /** @type {Set<{names: Set<keyof T>, listener: (now: T) => void}>} */
  const listeners = new Set();
  /** @type {Set<keyof T>} */
  let changed = new Set();

  function notify() {
    const names = changed;
    changed = new Set();
    for (const entry of [...listeners]) {
      if ([...names].some((name) => entry.names.has(name))) entry.listener(now);
    }
  }

  /** @param {keyof T} name */
  function touch(name) {
    if (changed.size === 0) later(notify);
    changed.add(name);
  }

  return {
    now,
    touch,
    set(patch) {
      for (const name of /** @type {(keyof T)[]} */ (Object.keys(patch))) {
        if (Object.is(now[name], patch[name])) continue;
        now[name] = /** @type {T[keyof T]} */ (patch[name]);
        touch(name);
      }
    },
    on(names, listener) {
      const entry = { names: new Set(names), listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}
