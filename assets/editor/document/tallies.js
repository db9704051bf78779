// @ts-check
/** The state of the review along the video in a bounded number of bins; recomputed only for tracks that changed. */

import { laneOf } from "./lanes.js";

/** Bins at most: about one per pixel of a wide screen. */
const BINS = 2048;
const KINDS = Object.freeze({ accepted: 0, corrected: 1, look: 2, rejected: 3, unreviewed: 4 });
const MANY = 5;

/** @typedef {{values: Float64Array, bins: number, per: number, most: number}} Tally rows per frame and kind in each bin */

/** @type {WeakMap<object, {lane: object, per: number, values: Float32Array}>} */
const kept = new WeakMap();
/** @type {WeakMap<object, {values: Float64Array, parts: Map<object, Float32Array>, tally: Tally|null}>} sums of documents, and what of each track is in them */
const sums = new WeakMap();

/**
 * Rows per frame by review state: accepted, corrected, look, rejected, unreviewed. The same object until they change.
 * @param {import("./document.js").VideoDocument} document
 * @returns {Tally}
 */
export function tallyOf(document) {
  const per = Math.max(1, Math.ceil(document.count / BINS));
  const bins = Math.max(1, Math.ceil(document.count / per));
  const known = sums.get(document);
  const sum =
    known?.values.length === bins * MANY
      ? known
      : { values: new Float64Array(bins * MANY), parts: new Map(), tally: null };
  sums.set(document, sum);
  const { values, parts } = sum;
  const now = new Map(document.list().map((track) => [track, ownTally(track, bins, per)]));
  const gone = [...parts].filter(([track, old]) => now.get(track) !== old);
  const come = [...now].filter(([track, own]) => parts.get(track) !== own);
  if (sum.tally && !gone.length && !come.length) return sum.tally;
  for (const [, old] of gone) change(values, old, -1);
  for (const [, own] of come) change(values, own, 1);
  sum.parts = now;
  let most = 1;
  for (let bin = 0; bin < bins; bin += 1) {
    let all = 0;
    for (let kind = 0; kind < MANY; kind += 1) all += values[bin * MANY + kind];
    most = Math.max(most, all);
  }
  sum.tally = { values, bins, per, most };
  return sum.tally;
}

/** @param {Float64Array} values changed @param {Float32Array} own @param {1|-1} sign */
function change(values, own, sign) {
  for (let i = 0; i < values.length; i += 1) values[i] += sign * own[i];
}

/** @param {import("./document.js").Track} track @param {number} bins @param {number} per @returns {Float32Array} */
function ownTally(track, bins, per) {
  const old = kept.get(track);
  const lane = laneOf(track);
  if (old?.lane === lane && old.per === per && old.values.length === bins * MANY) return old.values;
  const values = new Float32Array(bins * MANY);
  const spread = (/** @type {number} */ first, /** @type {number} */ last, /** @type {number} */ kind, sign = 1) => {
    for (let bin = Math.floor(first / per); bin <= Math.floor(last / per) && bin < bins; bin += 1) {
      const frames = Math.min(last + 1, (bin + 1) * per) - Math.max(first, bin * per);
      values[bin * MANY + kind] += (sign * frames) / per;
    }
  };
  for (const [first, last] of lane.parts) spread(first, last, KINDS.unreviewed);
  for (const [first, last] of lane.absent) spread(first, last, KINDS.unreviewed);
  for (const [first, last, what] of lane.review) {
    spread(first, last, KINDS[/** @type {keyof typeof KINDS} */ (what)]);
    spread(first, last, KINDS.unreviewed, -1);
  }
  kept.set(track, { lane, per, values });
  return values;
}
