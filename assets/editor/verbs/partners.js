// @ts-check
/** The second track of a verb: which ones come into question, the likeliest first. */

import { plural } from "../../kit/text.js";
import { isShown } from "./plan.js";

/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */
/** @typedef {{track: Track, note: string}} Partner */

/** Pixels of distance that count as much as one frame between two tracks. */
const PIXELS_PER_FRAME = 8;

/**
 * Tracks to merge with: those that are visible at other times come first, the nearest in time before and after.
 * @param {VideoDocument} document @param {Track} track
 * @returns {Partner[]}
 */
export function forMerge(document, track) {
  const ranked = others(document, track).map((other) => {
    const { gap, both } = relation(track, other);
    const note = both ? `both on ${both}` : gap === 0 ? "right beside it" : `${plural(gap, "frame")} apart`;
    const penalty = other.category === track.category ? 0 : 20;
    return { partner: { track: other, note }, worth: both * 10 + gap + penalty };
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
    const apart = own && place ? Math.hypot(own[0] - place[0], own[1] - place[1]) : Infinity;
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

/** @param {VideoDocument} document @param {Track} track */
const others = (document, track) => document.list().filter((other) => other.id !== track.id);

/** @param {{partner: Partner, worth: number}[]} ranked */
const sorted = (ranked) =>
  ranked
    .sort((a, b) => a.worth - b.worth || a.partner.track.number - b.partner.track.number)
    .map(({ partner }) => partner);

/** Frames on which both are visible, and frames between them where there are none. @param {Track} one @param {Track} other */
function relation(one, other) {
  let both = 0;
  let [first, last] = [Infinity, -Infinity];
  for (const row of other.rows.values()) {
    if (!isShown(row)) continue;
    first = Math.min(first, row.frame);
    last = Math.max(last, row.frame);
    if (isShown(one.rows.get(row.frame))) both += 1;
  }
  if (both || last < 0) return { both, gap: last < 0 ? 1e6 : 0 };
  let gap = Infinity;
  for (const row of one.rows.values()) {
    if (!isShown(row)) continue;
    const away = row.frame < first ? first - row.frame : row.frame > last ? row.frame - last : 1;
    gap = Math.min(gap, away - 1);
  }
  return { both, gap: gap === Infinity ? 1e6 : gap };
}

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
