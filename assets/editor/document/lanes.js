// @ts-check
/** A track's rows as the timeline and the lists show them: runs of equal frames, and how many are reviewed. */

import { isHuman, isKey } from "./document.js";
import { lengthen } from "./frameruns.js";
import { isAbout } from "./verdicts.js";

/** @typedef {import("./document.js").Track} Track */
/** @typedef {[first: number, last: number, state: string]} Run frames, the last one included, and their state */
/**
 * @typedef {object} Lane
 * @property {Run[]} parts present frames by source
 * @property {[number, number][]} joined present frames, whatever their source
 * @property {[number, number][]} absent
 * @property {[number, number][]} unknown gaps between rows
 * @property {Run[]} review accepted, corrected, rejected or look
 * @property {number[]} keys
 * @property {number[]} looks first frames of runs that need a look
 * @property {[number, number][]} scores frame and score
 * @property {Record<import("../../kit/words.js").ReviewState|"assumed"|"present"|"hand", number>} tally frames; each
 *   counts once as flagged (`look`), by its review, or as absent by a model alone (`assumed`); `hand`: drawn
 * @property {QueueItem[]} flagged runs of frames that need a look
 * @property {QueueItem[]} open runs of other frames without a verdict
 */

/** @type {WeakMap<Track, {revision: number, lane: Lane}>} */
const kept = new WeakMap();

/**
 * Rows of a track as runs; recomputed only after the track changed. A change that these do not show, such as a stroke on a
 * frame that has a drawn mask already, gives the same object.
 * @param {Track} track @returns {Lane}
 */
export function laneOf(track) {
  const old = kept.get(track);
  if (old && old.revision === track.revision) return old.lane;
  const made = build(track);
  const lane = old && equal(old.lane, made) ? old.lane : made;
  kept.set(track, { revision: track.revision, lane });
  return lane;
}

/** Whether two values of numbers, texts, lists and plain objects say the same. @param {any} one @param {any} other @returns {boolean} */
function equal(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => equal(one[name], other[name]));
}

/** @param {Track} track @returns {Lane} */
function build(track) {
  const rows = [...track.rows.values()].sort((a, b) => a.frame - b.frame);
  /** @type {Lane} */
  const lane = {
    parts: [],
    joined: [],
    absent: [],
    unknown: [],
    review: [],
    keys: [],
    looks: [],
    scores: [],
    tally: { accepted: 0, corrected: 0, rejected: 0, unreviewed: 0, assumed: 0, look: 0, present: 0, hand: 0 },
    flagged: [],
    open: [],
  };
  let previous = -2;
  let looked = -2;
  let open = -2; // up to here, the last run without a verdict can go on
  for (const row of rows) {
    if (previous >= 0 && row.frame > previous + 1) lane.unknown.push([previous + 1, row.frame - 1]);
    if (row.state === "present") {
      extend(lane.parts, row.frame, row.source);
      lengthen(lane.joined, row.frame);
      lane.tally.present += 1;
      if (row.score !== null) lane.scores.push([row.frame, row.score]);
    } else {
      lengthen(lane.absent, row.frame);
    }
    if (row.source === "drawn") lane.tally.hand += 1;
    if (isKey(row)) lane.keys.push(row.frame);
    if (row.look) {
      if (looked !== row.frame - 1) lane.looks.push(row.frame);
      looked = row.frame;
      grow(lane.flagged, track, row.frame, "look", row.look);
    } else if (row.state === "present" && row.review === "unreviewed") {
      // Verdicts inside of a run shorten it from its ends and do not cut it in two.
      const last = lane.open[lane.open.length - 1];
      if (last && open === row.frame - 1) last.last = row.frame;
      else grow(lane.open, track, row.frame, "unreviewed", "Unreviewed");
      open = row.frame;
    } else if (row.state === "present" && open === row.frame - 1) open = row.frame;
    const state = row.look ? "look" : row.review;
    if (state !== "unreviewed") extend(lane.review, row.frame, state);
    if (row.look) lane.tally.look += 1;
    else if (row.state === "present" || isHuman(row)) lane.tally[row.review] += 1;
    else lane.tally.assumed += 1;
    previous = row.frame;
  }
  return lane;
}

/** @param {Run[]} runs @param {number} frame @param {string} what */
function extend(runs, frame, what) {
  const last = runs[runs.length - 1];
  if (last && last[1] === frame - 1 && last[2] === what) last[1] = frame;
  else runs.push([frame, frame, what]);
}

/** Where the review of a track stands. @param {Track} track @returns {import("../../kit/words.js").ReviewState} */
export function stateOf(track) {
  if (track.rejected) return "rejected";
  const { tally } = laneOf(track);
  if (tally.look) return "look";
  if (tally.unreviewed || track.rows.size === 0) return "unreviewed";
  if (tally.corrected) return "corrected";
  if (tally.accepted) return "accepted";
  return tally.rejected ? "rejected" : "unreviewed";
}

