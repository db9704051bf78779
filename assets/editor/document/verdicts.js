// @ts-check
/** The changes that a person's verdict makes on a track and a scope of frames, for one edit. */

import { isHuman } from "./document.js";

/** @typedef {import("./document.js").VideoDocument} VideoDocument */
/** @typedef {import("./document.js").Track} Track */
/** @typedef {import("./document.js").Row} Row */
/** @typedef {import("./editbatch.js").Change} Change */
/** @typedef {"frame"|"range"|"onward"|"whole"} Scope */

/**
 * Frames that a scope covers.
 * @param {Scope} scope
 * @param {{frame: number, range: [number, number]|null, count: number}} where range first and last, both in
 * @returns {[number, number]} first and last, both in
 */
export function span(scope, { frame, range, count }) {
  if (scope === "whole") return [0, count - 1];
  if (scope === "onward") return [frame, count - 1];
  if (scope === "range" && range) return range;
  return [frame, frame];
}

/** Rows of a track inside a span, by frame. @param {Track} track @param {[number, number]} span @returns {Row[]} */
function rowsIn(track, [first, last]) {
  return [...track.rows.values()]
    .filter((row) => row.frame >= first && row.frame <= last)
    .sort((a, b) => a.frame - b.frame);
}

/**
 * A verdict or a mark on a row: only what changes is sent, so that its mask and all else stay as the server has them.
 * @param {Track} track
 * @param {Row} row
 * @param {Partial<Pick<Row, "review"|"key"|"look">>} patch
 * @returns {Change}
 */
export function marked(track, row, patch) {
  const { look, ...rest } = patch;
  const flag = look === undefined ? {} : { look: look === null ? null : { reason: look, author: "person" } };
  return { track: track.id, frame: row.frame, after: { ...rest, ...flag } };
}

/** @param {VideoDocument} document @param {Track} track @param {[number, number]} frames @param {boolean} whole */
export function accept(document, track, frames, whole) {
  /** @type {Change[]} */
  const changes = [];
  if (whole && track.rejected) changes.push({ track: track.id, frame: null, after: { rejected: false } });
  for (const row of rowsIn(track, frames)) {
    // Accepting masks does not confirm the frames where the model found none: absence is a verdict of its own.
    if (row.state === "absent" && !isHuman(row)) continue;
    if (row.review === "accepted" && !row.look) continue;
    if (row.review === "corrected" && !row.look) continue;
    const review = row.review === "corrected" ? "corrected" : "accepted";
    changes.push(marked(track, row, { review, look: null }));
  }
  return changes;
}

/** @param {VideoDocument} document @param {Track} track @param {[number, number]} frames @param {boolean} whole */
export function reject(document, track, frames, whole) {
  /** @type {Change[]} */
  const changes = [];
  if (whole && !track.rejected) changes.push({ track: track.id, frame: null, after: { rejected: true } });
  for (const row of rowsIn(track, frames)) {
    if (row.state !== "present" || (row.review === "rejected" && !row.look)) continue;
    changes.push(marked(track, row, { review: "rejected", look: null }));
  }
  return changes;
}

/** Delete rows, or with the whole scope the track. @param {VideoDocument} _ @param {Track} track @param {[number, number]} frames @param {boolean} whole */
export function remove(_, track, frames, whole) {
  if (whole) return [{ track: track.id, frame: null, after: { deleted: true } }];
  return rowsIn(track, frames).map((row) => ({ track: track.id, frame: row.frame, after: null }));
}

/** Flag rows that need a look, or clear the flag where all of them have it. @param {VideoDocument} document @param {Track} track @param {[number, number]} frames */
export function look(document, track, frames) {
  const rows = rowsIn(track, frames);
  const on = rows.some((row) => !row.look);
  return rows
    .filter((row) => on !== Boolean(row.look))
    .map((row) => marked(track, row, { look: on ? "Marked by hand" : null }));
}

/** Make a frame a key frame, or no more. @param {VideoDocument} document @param {Track} track @param {number} frame */
export function keyFrame(document, track, frame) {
  const row = track.rows.get(frame);
  if (!row || row.state !== "present") return [];
  return [marked(track, row, { key: !row.key })];
}

/** The declared ranges that meet some frames. @param {VideoDocument} document @param {[number, number]} frames first and last, both in */
const meeting = (document, [first, last]) =>
  [...document.complete.values()].filter(({ start, stop }) => start <= last && stop > first);

/**
 * Whether a declared range is about a category.
 * @param {{categories: readonly string[]}} range without categories: about all of them
 * @param {string|null} category id; null: any category
 */
export const isAbout = ({ categories }, category) =>
  category === null || !categories.length || categories.includes(category);

/**
 * Whether all these frames are declared complete for each of some categories.
 * @param {VideoDocument} document
 * @param {[number, number]} frames first and last, both in
 * @param {readonly (string|null)[]} categories ids; null: any category; none at all: a declaration for all of them
 */
export function isDeclared(document, [first, last], categories) {
  const ranges = meeting(document, [first, last]).sort((a, b) => a.start - b.start);
  // No category has an empty id: only a range for all categories holds for it.
  return (categories.length ? categories : [""]).every((category) => {
    let next = first;
    for (const range of ranges) if (range.start <= next && isAbout(range, category)) next = Math.max(next, range.stop);
    return next > last;
  });
}

/**
 * Declare frames complete, or withdraw it where all of them are declared for these categories; other frames stay as they are.
 * @param {VideoDocument} document
 * @param {[number, number]} frames first and last, both in
 * @param {string[]} categories ids
 * @param {() => string} newId
 * @returns {{changes: Change[], declared: boolean}}
 */
export function complete(document, [first, last], categories, newId) {
  /** @param {string} id @param {Change["after"]} after @returns {Change} */
  const change = (id, after) => ({ track: null, frame: null, range_id: id, after });
  if (!isDeclared(document, [first, last], categories))
    return { declared: true, changes: [change(newId(), { start: first, stop: last + 1, categories })] };
  const met = meeting(document, [first, last]);
  const rest = met.flatMap(({ start, stop, categories: of }) => [
    ...(start < first ? [change(newId(), { start, stop: first, categories: of })] : []),
    ...(stop > last + 1 ? [change(newId(), { start: last + 1, stop, categories: of })] : []),
  ]);
  return { declared: false, changes: [...met.map(({ id }) => change(id, null)), ...rest] };
}
