// @ts-check
/** The second track of a verb: which ones come into question, the likeliest first. */

import { plural } from "../../kit/text.js";
import { isShown } from "./plan.js";

/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */
/** @typedef {{track: Track, note: string}} Partner */

/** Pixels of distance that count as much as one frame between two tracks. */
const PIXELS_PER_FRAME = 8;

/** Distance that is assumed where a mask is not loaded, and what another category counts, both in frames. */
const UNKNOWN_DISTANCE = 10;
const OTHER_CATEGORY = 10;

/**
 * Tracks to merge with: those that are visible at other times come first, and of these the ones that lie nearest in time
 * and in the picture where one ends and the other begins.
 * @param {VideoDocument} document @param {Track} track
 * @returns {Partner[]}
 */
export function forMerge(document, track) {
  const ranked = others(document, track).map((other) => {
    const { gap, both, ends } = relation(track, other);
    const apartInTime = gap === 0 ? "right beside it" : `${plural(gap, "frame")} apart`;
    const note = both ? `both on ${both}` : ends ? apartInTime : "no mask";
    const category = other.category === track.category ? 0 : OTHER_CATEGORY;
    const apart = ends ? distance(centre(document, track, ends[0]), centre(document, other, ends[1])) : null;
    const away = apart === null ? UNKNOWN_DISTANCE : apart / PIXELS_PER_FRAME;
    return { partner: { track: other, note }, worth: both * 10 + gap + category + (both ? 0 : away) };
  });
  return sorted(ranked);
}

/**
 * Tracks to swap with or to join on a frame: those whose masks lie nearest there.
 * @param {VideoDocument} document @param {Track} track @param {number} frame
 * @returns {Partner[]}
 */
export function forFrame(document, track, frame) {
  const own = centre(document, track, frame);
  const ranked = others(document, track).map((other) => {
    const place = centre(document, other, frame);
    const near = nearestFrame(other, frame);
    const apart = distance(own, place) ?? Infinity;
    const note = place
      ? own
        ? `${Math.round(apart)} pixels away`
        : "visible here"
      : near === null
        ? ""
        : `on frame ${near}`;
    const late = near === null ? 1e9 : Math.abs(near - frame);
    return { partner: { track: other, note }, worth: place ? (own ? apart : 0) / PIXELS_PER_FRAME : 1000 + late };
  });
  return sorted(ranked);
}

/**
 * The same partners, those first that a likely error on this frame names together with the track.
 * @param {Partner[]} partners @param {readonly import("../../kit/wire.js").LikelyError[]} errors open ones
 * @param {Track} track @param {number} frame
 * @returns {Partner[]}
 */
export function suspectedFirst(partners, errors, track, frame) {
  const here = errors.filter((error) => error.frame === frame && error.tracks.includes(track.id));
  const named = new Set(here.flatMap(({ tracks }) => tracks));
  const suspected = (/** @type {Partner} */ { track: { id } }) => named.has(id);
  return [...partners.filter(suspected), ...partners.filter((partner) => !suspected(partner))];
}

/** @param {VideoDocument} document @param {Track} track */
const others = (document, track) => document.list().filter((other) => other.id !== track.id);

/** @param {{partner: Partner, worth: number}[]} ranked */
const sorted = (ranked) =>
  ranked
    .sort((a, b) => a.worth - b.worth || a.partner.track.number - b.partner.track.number)
    .map(({ partner }) => partner);

/**
 * How two tracks lie in time. `both`: frames on which both are visible. Where there are none, `gap` has the fewest frames
 * between them, and `ends` the two frames, of the one and of the other, that lie on both sides of it.
 * @param {Track} one @param {Track} other @returns {{both: number, gap: number, ends: [number, number]|null}}
 */
function relation(one, other) {
  const own = shownFrames(one);
  const its = shownFrames(other);
  const both = its.filter((frame) => isShown(one.rows.get(frame))).length;
  if (both || !own.length || !its.length) return { both, gap: both ? 0 : 1e6, ends: null };
  /** @type {[number, number]} */
  let ends = [own[0], its[0]];
  for (let i = 0, j = 0; i < own.length && j < its.length; own[i] < its[j] ? (i += 1) : (j += 1))
    if (Math.abs(own[i] - its[j]) < Math.abs(ends[0] - ends[1])) ends = [own[i], its[j]];
  return { both, gap: Math.abs(ends[0] - ends[1]) - 1, ends };
}

/** @param {Track} track @returns {number[]} in order */
function shownFrames(track) {
  const frames = [];
  for (const row of track.rows.values()) if (isShown(row)) frames.push(row.frame);
  return frames.sort((a, b) => a - b);
}

/** @param {[number, number]|null} one @param {[number, number]|null} other @returns {number|null} pixels */
const distance = (one, other) => (one && other ? Math.hypot(one[0] - other[0], one[1] - other[1]) : null);

/** @param {VideoDocument} document @param {Track} track @param {number} frame @returns {[number, number]|null} middle of the box */
function centre(document, track, frame) {
  const row = track.rows.get(frame);
  const box = isShown(row) && row?.hash ? document.masks.box(row.hash, document.height) : null;
  return box ? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] : null;
}

/** @param {Track} track @param {number} frame @returns {number|null} */
function nearestFrame(track, frame) {
  /** @type {number|null} */
  let near = null;
  for (const row of track.rows.values())
    if (isShown(row) && (near === null || Math.abs(row.frame - frame) < Math.abs(near - frame))) near = row.frame;
  return near;
}
