// @ts-check
/** Changes that put rows into tracks: a mask moves as a pointer, with its verdict and marks; nothing is decoded. */

import { isHuman } from "../document/document.js";
import { valuesOf } from "../document/rows.js";

/** @typedef {import("../document/document.js").Row} Row */
/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {import("../document/document.js").VideoDocument} VideoDocument */
/** @typedef {import("../document/editbatch.js").Change} Change */
/** @typedef {import("../../kit/wire.js").RowValues} RowValues */

/** Put the content of a row into a track. @param {VideoDocument} document @param {string} track id @param {Row} row @param {number} [frame] @returns {Change} */
export function put(document, track, row, frame = row.frame) {
  return { track, frame, after: valuesOf(document.masks, document, row) };
}

/** Take a row away: nobody looked at this frame. @param {string} track id @param {number} frame @returns {Change} */
export const clear = (track, frame) => ({ track, frame, after: null });

/** A person says that the thing is not there. @param {string} track id @param {number} frame @returns {Change} */
export function putAbsent(track, frame) {
  return { track, frame, after: { state: "absent", mask: null, source: "drawn", review: "corrected" } };
}

/** A mask that this page made. @param {VideoDocument} document @param {string} counts compressed COCO run lengths @returns {RowValues} */
export function drawnMask(document, counts) {
  const { height, width } = document;
  return { state: "present", rle: { size: [height, width], counts }, source: "drawn", review: "corrected" };
}

/** A mask that was computed from those of a person, for review. @param {RowValues} content @param {"interpolated"|"propagated"} source @returns {RowValues} */
export function computedMask(content, source) {
  const { state, mask, rle } = content;
  return { state, ...(rle ? { rle } : { mask }), source, review: "unreviewed" };
}

/** The own row of a new track like another one. @param {Track} track @returns {RowValues} */
export function ownValues({ category, name, rejected, occluded, iscrowd, score, run, extra, ...rest }) {
  const own = { category, name, deleted: false, rejected, occluded, iscrowd, score, run };
  const { truncated, attributes } = rest;
  return {
    ...own,
    ...(truncated && { truncated }),
    ...(Object.keys(attributes).length && { attributes }),
    ...(Object.keys(extra).length && { extra }),
  };
}

/** The own row of a new track. @param {string} id @param {Track} like @param {Partial<RowValues>} [values] that differ @returns {Change} */
export const newTrack = (id, like, values = {}) => ({
  track: id,
  frame: null,
  after: { ...ownValues(like), ...values },
});

/** Delete a track; its row stays, so that an undo brings its number back. @param {string} id @returns {Change} */
export const deleteTrack = (id) => ({ track: id, frame: null, after: { deleted: true } });

/**
 * How much a row says: nothing, a model saw nothing there, a rejected mask, or a claim that counts.
 * @param {Row|undefined} row @returns {0|1|2|3}
 */
export function weight(row) {
  if (!row) return 0;
  if (row.state === "absent") return isHuman(row) ? 3 : 1;
  return row.review === "rejected" ? 2 : 3;
}
