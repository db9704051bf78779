// @ts-check
/** Which frame of a spread track a person should correct next, and whether a correction there is not spread yet. */

import { isHuman } from "./document.js";
import { countBefore, itself } from "./sorted.js";

/** @typedef {import("./document.js").Row} Row */
/** @typedef {import("./document.js").Track} Track */

/** Frames from a person's mask after which distance counts no more. */
const FAR = 30;
/** Share of doubt and distance below which no frame is worth a correction. */
const LEAST = 0.1;

/** Whether a row came from a spread and nobody has judged it. @param {Row|undefined} row */
const isSpread = (row) => row !== undefined && row.source === "propagated" && !isHuman(row);

/** @typedef {{frame: number, confidence: number}|null} Advice */

/** @type {WeakMap<Track, {revision: number, found: Advice}>} */
const kept = new WeakMap();

/**
 * The frame whose correction helps most: least sure, and far from what a person drew or judged, since a spread is mended
 * from there to both sides. Searched again only after the track changed.
 * @param {Track} track
 * @returns {Advice} null where nothing of the track is in doubt
 */
export function frameToCorrect(track) {
  const old = kept.get(track);
  if (old?.revision === track.revision) return old.found;
  const found = search(track);
  kept.set(track, { revision: track.revision, found });
  return found;
}

/** @param {Track} track @returns {Advice} */
function search({ rows }) {
  const waiting = [...rows.values()].filter((row) => isSpread(row) && row.score !== null);
  if (!waiting.length) return null;
  const judged = [...rows.values()].filter(isHuman).map(({ frame }) => frame);
  judged.sort((a, b) => a - b);
  let best = null;
  let most = LEAST;
  for (const { frame, score } of waiting) {
    const after = countBefore(judged, frame, itself);
    const away = Math.min(FAR, frame - (judged[after - 1] ?? -Infinity), (judged[after] ?? Infinity) - frame);
    const gain = (1 - (score ?? 1)) * Math.sqrt(away / FAR);
    if (gain > most || (best !== null && gain === most && frame < best.frame)) {
      most = gain;
      best = { frame, confidence: score ?? 1 };
    }
  }
  return best;
}

/**
 * Whether a person corrected a frame inside of what was spread, and the neighbours still show the older spread.
 * @param {Track} track @param {number} frame
 */
export function isCorrectedInside(track, frame) {
  const row = track.rows.get(frame);
  if (!row || !isHuman(row) || row.review === "rejected") return false;
  // 0: the correction is not sent yet.
  const version = row.version || Infinity;
  return [frame - 1, frame + 1].some((k) => {
    const beside = track.rows.get(k);
    return beside !== undefined && isSpread(beside) && beside.version < version;
  });
}
