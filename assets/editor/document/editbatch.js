// @ts-check
/** Which unsent edits build on which, and which of them can go out in one request. */

import { PART } from "./parts.js";

/**
 * @typedef {object} Change of one row: of a mask, of a track (frame null), or of a complete range (range_id)
 * @property {string|null} track id
 * @property {number|null} frame
 * @property {import("../../kit/wire.js").RowValues|null} after null takes the row away
 * @property {string} [range_id]
 */
/** @typedef {{version: number}|{edit: string}} Base what a change builds on: a version of the row, or an unsent edit of it */
/** @typedef {Change & {before: Base}} BuiltChange */
/** @typedef {{id: string, kind: string, changes: BuiltChange[], seq: number, made?: number}} Edit `made` in ms since 1970 */

/** @typedef {{edit: Edit, rows: import("../../kit/wire.js").WrittenRow[]}} Conflict an edit, and the rows that it collides with */
/**
 * @typedef {{reason: "queued"|"sending"|"storage"|"held"|"saved"}
 *   | {reason: "offline", seconds: number, why: string}
 *   | ({reason: "conflict"} & Conflict)
 *   | {reason: "applied", edit: Edit, result: import("../../kit/wire.js").EditResult}
 *   | {reason: "refused", sentence: string, edits: Edit[]}} QueueEvent `storage`: the browser's storage is full; `held`:
 *   only conflicts are left; `offline`: the next try comes after some seconds
 */

/** Name of the row that a change writes. @param {{track: string|null, frame: number|null, range_id?: string}} change */
export const rowName = (change) =>
  change.range_id ? `range ${change.range_id}` : `${change.track} ${change.frame ?? "track"}`;

/** Edits that a change builds on and that are not sent yet. @param {Edit} edit @returns {Set<string>} their ids */
function bases(edit) {
  return new Set(edit.changes.flatMap(({ before }) => ("edit" in before ? [before.edit] : [])));
}

/**
 * Some edits and all that build on them.
 * @param {Edit[]} waiting oldest first @param {Iterable<string>} ids
 * @returns {Set<string>} ids
 */
export function withDependents(waiting, ids) {
  const found = new Set(ids);
  if (!found.size) return found;
  for (const edit of waiting) if ([...bases(edit)].some((base) => found.has(base))) found.add(edit.id);
  return found;
}

/**
 * Edits that can go out together, oldest first: none builds on two others of the same request, and they are not too long.
 * @param {Edit[]} waiting @param {number} most
 * @returns {Edit[]}
 */
export function nextBatch(waiting, most) {
  const edits = [];
  const names = new Set();
  let rows = 0;
  for (const edit of waiting.slice(0, most)) {
    rows += edit.changes.length;
    if (edits.length && rows > PART) break;
    const on = bases(edit);
    if (on.size > 1 || [...on].some((base) => !names.has(base))) break;
    names.add(edit.id);
    edits.push(edit);
  }
  return edits;
}

/** @typedef {ReturnType<typeof toSend>} SentEdit */

/**
 * An edit as the server takes it, with the seconds that it has waited, if any: working time counts when it was done.
 * @param {Edit} edit @param {number} [now] in ms since 1970
 */
export function toSend(edit, now = Date.now()) {
  const [base] = bases(edit);
  const waited = (now - (edit.made ?? now)) / 1000;
  return {
    id: edit.id,
    kind: edit.kind,
    ...(waited >= 1 ? { waited } : {}),
    ...(base ? { base } : {}),
    changes: edit.changes.map(({ track, frame, after, range_id, before }) => ({
      track,
      frame,
      after,
      before_version: "edit" in before ? -1 : before.version,
      ...(range_id ? { range_id } : {}),
    })),
  };
}
