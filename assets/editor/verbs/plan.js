// @ts-check
/**
 * What every verb returns: the changes of one edit, with numbers and lanes for its preview; or the reason why it does
 * nothing. Verbs are pure functions of the document and their arguments: they change neither.
 */

import { plural } from "../../kit/text.js";
import { isHuman } from "../document/document.js";
import { runsOf } from "../document/frameruns.js";

/** @typedef {import("../document/document.js").Row} Row */
/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {import("../document/document.js").VideoDocument} VideoDocument */
/** @typedef {import("../document/editbatch.js").Change} Change */
/** @typedef {[first: number, last: number]} Frames both included */

/**
 * @typedef {object} LaneMark how the lane of a track changes
 * @property {string} track id
 * @property {"gains"|"loses"|"changes"} how
 * @property {Frames[]} runs frames, in order
 * @property {boolean} [doubtful] whether a person should look at them
 */

/**
 * @typedef {object} Summary
 * @property {string} title what happens, in a few words
 * @property {Record<string, number>} numbers by what they count
 * @property {string[]} facts the same as words, for the review bar
 * @property {string[]} doubts facts that a person should read before applying
 */

/**
 * @typedef {object} Plan
 * @property {string} kind of the edit
 * @property {Change[]} changes
 * @property {Summary} summary
 * @property {LaneMark[]} lanes
 */

/** @typedef {{refused: string}} Refused with one plain sentence */
/** @typedef {Plan|Refused} Outcome */

/** @param {string} sentence @returns {Refused} */
export const refused = (sentence) => ({ refused: sentence });

/** @param {Outcome} outcome @returns {outcome is Refused} */
export const isRefused = (outcome) => "refused" in outcome;

/**
 * @param {object} parts
 * @param {string} parts.kind
 * @param {Change[]} parts.changes
 * @param {string} parts.title
 * @param {Record<string, number>} [parts.numbers]
 * @param {string[]} [parts.facts]
 * @param {string[]} [parts.doubts]
 * @param {(LaneMark|null)[]} [parts.lanes] those without frames are left out
 * @returns {Plan}
 */
export function planned({ kind, changes, title, numbers = {}, facts = [], doubts = [], lanes = [] }) {
  const shown = /** @type {LaneMark[]} */ (lanes.filter((lane) => lane !== null && lane.runs.length > 0));
  return { kind, changes, summary: { title, numbers, facts, doubts }, lanes: shown };
}

/** @param {string} track @param {LaneMark["how"]} how @param {Iterable<number>} frames in any order @param {boolean} [doubtful] @returns {LaneMark} */
export function laneMark(track, how, frames, doubtful = false) {
  return { track, how, runs: runsOf(frames), ...(doubtful ? { doubtful } : {}) };
}

/** First and last frame that a plan changes a mask on, null where it changes none. @param {Plan} plan @returns {Frames|null} */
export function extentOf(plan) {
  let [first, last] = [Infinity, -1];
  for (const { frame } of plan.changes) {
    if (frame === null) continue;
    first = Math.min(first, frame);
    last = Math.max(last, frame);
  }
  return last < 0 ? null : [first, last];
}

/** Rows of a track from one frame to another, by frame. @param {Track} track @param {Frames} frames @returns {Row[]} */
export function rowsIn(track, [first, last]) {
  const rows = [];
  if (last - first < track.rows.size) {
    for (let frame = first; frame <= last; frame += 1) {
      const row = track.rows.get(frame);
      if (row) rows.push(row);
    }
    return rows;
  }
  for (const row of track.rows.values()) if (row.frame >= first && row.frame <= last) rows.push(row);
  return rows.sort((a, b) => a.frame - b.frame);
}

/** Whether a row shows the thing: a mask that nobody rejected. @param {Row|undefined} row */
export const isShown = (row) => row !== undefined && row.state === "present" && row.review !== "rejected";

/** Whether a person said that the thing is not there. @param {Row|undefined} row */
export const isHumanAbsence = (row) => row !== undefined && row.state === "absent" && isHuman(row);

/** How many of these rows a person drew or judged. @param {Row[]} rows */
export const humanCount = (rows) => rows.filter(isHuman).length;

/** "frame 3", "frames 3 – 7". @param {Frames} frames */
export const frameWords = ([first, last]) => (first === last ? `frame ${first}` : `frames ${first} – ${last}`);

/**
 * Words for frames that a person judged and that a verb changes. @param {number} human how many
 * @param {string} one what happens to one of them @param {string} many to several @returns {string[]} none for zero
 */
export const humanWords = (human, one, many) =>
  human ? [plural(human, `frame that a person judged ${one}`, `frames that a person judged ${many}`)] : [];

/**
 * The tracks of a verb, or why they cannot be changed.
 * @param {VideoDocument} document @param {string[]} ids @param {Set<string>} locked
 * @returns {{tracks: Track[]}|Refused}
 */
export function tracksOf(document, ids, locked) {
  if (new Set(ids).size !== ids.length) return refused("Choose two different tracks.");
  const tracks = [];
  for (const id of ids) {
    const track = document.tracks.get(id);
    if (!track || track.deleted) return refused("The track was deleted meanwhile.");
    if (locked.has(id)) return refused(`Track ${track.number} is locked; unlock it first.`);
    tracks.push(track);
  }
  return { tracks };
}
