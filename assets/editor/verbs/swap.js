// @ts-check
/** Swap identities: on some frames, two tracks exchange all that they have there. */

import { EVERYWHERE } from "../commands/command.js";
import { plural } from "../../kit/text.js";
import { offerSwaps } from "../commands/identities.js";
import { clear, put } from "./moving.js";
import { lastFrame } from "./offer.js";
import { forFrame } from "./partners.js";
import { frameWords, humanCount, isShown, laneMark, planned, refused, rowsIn, tracksOf } from "./plan.js";
import { fromHereOn, GROUP, noPartner, trackOf, withPartner } from "./subjects.js";

/**
 * @param {import("./plan.js").VideoDocument} document
 * @param {{first: string, second: string, frames: import("./plan.js").Frames, locked: Set<string>}} args ids of tracks
 * @returns {import("./plan.js").Outcome}
 */
export function swap(document, { first, second, frames, locked }) {
  const found = tracksOf(document, [first, second], locked);
  if ("refused" in found) return found;
  const [one, other] = found.tracks;
  const rows = [rowsIn(one, frames), rowsIn(other, frames)];
  if (!rows.flat().some(isShown))
    return refused(`Neither track ${one.number} nor track ${other.number} has a mask on ${frameWords(frames)}.`);
  const touched = [...new Set(rows.flat().map((row) => row.frame))].sort((a, b) => a - b);
  const changes = touched.flatMap((frame) => [
    exchanged(document, one.id, other.rows.get(frame), frame),
    exchanged(document, other.id, one.rows.get(frame), frame),
  ]);
  const both = touched.filter((frame) => isShown(one.rows.get(frame)) && isShown(other.rows.get(frame))).length;
  const human = humanCount(rows.flat());
  return planned({
    kind: "swap",
    changes,
    title: `Swap tracks ${one.number} and ${other.number} on ${frameWords(frames)}`,
    numbers: { frames: touched.length, both, human },
    facts: [
      `${plural(touched.length, "frame changes", "frames change")} hands`,
      `both visible on ${both}`,
      ...(human ? [`verdicts on ${plural(human, "mask")} move along`] : []),
    ],
    lanes: [laneMark(one.id, "changes", touched), laneMark(other.id, "changes", touched)],
  });
}

/** @param {import("./plan.js").VideoDocument} document @param {string} track @param {import("./plan.js").Row|undefined} row @param {number} frame */
const exchanged = (document, track, row, frame) => (row ? put(document, track, row) : clear(track, frame));

/**
 * @param {import("../editor.js").Editor} app
 * @param {{first: string, second: string, frames: import("./plan.js").Frames}} args
 * @param {import("./offer.js").More} [more]
 * @returns {import("./offer.js").Offer}
 */
export const swapOffer = (app, args, more = {}) => ({
  ...more,
  title: "Swap identities",
  icon: "swap",
  rows: args.frames,
  always: true,
  make: () => swap(app.document, { ...args, locked: app.view.now.locked }),
});

/** @type {import("../commands/command.js").Command} */
export const SWAP = Object.freeze({
  id: "swap",
  title: "Swap identities from here on",
  group: GROUP,
  keys: ["Shift+S"],
  icon: "swap",
  places: EVERYWHERE,
  unavailable: noPartner,
  run: (app, given) => {
    const track = trackOf(app);
    const frames = fromHereOn(app, lastFrame(app));
    return withPartner(app, given, {
      title: `Swap track ${track.number} with`,
      partners: forFrame(app.document, track, app.view.now.frame),
      offer: (second) => ({ ...swapOffer(app, { first: track.id, second, frames }), done: () => offerSwaps(app) }),
    });
  },
});
