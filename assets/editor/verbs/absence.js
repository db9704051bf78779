// @ts-check
/** Where a thing is not: over some frames, until it comes back, after its end, before its start. */

import { EVERYWHERE } from "../commands/command.js";
import { isHuman } from "../document/document.js";
import { plural } from "../../kit/text.js";
import { putAbsent } from "./moving.js";
import {
  frameWords,
  humanCount,
  humanWords,
  isHumanAbsence,
  isShown,
  laneMark,
  planned,
  refused,
  rowsIn,
  tracksOf,
} from "./plan.js";
import { framesOf } from "../commands/judging.js";
import { onwardFrom } from "../commands/queue.js";
import { lockedTrack } from "../commands/reasons.js";
import { lastFrame, offered } from "./offer.js";
import { GROUP, trackOf } from "./subjects.js";

/** @typedef {import("./plan.js").Frames} Frames */
/** @typedef {import("./plan.js").Outcome} Outcome */
/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */

/**
 * A person says that a track is absent on these frames.
 * @param {VideoDocument} document @param {{track: string, frames: Frames, locked: Set<string>}} args
 * @returns {Outcome}
 */
export function absentOver(document, { track, frames, locked }) {
  return absent(document, {
    track,
    frames,
    locked,
    title: (number) => `Track ${number} is absent on ${frameWords(frames)}`,
  });
}

/**
 * A track ends: it is absent on all frames after this one.
 * @param {VideoDocument} document
 * @param {{track: string, frame: number, last: number, locked: Set<string>}} args `last` frame that can carry masks
 * @returns {Outcome}
 */
export function endHere(document, { track, frame, last, locked }) {
  if (frame >= last) return refused(`Frame ${frame} is the last one.`);
  const frames = /** @type {Frames} */ ([frame + 1, last]);
  return absent(document, {
    track,
    frames,
    locked,
    kind: "end",
    title: (number) => `Track ${number} ends at frame ${frame}`,
  });
}

/**
 * A track starts: it is absent on all frames before this one.
 * @param {VideoDocument} document @param {{track: string, frame: number, locked: Set<string>}} args
 * @returns {Outcome}
 */
export function startHere(document, { track, frame, locked }) {
  if (frame <= 0) return refused("Frame 0 is the first one.");
  const frames = /** @type {Frames} */ ([0, frame - 1]);
  return absent(document, {
    track,
    frames,
    locked,
    kind: "start",
    title: (number) => `Track ${number} starts at frame ${frame}`,
  });
}

/**
 * A track is absent from this frame until it comes back. Masks of a model that begin here without a gap are taken for
 * wrong; the first mask after a gap, or one that a person drew or judged, is where it comes back.
 * @param {VideoDocument} document @param {{track: string, frame: number, last: number, locked: Set<string>}} args
 * @returns {Outcome}
 */
export function absentUntilBack(document, { track: name, frame, last, locked }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const back = comesBack(track, frame, last);
  if (back === null)
    return refused(`Track ${track.number} does not come back after frame ${frame}; end it here instead.`);
  const frames = /** @type {Frames} */ ([frame, back - 1]);
  const title = (/** @type {number} */ number) => `Track ${number} is absent until frame ${back}`;
  return absent(document, { track: name, frames, locked, title });
}

/** The frame on which a track is visible again, null for none. @param {Track} track @param {number} frame @param {number} last */
function comesBack(track, frame, last) {
  let gap = !isShown(track.rows.get(frame));
  for (let k = frame + 1; k <= last; k += 1) {
    const row = track.rows.get(k);
    if (row && isShown(row)) {
      if (gap || isHuman(row)) return k;
    } else gap = true;
  }
  return null;
}

/**
 * @param {VideoDocument} document
 * @param {{track: string, frames: Frames, locked: Set<string>, title: (number: number) => string, kind?: string}} args
 * @returns {Outcome}
 */
function absent(document, { track: name, frames, locked, title, kind = "absent" }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const touched = [];
  for (let frame = frames[0]; frame <= frames[1]; frame += 1) {
    const row = track.rows.get(frame);
    if (!isHumanAbsence(row) || row?.look || row?.review === "rejected") touched.push(frame);
  }
  if (!touched.length) return refused(`Track ${track.number} is absent on ${frameWords(frames)} already.`);
  const gone = rowsIn(track, frames).filter(isShown);
  const human = humanCount(gone);
  return planned({
    kind,
    changes: touched.map((frame) => putAbsent(track.id, frame)),
    title: title(track.number),
    numbers: { frames: touched.length, masks: gone.length, human },
    facts: [plural(touched.length, "frame"), ...(gone.length ? [plural(gone.length, "mask goes", "masks go")] : [])],
    doubts: humanWords(human, "becomes absent", "become absent"),
    lanes: [laneMark(track.id, "loses", touched)],
  });
}

/**
 * @param {{id: string, title: string, key: string, icon: string, make: typeof endHere}} parts
 * @returns {import("../commands/command.js").Command}
 */
const command = ({ id, title, key, icon, make }) =>
  Object.freeze({
    id,
    title,
    group: GROUP,
    keys: [key],
    icon,
    places: EVERYWHERE,
    unavailable: lockedTrack,
    run: (/** @type {import("../editor.js").Editor} */ app) => {
      const args = { track: trackOf(app).id, frame: app.view.now.frame };
      const rows = /** @type {Frames} */ ([0, lastFrame(app)]);
      const plan = () => make(app.document, { ...args, last: lastFrame(app), locked: app.view.now.locked });
      return offered(app, { title, icon, rows, make: plan });
    },
  });

/** @type {import("../commands/command.js").Command} */
export const ABSENT = Object.freeze({
  id: "absent",
  title: "Absent",
  group: "Review",
  keys: ["O"],
  icon: "absent",
  places: EVERYWHERE,
  unavailable: lockedTrack,
  run: (app) => {
    const [first, last] = framesOf(app);
    const frames = /** @type {Frames} */ ([first, Math.max(first, Math.min(last, lastFrame(app)))]);
    const { id: track } = trackOf(app);
    const make = () => absentOver(app.document, { track, frames, locked: app.view.now.locked });
    return offered(app, { title: "Absent", icon: "absent", rows: frames, make, done: onwardFrom(app) });
  },
});

export const END_HERE = command({ id: "endHere", title: "End here", key: "Shift+End", icon: "end", make: endHere });
export const START_HERE = command({
  id: "startHere",
  title: "Start here",
  key: "Shift+Home",
  icon: "start",
  make: startHere,
});
export const ABSENT_UNTIL_BACK = command({
  id: "absentUntilBack",
  title: "Absent until it comes back",
  key: "Alt+O",
  icon: "absent",
  make: absentUntilBack,
});
