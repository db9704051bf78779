// @ts-check
/** Split in space: a mask that covers two things becomes two tracks, here and on the frames to which the cut was followed. */

import { isHuman } from "../document/document.js";
import { area, stringify } from "../masks/rle.js";
import { plural } from "../../kit/text.js";
import { stopWords } from "./extend.js";
import { computedMask, drawnMask, newTrack } from "./moving.js";
import { isShown, laneMark, planned, refused, tracksOf } from "./plan.js";

/** @typedef {import("./cutting.js").Parts} Parts */
/** @typedef {import("./plan.js").Change} Change */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */

/**
 * The frames to which a cut may be followed: up to a frame that a person judged, or without a row.
 * @param {VideoDocument} document @param {{track: string, frame: number, last: number}} args
 * @returns {{frames: number[], stop: string|null}} those with a mask, in order; why it stops before `last`
 */
export function followable(document, { track: name, frame, last }) {
  const track = document.tracks.get(name);
  const frames = [];
  for (let k = frame + 1; track && k <= last; k += 1) {
    const row = track.rows.get(k);
    if (!row) return { frames, stop: `Track ${track.number} has nothing on frame ${k}; the cut stops before it.` };
    if (isHuman(row)) return { frames, stop: stopWords(track, row) };
    if (isShown(row)) frames.push(k);
  }
  return { frames, stop: null };
}

/**
 * @param {VideoDocument} document
 * @param {{track: string, frame: number, id: string, parts: Parts, onward: [frame: number, parts: Parts][], stop: string|null,
 *   locked: Set<string>}} args `id` of the new track, which takes the second parts; `onward`: the cut on later frames;
 *   `stop`: why it goes no further
 * @returns {import("./plan.js").Outcome}
 */
export function splitSpace(document, { track: name, frame, id, parts, onward, stop, locked }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const changed = onward.find(([k]) => {
    const row = track.rows.get(k);
    return !row || isHuman(row) || !isShown(row);
  });
  if (!isShown(track.rows.get(frame)) || changed)
    return refused(`Track ${track.number} was changed on frame ${changed?.[0] ?? frame} meanwhile; split it again.`);
  /** @type {Change[]} */
  const changes = [newTrack(id, track, { name: "" })];
  const put = (/** @type {number} */ k, /** @type {Parts} */ both, /** @type {boolean} */ human) => {
    both.forEach((runs, i) => {
      const drawn = drawnMask(document, stringify(runs));
      changes.push({ track: i ? id : name, frame: k, after: human ? drawn : computedMask(drawn, "propagated") });
    });
  };
  put(frame, parts, true);
  for (const [k, both] of onward) put(k, both, false);
  const touched = [frame, ...onward.map(([k]) => k)];
  const number = document.nextNumber();
  return planned({
    kind: "split",
    changes,
    title: `Split the mask of track ${track.number} into tracks ${track.number} and ${number}`,
    numbers: { frames: touched.length, first: area(parts[0]), second: area(parts[1]) },
    facts: [
      `${plural(area(parts[0]), "pixel")} stay, ${plural(area(parts[1]), "pixel")} go`,
      ...(onward.length ? [`${plural(onward.length, "more frame")} cut alike, unreviewed`] : []),
    ],
    doubts: stop ? [stop] : [],
    lanes: [laneMark(name, "changes", touched), laneMark(id, "gains", touched)],
  });
}
