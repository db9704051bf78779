// @ts-check
/** Likely errors that a search found: those that are still open, and their reasons in words. */

import { isHuman } from "./document.js";
import { isDeclared } from "./verdicts.js";

/** @typedef {import("./document.js").VideoDocument} VideoDocument */
/** @typedef {import("../../kit/wire.js").LikelyError} LikelyError */
/** @typedef {import("./lanes.js").QueueItem} QueueItem */

/** Kinds of errors that are about frames where a track is not. */
const ABSENCES = new Set(["flicker", "gap"]);

/**
 * Whether nobody has judged or changed what the search found; a track that a merge took away is a change. Rows that are
 * not loaded yet count as unchanged. Where everything of its category has a track, as a person declared, no mask is missing.
 * @param {VideoDocument} document @param {LikelyError} error
 */
export function isOpen(document, error) {
  const first = document.tracks.get(error.tracks[0]);
  if (!first || first.rejected || first.deleted) return false;
  const judged = first.rows.get(error.frame);
  if (judged && isHuman(judged)) return false;
  if (ABSENCES.has(error.kind) && isDeclared(document, [error.frame, error.frame], [first.category])) return false;
  return error.tracks.every((id, i) => {
    const track = document.tracks.get(id);
    if (!track || track.rejected || track.deleted) return false;
    const row = track.rows.get(error.frame);
    if (!row && !document.isCovered(error.frame)) return true;
    return (row?.hash ?? null) === error.masks[i];
  });
}

/** An error as an entry of the review queue. @param {VideoDocument} document @param {LikelyError} error @returns {QueueItem} */
const itemOf = (document, error) => ({
  kind: "likely",
  track: error.tracks[0],
  number: document.tracks.get(error.tracks[0])?.number ?? 0,
  first: error.first,
  last: error.last,
  at: error.frame,
  reason: reasonOf(document, error),
});

const percent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;
const frames = (/** @type {number} */ count) => `${count} frame${count === 1 ? "" : "s"}`;
const timesOf = (/** @type {number} */ times) => (times < 10 ? times.toFixed(1) : String(Math.round(times)));

/**
 * The class that comes next after that of a track, as the model that proposed it scored them.
 * @param {import("./document.js").Track|undefined} track @returns {string} empty where none is known
 */
function runnerUp(track) {
  const others = /** @type {[name: string, score: number][]} */ (track?.extra.runners_up ?? []);
  const [best] = [...others].sort(([, a], [, b]) => b - a);
  return best ? best[0] : "";
}

/** @type {Record<string, (figures: Record<string, number>, other: string, next: string) => string>} next: `runnerUp` */
const REASONS = {
  swap: (_, other) => `May be swapped with ${other}`,
  broken: ({ frames: count }, other) =>
    count ? `Ends; ${other} goes on ${frames(count)} later` : `Ends; ${other} goes on at once`,
  overlap: ({ share }, other) => `Covers ${percent(share)} of ${other}`,
  duplicate: (_, other) => `Same object as ${other}?`,
  jump: ({ sides }) => `Jumps by ${timesOf(sides)} times its size`,
  area: ({ times }) => (times > 1 ? `Grows to ${timesOf(times)} times its area` : `Shrinks to ${percent(times)}`),
  pieces: ({ pieces }) => `Falls into ${pieces} pieces`,
  flicker: ({ frames: count }) => `Missing for ${frames(count)}`,
  gap: ({ frames: count }) => `Missing for ${frames(count)}`,
  colour: () => "Colours change suddenly",
  background: () => "Looks like the background",
  score: ({ score }) => `Score dips to ${score.toFixed(2)}`,
  windows: () => "The model's looks at it disagree",
  class: (_, __, next) => (next ? `Class in doubt: may be ${next}` : "Class in doubt"),
};

/** Why an error is likely, for people. @param {VideoDocument} document @param {LikelyError} error */
export function reasonOf(document, { kind, tracks, evidence }) {
  const [own, other] = [document.tracks.get(tracks[0]), document.tracks.get(tracks[1])];
  return REASONS[kind]?.(evidence, other ? `track ${other.number}` : "another track", runnerUp(own)) ?? "Likely error";
}

/**
 * @typedef {object} Kept
 * @property {number} revision
 * @property {readonly LikelyError[]} errors
 * @property {QueueItem[]} items the most likely first
 * @property {Map<string, number[]>} frames by track
 * @property {Set<string>} doubted ids of tracks of which an absence is open
 */

/** @type {WeakMap<VideoDocument, Kept>} */
const keptOf = new WeakMap();

/**
 * The open errors, computed once after a change: as entries of the queue, by track the frames that lead to them, and the
 * tracks with an open absence.
 * @param {VideoDocument} document @param {readonly LikelyError[]} errors @param {number} revision of the view
 * @returns {Kept}
 */
export function openErrors(document, errors, revision) {
  const old = keptOf.get(document);
  if (old && old.revision === revision && old.errors === errors) return old;
  /** @type {Map<string, number[]>} */
  const frames = new Map();
  /** @type {Set<string>} */
  const doubted = new Set();
  const open = errors.filter((error) => isOpen(document, error));
  for (const error of open) {
    if (ABSENCES.has(error.kind)) doubted.add(error.tracks[0]);
    for (const track of error.tracks) frames.set(track, [...(frames.get(track) ?? []), error.frame]);
  }
  for (const list of frames.values()) list.sort((a, b) => a - b);
  const kept = { revision, errors, items: open.map((error) => itemOf(document, error)), frames, doubted };
  keptOf.set(document, kept);
  return kept;
}
