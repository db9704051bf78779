// @ts-check
/** Who makes the edits of this browser. */

const STORED = "v-author";

/** The author's name, made at the first call and then kept. @param {Storage} storage */
export function author(storage) {
  const kept = storage.getItem(STORED);
  if (kept) return kept;
  const made = `person:${Math.random().toString(16).slice(2, 10)}`;
  storage.setItem(STORED, made);
  return made;
}
