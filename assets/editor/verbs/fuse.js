// @ts-check
/** One row out of the rows of two tracks on one frame. */

import { isHuman } from "../document/document.js";
import { valuesOf } from "../document/rows.js";
import { union } from "../masks/combine.js";
import { stringify } from "../masks/rle.js";
import { drawnMask, weight } from "./moving.js";
import { refused, tracksOf } from "./plan.js";

/** @typedef {import("./plan.js").Row} Row */
/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */
/** @typedef {"first"|"second"|"union"} Choice what holds where both tracks say something */

/**
 * The two tracks of a verb that makes one of them, or why it cannot.
 * @param {VideoDocument} document @param {{first: string, second: string, locked: Set<string>}} args ids of tracks
 * @param {string} done "merged": what cannot be done with a rejected track
 * @returns {{tracks: Track[]}|import("./plan.js").Refused}
 */
export function pairOf(document, { first, second, locked }, done) {
  const found = tracksOf(document, [first, second], locked);
  const rejected = "refused" in found ? undefined : found.tracks.find((track) => track.rejected);
  return rejected ? refused(`Track ${rejected.number} is rejected; accept it before it is ${done}.`) : found;
}

/** Whether both rows say something that counts, and not the same. @param {Row|undefined} first @param {Row|undefined} second */
export function collide(first, second) {
  if (!first || !second || weight(first) < 3 || weight(second) < 3) return false;
  return first.state === "present" || second.state === "present";
}

/** Frames on which both tracks say something that counts. @param {Track} one @param {Track} other @returns {number[]} in order */
export function overlap(one, other) {
  const frames = [];
  for (const row of other.rows.values()) if (collide(one.rows.get(row.frame), row)) frames.push(row.frame);
  return frames.sort((a, b) => a - b);
}

/**
 * The rows of an overlap, whose masks must be loaded where they are united.
 * @param {VideoDocument} document @param {[string, string]} ids of tracks @param {import("./plan.js").Frames} [frames] of these alone
 * @returns {import("./offer.js").Place[]}
 */
export function inBoth(document, ids, [from, to] = [0, Infinity]) {
  const [one, other] = ids.map((id) => document.tracks.get(id));
  if (!one || !other) return [];
  const both = overlap(one, other).filter((frame) => frame >= from && frame <= to);
  return both.flatMap((frame) => ids.map((track) => ({ track, frame })));
}

/**
 * The row that stays of two. What a person said holds against a model, whatever the choice; only where the masks of both
 * are taken together does a model add to the mask of a person.
 * @param {VideoDocument} document its masks of these rows are loaded where they are united
 * @param {Row|undefined} first @param {Row|undefined} second @param {Choice} choice
 * @returns {{row: Row}|{values: import("../../kit/wire.js").RowValues}|null} null where both have none
 */
export function fused(document, first, second, choice) {
  if (!first || !second) return first || second ? { row: /** @type {Row} */ (first ?? second) } : null;
  if (!collide(first, second)) return { row: weight(second) > weight(first) ? second : first };
  const held = heldByPerson(first, second, choice);
  if (held) return { row: held };
  if (choice !== "union") return { row: choice === "first" ? first : second };
  if (first.state === "absent" || second.state === "absent") return { row: first.state === "absent" ? second : first };
  if (first.hash === second.hash) return { row: isHuman(second) ? second : first };
  return { values: united(document, first, second) };
}

/** The row of a person that holds against one of a model, null where none does. @param {Row} first @param {Row} second @param {Choice} choice */
export function heldByPerson(first, second, choice) {
  if (isHuman(first) === isHuman(second)) return null;
  const masks = first.state === "present" && second.state === "present";
  return choice === "union" && masks ? null : isHuman(first) ? first : second;
}

/** Whether a row of a person is no longer as it was in what stays. @param {Row} row @param {ReturnType<typeof fused>} stays */
export const isOverwritten = (row, stays) => isHuman(row) && !(stays && "row" in stays && stays.row.hash === row.hash);

/** @param {VideoDocument} document @param {Row} first @param {Row} second @returns {import("../../kit/wire.js").RowValues} */
function united(document, first, second) {
  const counts = stringify(union(runsOf(document, first), runsOf(document, second)));
  const made = drawnMask(document, counts);
  if (isHuman(first) || isHuman(second)) return made;
  // Two masks that nobody judged stay unreviewed together.
  const values = { ...valuesOf(document.masks, document, first), rle: made.rle };
  delete values.mask;
  return values;
}

/** @param {VideoDocument} document @param {Row} row @returns {Uint32Array} throws where the mask is not loaded */
export function runsOf(document, row) {
  const runs = row.hash === null ? undefined : document.masks.runs(row.hash);
  if (!runs) throw new Error(`The mask of frame ${row.frame} is not loaded.`);
  return runs;
}
