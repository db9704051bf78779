// @ts-check
/** Split at a frame: what comes from there on becomes a track of its own; the first half keeps id and number. */

import { EVERYWHERE } from "../commands/command.js";
import { newIdentifier } from "../../kit/identifier.js";
import { plural } from "../../kit/text.js";
import { lockedTrack } from "../commands/reasons.js";
import { clear, newTrack, put } from "./moving.js";
import { lastFrame, offered } from "./offer.js";
import { isShown, laneMark, planned, refused, rowsIn, tracksOf } from "./plan.js";
import { GROUP, trackOf } from "./subjects.js";

/**
 * @param {import("./plan.js").VideoDocument} document
 * @param {{track: string, frame: number, id: string, locked: Set<string>}} args `frame`: first one of the new track;
 *   `id`: of the new track
 * @returns {import("./plan.js").Outcome}
 */
export function split(document, { track: name, frame, id, locked }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const before = rowsIn(track, [0, frame - 1]);
  const after = rowsIn(track, [frame, document.count - 1]);
  for (const [rows, where] of /** @type {const} */ ([
    [before, "before"],
    [after, "from"],
  ])) {
    if (!rows.some(isShown)) return refused(`Track ${track.number} has no mask ${where} frame ${frame}.`);
  }
  const number = document.nextNumber();
  return planned({
    kind: "split",
    changes: [newTrack(id, track), ...after.flatMap((row) => [put(document, id, row), clear(track.id, row.frame)])],
    title: `Split track ${track.number} at frame ${frame}`,
    numbers: { frames: after.length, stay: before.length },
    facts: [
      `${plural(after.length, "frame becomes", "frames become")} track ${number}`,
      `track ${track.number} keeps ${plural(before.length, "frame")}`,
    ],
    lanes: [
      laneMark(
        track.id,
        "loses",
        after.map((row) => row.frame),
      ),
      laneMark(
        id,
        "gains",
        after.map((row) => row.frame),
      ),
    ],
  });
}

/**
 * @param {import("../editor.js").Editor} app @param {{track: string, frame: number, id: string}} args
 * @param {import("./offer.js").More} [more]
 * @returns {import("./offer.js").Offer}
 */
export const splitOffer = (app, args, more = {}) => ({
  ...more,
  title: "Split here",
  icon: "split",
  rows: [0, lastFrame(app)],
  always: true,
  make: () => split(app.document, { ...args, locked: app.view.now.locked }),
  select: () => args.id,
});

/** @type {import("../commands/command.js").Command} */
export const SPLIT = Object.freeze({
  id: "split",
  title: "Split here",
  group: GROUP,
  keys: ["Alt+M"],
  icon: "split",
  places: EVERYWHERE,
  unavailable: lockedTrack,
  run: (app) => {
    const args = { track: trackOf(app).id, frame: app.view.now.frame, id: newIdentifier() };
    return offered(app, splitOffer(app, args));
  },
});
