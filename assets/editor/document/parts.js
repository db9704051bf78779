// @ts-check
/** An edit that is too long for one request goes in parts, one after another; the server undoes and redoes them as one. */

/** @typedef {import("./editbatch.js").Change} Change */

/** Rows of one edit at most: the server refuses a longer one. */
const MOST_CHANGES = 200_000;
/** Rows of a part: a busy machine takes some seconds for it, for which other people's edits wait. */
export const PART = 10_000;

export const TOO_MANY = "One edit changes at most 200,000 masks. Choose a shorter range, and do it in several steps.";

/** Whether a change is a verdict or a mark on a mask: it means the same whatever becomes of the others. @param {Change} change */
const standsAlone = ({ frame, after }) =>
  frame !== null && after !== null && Object.keys(after).every((name) => ["review", "look", "key"].includes(name));

/**
 * The parts of an edit, as the server knows them by their ids (`storage/edits/log.py`).
 * @param {string} id @param {Change[]} changes
 * @returns {{id: string, changes: Change[]}[]} one, where no parts are needed; none where it is too long and is only right as a whole
 */
export function inParts(id, changes) {
  if (changes.length <= PART) return [{ id, changes }];
  if (!changes.every(standsAlone)) return changes.length <= MOST_CHANGES ? [{ id, changes }] : [];
  return Array.from({ length: Math.ceil(changes.length / PART) }, (_, k) => ({
    id: `${id}~${k + 1}`,
    changes: changes.slice(k * PART, (k + 1) * PART),
  }));
}

/** The id of the whole edit. @param {string} id of an edit or of a part */
const wholeOf = (id) => id.replace(/~\d+$/, "");

/**
 * The newest edit as a whole, if all parts of it are still there.
 * @template {{id: string}} Edit @param {Edit[]} waiting oldest first
 * @returns {Edit[]} none where a part is gone
 */
export function newestWhole(waiting) {
  const newest = waiting.at(-1);
  if (!newest) return [];
  const whole = wholeOf(newest.id);
  const parts = waiting.filter(({ id }) => wholeOf(id) === whole);
  return [whole, `${whole}~1`].includes(parts[0].id) ? parts : [];
}
