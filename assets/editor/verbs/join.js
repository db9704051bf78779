// @ts-check
/** Join in space: two tracks that show parts of one thing; on some frames, the first takes both masks together. */

import { EVERYWHERE } from "../commands/command.js";
import { plural } from "../../kit/text.js";
import { framesOf } from "../commands/judging.js";
import { fused, heldByPerson, inBoth, isOverwritten, pairOf } from "./fuse.js";
import { clear, deleteTrack, put } from "./moving.js";
import { forFrame } from "./partners.js";
import { frameWords, humanWords, isShown, laneMark, planned, refused, rowsIn } from "./plan.js";
import { GROUP, noPartner, trackOf, withPartner } from "./subjects.js";

/** @typedef {import("./plan.js").Row} Row */
/** @typedef {import("./plan.js").Track} Track */

/**
 * @param {import("./plan.js").VideoDocument} document with the masks of these frames
 * @param {{first: string, second: string, frames: import("./plan.js").Frames, locked: Set<string>}} args ids of tracks
 * @returns {import("./plan.js").Outcome}
 */
export function join(document, { first, second, frames, locked }) {
  const found = pairOf(document, { first, second, locked }, "joined");
  if ("refused" in found) return found;
  const [one, other] = found.tracks;
  const shown = rowsIn(other, frames).filter(isShown);
  if (!shown.length) return refused(`Track ${other.number} has no mask on ${frameWords(frames)}.`);
  /** @type {import("./plan.js").Change[]} */
  const changes = [];
  /** @type {{touched: Row[], held: Row[], human: Row[]}} rows of the second track, and those that the first one keeps as a person judged them */
  const told = { touched: [], held: [], human: [] };
  for (const row of shown) {
    const own = one.rows.get(row.frame);
    const stays = fused(document, own, row, "union");
    if (own && heldByPerson(own, row, "union") === own) {
      told.held.push(row);
      continue;
    }
    told.touched.push(row);
    if (own && isOverwritten(own, stays)) told.human.push(own);
    if (stays && "values" in stays) changes.push({ track: one.id, frame: row.frame, after: stays.values });
    else if (stays && stays.row === row) changes.push(put(document, one.id, row));
  }
  if (!told.touched.length) return refused(`A person marked track ${one.number} absent on ${frameWords(frames)}.`);
  const united = told.touched.filter((row) => isShown(one.rows.get(row.frame))).length;
  return joined({ one, other, changes, frames, united, ...told });
}

/**
 * @param {object} told
 * @param {Track} told.one @param {Track} told.other @param {import("./plan.js").Change[]} told.changes of the first one
 * @param {import("./plan.js").Frames} told.frames @param {number} told.united how many masks grow
 * @param {Row[]} told.touched rows that move @param {Row[]} told.held rows that stay where they are
 * @param {Row[]} told.human rows of the first one that a person judged, and that change
 */
function joined({ one, other, changes, frames, united, touched, held, human }) {
  const grown = changes.map((change) => /** @type {number} */ (change.frame));
  const moved = touched.map((row) => row.frame);
  const gone = new Set(touched);
  const left = [...other.rows.values()].filter((row) => isShown(row) && !gone.has(row));
  const goes = left.length === 0;
  const cleared = goes ? [...other.rows.keys()].sort((a, b) => a - b) : moved;
  const rest = cleared.map((frame) => clear(other.id, frame));
  if (goes) rest.push(deleteTrack(other.id));
  return planned({
    kind: "join",
    changes: [...changes, ...rest],
    title: `Join track ${other.number} to track ${one.number} on ${frameWords(frames)}`,
    numbers: { frames: moved.length, united, left: left.length },
    facts: [
      `${plural(united, "mask grows", "masks grow")} by that of track ${other.number}`,
      ...(moved.length > united ? [`${plural(moved.length - united, "frame")} new`] : []),
      goes ? `track ${other.number} goes` : `track ${other.number} keeps ${plural(left.length, "frame")}`,
    ],
    doubts: [
      ...(held.length ? [`a person marked track ${one.number} absent on ${plural(held.length, "frame")}`] : []),
      ...humanWords(human.length, "changes", "change"),
    ],
    lanes: [laneMark(one.id, "changes", grown), laneMark(other.id, "loses", moved)],
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
        masks: () => inBoth(app.document, [track.id, second], frames),
        make: () => join(app.document, { first: track.id, second, frames, locked: app.view.now.locked }),
        select: () => track.id,
      }),
    });
  },
});
