// @ts-check
/** Move one end of a visible stretch of a track: outwards copies its last mask, inwards makes frames absent. */

import { EVERYWHERE } from "../commands/command.js";
import { plural } from "../../kit/text.js";
import { lockedTrack } from "../commands/reasons.js";
import { isHuman } from "../document/document.js";
import { valuesOf } from "../document/rows.js";
import { computedMask, putAbsent } from "./moving.js";
import { lastFrame, offered } from "./offer.js";
import { humanCount, humanWords, isShown, laneMark, planned, refused, tracksOf } from "./plan.js";
import { GROUP, trackOf } from "./subjects.js";

/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */

/**
 * @param {VideoDocument} document
 * @param {{track: string, from: number, to: number, last: number, locked: Set<string>}} args `from`: first or last frame
 *   of a visible stretch; `to`: where that end moves; `last` frame that can carry masks
 * @returns {import("./plan.js").Outcome}
 */
export function moveEnd(document, { track: name, from, to, last, locked }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const end = endOf(track, from);
  if (end === 0) return refused(`No visible stretch of track ${track.number} begins or ends at frame ${from}.`);
  const target = Math.max(0, Math.min(last, to));
  if (target === from) return refused("The end stays where it is.");
  const outwards = Math.sign(target - from) === end || (end === 2 && target !== from);
  return outwards ? extended(document, track, from, target) : trimmed(track, from, target);
}

/** Which end of a visible stretch a frame is: 1 the last, -1 the first, 2 both, 0 neither. @param {Track} track @param {number} frame */
function endOf(track, frame) {
  if (!isShown(track.rows.get(frame))) return 0;
  const goesOn = isShown(track.rows.get(frame + 1));
  const came = isShown(track.rows.get(frame - 1));
  if (!goesOn && !came) return 2;
  return goesOn ? (came ? 0 : -1) : 1;
}

/** @param {VideoDocument} document @param {Track} track @param {number} from @param {number} to */
function extended(document, track, from, to) {
  const row = /** @type {import("./plan.js").Row} */ (track.rows.get(from));
  const after = computedMask(valuesOf(document.masks, document, row), "propagated");
  const step = Math.sign(to - from);
  const frames = [];
  let stop = null;
  for (let frame = from + step; frame !== to + step; frame += step) {
    const here = track.rows.get(frame);
    if (here && (isHuman(here) || isShown(here))) {
      stop = here;
      break;
    }
    frames.push(frame);
  }
  if (stop && !frames.length) return refused(stopWords(track, stop));
  return planned({
    kind: "extend",
    changes: frames.map((frame) => ({ track: track.id, frame, after })),
    title: `Extend track ${track.number} to frame ${frames.at(-1)}`,
    numbers: { frames: frames.length },
    facts: [`${plural(frames.length, "copy", "copies")} of the mask of frame ${from}, unreviewed`],
    doubts: stop ? [stopWords(track, stop)] : [],
    lanes: [laneMark(track.id, "gains", frames)],
  });
}

/** Why a computed mask stops before a row. @param {Track} track @param {import("./plan.js").Row} row */
export function stopWords(track, row) {
  const human = row.state === "absent" ? "a person marked it absent there" : "a person drew or judged its mask there";
  const what = isHuman(row) ? human : "it has a mask there";
  return `Track ${track.number} stops before frame ${row.frame}: ${what}.`;
}

/** At least one frame of the stretch stays. @param {Track} track @param {number} from @param {number} to */
function trimmed(track, from, to) {
  const step = Math.sign(to - from);
  const rows = [];
  for (let frame = from; frame !== to && isShown(track.rows.get(frame + step)); frame += step)
    rows.push(/** @type {import("./plan.js").Row} */ (track.rows.get(frame)));
  const touched = rows.map((row) => row.frame);
  const human = humanCount(rows);
  return planned({
    kind: "trim",
    changes: touched.map((frame) => putAbsent(track.id, frame)),
    title: `Trim track ${track.number} to frame ${from + step * touched.length}`,
    numbers: { frames: touched.length, human },
    facts: [`${plural(touched.length, "frame becomes", "frames become")} absent`],
    doubts: humanWords(human, "becomes absent", "become absent"),
    lanes: [laneMark(track.id, "loses", touched)],
  });
}

/** The end of a visible stretch that is nearest to a frame. @param {Track} track @param {number} frame @returns {number|null} */
export function nearestEnd(track, frame) {
  /** @type {number|null} */
  let near = null;
  for (const { frame: at } of track.rows.values())
    if (at !== frame && endOf(track, at) && (near === null || Math.abs(at - frame) < Math.abs(near - frame))) near = at;
  return near;
}

/** @param {import("../editor.js").Editor} app @param {{track: string, from: number, to: number}} ends */
const moved = (app, ends) =>
  offered(app, {
    title: "Extend or trim",
    icon: "end",
    rows: [0, lastFrame(app)],
    make: () => moveEnd(app.document, { ...ends, last: lastFrame(app), locked: app.view.now.locked }),
  });

/** What dragging the end of a lane runs. @type {import("../commands/command.js").Command} */
export const MOVE_END = Object.freeze({
  id: "moveEnd",
  title: "Extend or trim",
  group: GROUP,
  places: [],
  run: (app, ends) => moved(app, /** @type {{track: string, from: number, to: number}} */ (ends)),
});

/** @type {import("../commands/command.js").Command} */
export const END_TO_HERE = Object.freeze({
  id: "endToHere",
  title: "Extend or trim the nearest end to here",
  group: GROUP,
  keys: ["Alt+Enter"],
  icon: "end",
  places: EVERYWHERE,
  unavailable: (app) =>
    lockedTrack(app) ?? (nearestEnd(trackOf(app), app.view.now.frame) === null ? "The track has no mask yet." : null),
  run: (app) => {
    const track = trackOf(app);
    const to = app.view.now.frame;
    return moved(app, { track: track.id, from: nearestEnd(track, to) ?? to, to });
  },
});
