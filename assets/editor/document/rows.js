// @ts-check
/** Rows of masks in the page, made from what the server sends and from what an edit writes, and the way back. */

/** @typedef {import("./document.js").Row} Row */
/** @typedef {import("../masks/store.js").MaskStore} MaskStore */
/** @typedef {import("../../kit/wire.js").RowValues} RowValues */
/** @typedef {import("../../kit/wire.js").SentRow} SentRow */

/**
 * @typedef {object} MoreValues what a row seldom has; never changed in place, because many rows share one
 * @property {string} [run] that proposed the mask
 * @property {string} [parent] the edit from which the mask was spread, the later one of two
 * @property {string} [other_parent] the earlier one
 * @property {boolean} [occluded]
 * @property {boolean} [iscrowd]
 * @property {boolean} [truncated]
 * @property {Record<string, string>} [attributes] chosen values by attribute id
 * @property {Record<string, unknown>} [extra] what came with a file
 * @property {string} [lookAuthor] who says that it needs a look, unless a person of this page does
 */

/** Who a page names as the author of *needs a look*. */
const PERSON = "person";
/** How many different ones are shared at most. */
const SHARED = 4000;
/** @type {Map<string, MoreValues>} */
const shared = new Map();

/**
 * The same object for equal values: a run has hundreds of thousands of rows.
 * @param {{run?: string|null, parent?: string|null, other_parent?: string|null, occluded?: boolean, iscrowd?: boolean, truncated?: boolean, attributes?: Record<string, string>|null, extra?: Record<string, unknown>|null, lookAuthor?: string|null}} values
 * @returns {MoreValues|null} null where there is nothing
 */
export function moreValues({ run, parent, other_parent, occluded, iscrowd, truncated, attributes, extra, lookAuthor }) {
  /** @type {MoreValues} */
  const more = {};
  if (run) more.run = run;
  if (parent) more.parent = parent;
  if (other_parent) more.other_parent = other_parent;
  if (occluded) more.occluded = true;
  if (iscrowd) more.iscrowd = true;
  if (truncated) more.truncated = true;
  if (attributes && Object.keys(attributes).length) more.attributes = attributes;
  if (extra) more.extra = extra;
  if (lookAuthor && lookAuthor !== PERSON) more.lookAuthor = lookAuthor;
  if (!Object.keys(more).length) return null;
  const key = JSON.stringify(more);
  const known = shared.get(key);
  if (known) return known;
  if (shared.size >= SHARED) shared.clear();
  shared.set(key, Object.freeze(more));
  return more;
}

/**
 * The row of an answer of `GET tracks`.
 * @param {SentRow} row @param {string|null} run of the track, which its proposed rows share
 * @returns {Row}
 */
export function sentRow([frame, state, source, review, key, score, look, version, hash, area, more], run) {
  return {
    frame,
    state: state === 1 || state === "present" ? "present" : "absent",
    source,
    review,
    key: Boolean(key),
    score,
    look,
    version,
    hash,
    area: area ?? 0,
    more: moreValues({ ...(source === "proposed" ? { run } : {}), ...more }),
  };
}

/** @param {Row} one @param {Row} other */
export function sameRow(one, other) {
  return /** @type {(keyof Row)[]} */ (Object.keys(other)).every(
    (name) => one[name] === other[name] || (name === "more" && JSON.stringify(one.more) === JSON.stringify(other.more)),
  );
}

/**
 * The row that an edit makes: new content, or a verdict or a mark on the row before.
 * @param {MaskStore} masks
 * @param {{frame: number, version: number, after: RowValues & {hash?: string, area?: number}, before: Row|null}} change
 * @returns {Row}
 */
export function rowOf(masks, { frame, version, after, before }) {
  const content = "state" in after || "mask" in after || "rle" in after;
  if (before && !content) return marked(before, version, after);
  const state = after.state === "absent" ? "absent" : "present";
  let hash = after.mask ?? after.hash ?? null;
  if (after.rle) hash = masks.addLocal(after.rle.counts);
  const known = hash !== null && masks.has(hash) ? masks.area(hash) : null;
  const lookAuthor = authorOf(after.look);
  const { run, parent, other_parent, occluded, iscrowd, truncated, attributes, extra } = after;
  return {
    frame,
    state,
    version,
    source: after.source ?? "drawn",
    review: after.review ?? "corrected",
    key: Boolean(after.key ?? false),
    score: after.score ?? null,
    look: reasonOf(after.look),
    hash: state === "present" ? hash : null,
    area:
      state === "present" && hash !== null
        ? (known ?? after.area ?? (hash === before?.hash ? before?.area : null) ?? null)
        : 0,
    more: moreValues({ run, parent, other_parent, occluded, iscrowd, truncated, attributes, extra, lookAuthor }),
  };
}

/** @param {Row} before @param {number} version @param {RowValues} after @returns {Row} */
function marked(before, version, after) {
  const { look: sent, run, parent, other_parent, occluded, iscrowd, truncated, attributes, extra, ...values } = after;
  const look = sent === undefined ? ("review" in after ? null : before.look) : reasonOf(sent);
  const rare = { run, parent, other_parent, occluded, iscrowd, truncated, attributes, extra };
  const given = Object.entries(rare).filter(([, value]) => value !== undefined);
  const lookAuthor = sent === undefined ? (look === null ? null : before.more?.lookAuthor) : authorOf(sent);
  const more = moreValues({ ...before.more, ...Object.fromEntries(given), lookAuthor });
  return { ...before, .../** @type {Partial<Row>} */ (values), look, version, more };
}

/** Why a row needs a look. @param {import("../../kit/wire.js").Look|undefined} look @returns {string|null} */
function reasonOf(look) {
  return (typeof look === "object" ? look?.reason : look) ?? null;
}

/** @param {import("../../kit/wire.js").Look|undefined} look @returns {string|null} */
function authorOf(look) {
  return look && typeof look === "object" ? look.author : null;
}

/** What a new mask of the same thing on the same frame keeps. @param {Row|null|undefined} row @returns {RowValues} */
export function keptAttributes(row) {
  const { occluded, iscrowd, truncated, attributes } = row?.more ?? {};
  return {
    ...(occluded && { occluded }),
    ...(iscrowd && { iscrowd }),
    ...(truncated && { truncated }),
    ...(attributes && { attributes }),
  };
}

/**
 * What an edit writes to put the content of a row elsewhere: its mask, verdict, marks and all else. The server takes the
 * mask by its hash; one that only this page has is sent along.
 * @param {MaskStore} masks @param {{height: number, width: number}} size pixels @param {Row} row
 * @returns {RowValues}
 */
export function valuesOf(masks, { height, width }, row) {
  /** @type {RowValues} */
  const values = { state: row.state, source: row.source, review: row.review };
  const own = row.hash === null ? undefined : masks.own.get(row.hash);
  if (row.state === "absent") values.mask = null;
  else if (own !== undefined) values.rle = { size: [height, width], counts: own };
  else values.mask = row.hash;
  if (row.key) values.key = true;
  if (row.score !== null) values.score = row.score;
  const { lookAuthor, ...more } = row.more ?? {};
  if (row.look !== null) values.look = { reason: row.look, author: lookAuthor ?? PERSON };
  return Object.assign(values, more);
}
