// @ts-check
/** Which unsent edits build on which, and which of them can go out in one request. */

/**
 * @typedef {object} Change
 * @property {string|null} track
 * @property {number|null} frame
 * @property {any} after
 * @property {string} [range_id]
 * @property {{version: number}|{edit: string}} [before]
 */
/** @typedef {{id: string, kind: string, changes: Change[], seq: number, made?: number}} Edit `made` in ms since 1970 */

/** Name of the row that a change writes. @param {{track: string|null, frame: number|null, range_id?: string}} change */
export const rowName = (change) =>
  change.range_id ? `range ${change.range_id}` : `${change.track} ${change.frame ?? "track"}`;

/** Edits that a change builds on and that are not sent yet. @param {Edit} edit @returns {Set<string>} their ids */
function bases(edit) {
  const found = edit.changes.map((change) => /** @type {any} */ (change.before).edit).filter(Boolean);
  return new Set(found);
}

/**
 * Some edits and all that build on them.
 * @param {Edit[]} waiting oldest first @param {Iterable<string>} ids
 * @returns {Set<string>} ids
 */
export function withDependents(waiting, ids) {
  const found = new Set(ids);
  for (const edit of waiting) if ([...bases(edit)].some((base) => found.has(base))) found.add(edit.id);
  return found;
}

/**
 * Edits that can go out together, oldest first: none builds on two others of the same request.
 * @param {Edit[]} waiting @param {number} most
 * @returns {Edit[]}
 */
export function nextBatch(waiting, most) {
  const edits = [];
  const names = new Set();
  for (const edit of waiting.slice(0, most)) {
    const on = bases(edit);
    if (on.size > 1 || [...on].some((base) => !names.has(base))) break;
    names.add(edit.id);
    edits.push(edit);
  }
  return edits;
}

/** An edit as the server takes it. @param {Edit} edit */
export function toSend(edit) {
  const [base] = bases(edit);
  return {
    id: edit.id,
    kind: edit.kind,
    ...(base ? { base } : {}),
    changes: edit.changes.map(({ track, frame, after, range_id, before }) => ({
      track,
      frame,
      after,
      before_version: /** @type {any} */ (before).edit ? -1 : /** @type {any} */ (before).version,
      ...(range_id ? { range_id } : {}),
    })),
  };
}