/**
 * @typedef {object} Progress frames times tracks, each counted once; those of a rejected track as rejected
 * @property {number} accepted
 * @property {number} corrected
 * @property {number} rejected
 * @property {number} unreviewed
 * @property {number} look flagged
 * @property {number} complete without a row, in a range that is declared complete for the track's category
 * @property {number} absent where a model alone saw nothing, of tracks of which nothing else is left to ask
 * @property {number} done all of these that leave nothing to ask
 * @property {number} total all of every track that stands
 */

/**
 * Sum over tracks, for the progress bar. The server counts by the same rule.
 * @param {import("./document.js").VideoDocument} document
 * @param {ReadonlySet<string>} [doubted] ids of tracks of which a search doubts an absence
 * @returns {Progress}
 */
export function progress(document, doubted = new Set()) {
  const sum = {
    accepted: 0,
    corrected: 0,
    rejected: 0,
    unreviewed: 0,
    look: 0,
    complete: 0,
    absent: 0,
    done: 0,
    total: 0,
  };
  /** @type {Map<string|null, [number, number][]>} by category */
  const declared = new Map();
  for (const track of document.list()) {
    sum.total += document.count;
    if (track.rejected) {
      sum.rejected += document.count;
      continue;
    }
    const { tally } = laneOf(track);
    for (const state of /** @type {const} */ (["accepted", "corrected", "rejected", "unreviewed", "look"]))
      sum[state] += tally[state];
    const { category } = track;
    const runs = declared.get(category) ?? declaredFrames(document, category);
    declared.set(category, runs);
    sum.complete += withoutRow(track, runs);
    if (!tally.unreviewed && !tally.look && !doubted.has(track.id)) sum.absent += tally.assumed;
  }
  sum.done = sum.accepted + sum.corrected + sum.rejected + sum.complete + sum.absent;
  return sum;
}

/** Frames that are declared complete for a category, as runs that do not meet. @param {import("./document.js").VideoDocument} document @param {string|null} category */
function declaredFrames(document, category) {
  /** @type {[number, number][]} first frame and the one after the last */
  const runs = [];
  const ranges = [...document.complete.values()].filter((range) => isAbout(range, category));
  for (const { start, stop } of ranges.sort((a, b) => a.start - b.start)) {
    const last = runs[runs.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], stop);
    else runs.push([start, stop]);
  }
  return runs;
}

/** How many frames of some runs a track has no row on. @param {Track} track @param {[number, number][]} runs */
function withoutRow(track, runs) {
  if (!runs.length) return 0;
  const frames = runs.reduce((sum, [start, stop]) => sum + stop - start, 0);
  let rows = 0;
  for (const frame of track.rows.keys()) if (runs.some(([start, stop]) => frame >= start && frame < stop)) rows += 1;
  return frames - rows;
}

/**
 * @typedef {object} QueueItem
 * @property {"look"|"likely"|"unreviewed"} kind
 * @property {string} track id
 * @property {number} number of the track
 * @property {number} first frame
 * @property {number} last frame, in
 * @property {number} at the frame that shows it best
 * @property {string} reason
 */

/**
 * The runs of frames to be reviewed: flagged ones by frame, likely errors in their own order, unreviewed ones by frame.
 * @param {Track[]} tracks not deleted
 * @param {readonly QueueItem[]} [likely]
 * @returns {QueueItem[]}
 */
export function reviewQueue(tracks, likely = []) {
  const wanted = tracks.filter((track) => !track.rejected).map(laneOf);
  const order = (/** @type {QueueItem} */ a, /** @type {QueueItem} */ b) => a.first - b.first || a.number - b.number;
  const flagged = wanted.flatMap((found) => found.flagged).sort(order);
  return [...flagged, ...likely, ...wanted.flatMap((found) => found.open).sort(order)];
}

/** @param {QueueItem[]} items @param {Track} track @param {number} frame @param {"look"|"unreviewed"} kind @param {string} reason */
function grow(items, track, frame, kind, reason) {
  const last = items[items.length - 1];
  if (last && last.track === track.id && last.last === frame - 1 && last.reason === reason) last.last = frame;
  else items.push({ kind, track: track.id, number: track.number, first: frame, last: frame, at: frame, reason });
}

/**
 * Index of the item that a track and frame stand on, or -1; one that leads to just this frame comes before others.
 * @param {readonly QueueItem[]} items
 * @param {string|null} track
 * @param {number} frame
 */
export function standingOn(items, track, frame) {
  const exact = items.findIndex((item) => item.track === track && item.at === frame);
  if (exact >= 0) return exact;
  return items.findIndex((item) => item.track === track && frame >= item.first && frame <= item.last);
}

/** Whether two queues show the same run, of which a verdict may have taken the beginning. @param {QueueItem} a @param {QueueItem} b */
export const isSameItem = (a, b) =>
  a.kind === b.kind && a.track === b.track && a.last === b.last && (a.kind !== "likely" || a.at === b.at);
