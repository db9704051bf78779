// @ts-check
/** Which frame of a spread track a person should correct next, and whether a correction there is not spread yet. */

import { isHuman } from "./document.js";

/** @typedef {import("./document.js").Row} Row */
/** @typedef {import("./document.js").Track} Track */

/** Frames from a person's mask after which distance counts no more. */
const FAR = 30;
/** Share of doubt and distance below which no frame is worth a correction. */
const LEAST = 0.1;

/** Whether a row came from a spread and nobody has judged it. @param {Row|undefined} row */
const isSpread = (row) => row !== undefined && row.source === "propagated" && !isHuman(row);

/**
 * The frame whose correction helps most: least sure, and far from what a person drew or judged, since a spread is mended
 * from there to both sides.
 * @param {Track} track
 * @returns {{frame: number, confidence: number}|null} null where nothing of the track is in doubt
 */
export function frameToCorrect(track) {
  const judged = [...track.rows.values()].filter(isHuman).map(({ frame }) => frame);
  let best = null;
  let most = LEAST;
  for (const row of track.rows.values()) {
    if (!isSpread(row) || row.score === null) continue;
    const away = Math.min(FAR, ...judged.map((frame) => Math.abs(frame - row.frame)));
    const gain = (1 - row.score) * Math.sqrt(away / FAR);
    if (gain > most || (best !== null && gain === most && row.frame < best.frame)) {
      most = gain;
      best = { frame: row.frame, confidence: row.score };
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
