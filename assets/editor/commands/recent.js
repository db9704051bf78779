// @ts-check
/** The commands that a person ran last, kept in this browser. */

const STORED = "v-recent";
const MOST = 6;

/** Ids, newest first. @param {Pick<Storage, "getItem">} storage @returns {string[]} */
export function recentCommands(storage) {
  try {
    /** @type {unknown} */
    const kept = JSON.parse(storage.getItem(STORED) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string").slice(0, MOST) : [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
}

/** Put a command first. @param {Pick<Storage, "getItem"|"setItem">} storage @param {string} id */
export function remember(storage, id) {
  const others = recentCommands(storage).filter((other) => other !== id);
  storage.setItem(STORED, JSON.stringify([id, ...others].slice(0, MOST)));
}
