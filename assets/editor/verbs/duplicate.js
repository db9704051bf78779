// @ts-check
/** Duplicate: a new track with the same masks, verdicts and marks. */

import { EVERYWHERE } from "../commands/command.js";
import { newIdentifier } from "../../kit/identifier.js";
import { plural } from "../../kit/text.js";
import { framesOf, scopeOf } from "../commands/judging.js";
import { noTrack } from "../commands/reasons.js";
import { newTrack, put } from "./moving.js";
import { lastFrame, offered } from "./offer.js";
import { frameWords, isShown, laneMark, planned, refused, rowsIn, tracksOf } from "./plan.js";
import { GROUP, trackOf } from "./subjects.js";

/**
 * @param {import("./plan.js").VideoDocument} document
 * @param {{track: string, frames: import("./plan.js").Frames, id: string, locked: Set<string>}} args `id` of the new track
 * @returns {import("./plan.js").Outcome}
 */
export function duplicate(document, { track: name, frames, id, locked }) {
  const found = tracksOf(document, [name], new Set([...locked].filter((other) => other !== name)));
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const rows = rowsIn(track, frames);
  const shown = rows.filter(isShown).length;
  if (!shown) return refused(`Track ${track.number} has no mask on ${frameWords(frames)}.`);
  const number = document.nextNumber();
  return planned({
    kind: "duplicate",
    changes: [newTrack(id, track), ...rows.map((row) => put(document, id, row))],
    title: `Duplicate track ${track.number} as track ${number}`,
    numbers: { frames: rows.length, masks: shown },
    facts: [plural(shown, "mask"), frameWords(frames)],
    lanes: [
      laneMark(
        id,
        "gains",
        rows.map((row) => row.frame),
      ),
    ],
  });
}

/** @type {import("../commands/command.js").Command} */
export const DUPLICATE = Object.freeze({
  id: "duplicate",
  title: "Duplicate",
  group: GROUP,
  keys: ["Ctrl+D"],
  icon: "copy",
  places: EVERYWHERE,
  unavailable: noTrack,
  run: (app) => {
    const { id: track } = trackOf(app);
    const frames = scopeOf(app) === "frame" ? /** @type {[number, number]} */ ([0, lastFrame(app)]) : framesOf(app);
    const id = newIdentifier();
    return offered(app, {
      title: "Duplicate",
      icon: "copy",
      rows: frames,
      make: () => duplicate(app.document, { track, frames, id, locked: app.view.now.locked }),
      select: () => id,
    });
  },
});
