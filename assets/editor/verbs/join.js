// @ts-check
/** Join in space: two tracks that show parts of one thing; on some frames, the first takes both masks together. */

import { EVERYWHERE } from "../commands/command.js";
import { plural } from "../../kit/text.js";
import { framesOf } from "../commands/judging.js";
import { collide, fused } from "./fuse.js";
import { clear, deleteTrack, put } from "./moving.js";
import { forFrame } from "./partners.js";
import { frameWords, isShown, laneMark, planned, refused, rowsIn, tracksOf } from "./plan.js";
import { GROUP, noPartner, trackOf, withPartner } from "./subjects.js";

/**
 * @param {import("./plan.js").VideoDocument} document with the masks of these frames
 * @param {{first: string, second: string, frames: import("./plan.js").Frames, locked: Set<string>}} args ids of tracks
 * @returns {import("./plan.js").Outcome}
 */
export function join(document, { first, second, frames, locked }) {
  const found = tracksOf(document, [first, second], locked);
  if ("refused" in found) return found;
  const [one, other] = found.tracks;
  const rows = rowsIn(other, frames);
  const shown = rows.filter(isShown);
  if (!shown.length) return refused(`Track ${other.number} has no mask on ${frameWords(frames)}.`);
  /** @type {import("./plan.js").Change[]} */
  const changes = [];
  for (const row of shown) {
    const stays = fused(document, one.rows.get(row.frame), row, "union");
    if (stays && "values" in stays) changes.push({ track: one.id, frame: row.frame, after: stays.values });
    else if (stays && stays.row === row) changes.push(put(document, one.id, row));
  }
  const grown = changes.map((change) => /** @type {number} */ (change.frame));
  const touched = shown.map((row) => row.frame);
  const left = [...other.rows.values()].filter(
    (row) => isShown(row) && !(row.frame >= frames[0] && row.frame <= frames[1]),
  );
  const goes = left.length === 0;
  const cleared = goes ? [...other.rows.keys()].sort((a, b) => a - b) : touched;
  changes.push(...cleared.map((frame) => clear(other.id, frame)));
  if (goes) changes.push(deleteTrack(other.id));
  const united = shown.filter((row) => collide(one.rows.get(row.frame), row)).length;
  return planned({
    kind: "join",
    changes,
    title: `Join track ${other.number} to track ${one.number} on ${frameWords(frames)}`,
    numbers: { frames: touched.length, united, left: left.length },
    facts: [
      `${plural(united, "mask grows", "masks grow")} by that of track ${other.number}`,
      ...(touched.length > united ? [`${plural(touched.length - united, "frame")} new`] : []),
      goes ? `track ${other.number} goes` : `track ${other.number} keeps ${plural(left.length, "frame")}`,
    ],
    lanes: [laneMark(one.id, "changes", grown), laneMark(other.id, "loses", touched)],
  });
}

/** @type {import("../commands/command.js").Command} */
export const JOIN = Object.freeze({
  id: "join",
  title: "Join the masks of two tracks",
  group: GROUP,
  keys: ["Alt+J"],
  icon: "plus",
  places: EVERYWHERE,
  unavailable: noPartner,
  run: (app, given) => {
    const track = trackOf(app);
    const frames = framesOf(app);
    return withPartner(app, given, {
      title: `Join to track ${track.number}`,
      partners: forFrame(app.document, track, app.view.now.frame),
      offer: (second) => ({
        title: "Join the masks of two tracks",
        icon: "plus",
        rows: frames,
        always: true,
        masks: () => rowsIn(app.document.tracks.get(second) ?? track, frames).map((row) => row.frame),
        make: () => join(app.document, { first: track.id, second, frames, locked: app.view.now.locked }),
        select: () => track.id,
      }),
    });
  },
});
