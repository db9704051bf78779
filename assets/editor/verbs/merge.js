// @ts-check
/** Merge in time: two tracks become one, which keeps the id and the number of the first. */

import { EVERYWHERE } from "../commands/command.js";
import { plural } from "../../kit/text.js";
import { collide, fused, heldByPerson, inBoth, isOverwritten, overlap, pairOf } from "./fuse.js";
import { clear, deleteTrack, put } from "./moving.js";
import { answered, lastFrame } from "./offer.js";
import { forMerge } from "./partners.js";
import { humanWords, isShown, laneMark, planned, rowsIn } from "./plan.js";
import { GROUP, noPartner, trackOf, withPartner } from "./subjects.js";

/** @typedef {import("./plan.js").Change} Change */
/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */

/**
 * @param {VideoDocument} document for a union, with the masks of the frames on which both are visible
 * @param {{first: string, second: string, choice: import("./fuse.js").Choice, locked: Set<string>}} args ids of tracks;
 *   `choice`: what holds where they overlap
 * @returns {import("./plan.js").Outcome}
 */
export function merge(document, { first, second, choice, locked }) {
  const found = pairOf(document, { first, second, locked }, "merged");
  if ("refused" in found) return found;
  const [one, other] = found.tracks;
  /** @type {Change[]} */
  const changes = ownRow(one, other);
  const gained = [];
  /** @type {Decision[]} */
  const decisions = [];
  for (const row of rowsIn(other, [0, Infinity])) {
    const own = one.rows.get(row.frame);
    const stays = fused(document, own, row, choice);
    if (own && collide(own, row)) decisions.push([own, row, stays]);
    if (stays && "values" in stays) changes.push({ track: one.id, frame: row.frame, after: stays.values });
    else if (stays && stays.row === row) changes.push(put(document, one.id, row));
    if (stays && !("row" in stays && stays.row !== row)) gained.push(row.frame);
    changes.push(clear(other.id, row.frame));
  }
  changes.push(deleteTrack(other.id));
  const both = decisions.map(([row]) => row.frame);
  const alone = gained.filter((k) => isShown(other.rows.get(k)) && !isShown(one.rows.get(k))).length;
  return planned({
    kind: "merge",
    changes,
    title: `Merge track ${other.number} into track ${one.number}`,
    numbers: { frames: other.rows.size, overlap: both.length, gained: gained.length },
    facts: [...(alone ? [`track ${one.number} gains ${plural(alone, "mask")}`] : []), `track ${other.number} goes`],
    doubts: doubtsOf(decisions, choice, WORDS[choice](one, other)),
    lanes: [
      laneMark(one.id, "gains", gained),
      laneMark(other.id, "loses", other.rows.keys()),
      changedLane(choice === "first" ? other.id : one.id, changes, both),
    ],
  });
}

/** @typedef {[first: import("./plan.js").Row, second: import("./plan.js").Row, stays: ReturnType<typeof fused>]} Decision on a frame of the overlap */

/**
 * What a person should know of the frames on which both tracks say something.
 * @param {Decision[]} decisions @param {import("./fuse.js").Choice} choice @param {string} words for the choice
 */
function doubtsOf(decisions, choice, words) {
  if (!decisions.length) return [];
  const human = decisions.filter(([first, second, stays]) => [first, second].some((row) => isOverwritten(row, stays)));
  const against = decisions.filter(([first, second]) => {
    const held = heldByPerson(first, second, choice);
    return held && held !== { first, second, union: null }[choice];
  });
  const but = against.length ? `, but what a person judged holds on ${against.length}` : "";
  return [
    `both on ${plural(decisions.length, "frame")}: ${words}${but}`,
    ...humanWords(human.length, "changes", "change"),
  ];
}

/** @type {Record<import("./fuse.js").Choice, (one: Track, other: Track) => string>} */
const WORDS = {
  first: (one) => `track ${one.number} holds`,
  second: (_, other) => `track ${other.number} holds`,
  union: () => "both masks together",
};

/** The frames of an overlap that change in one track. @param {string} track id @param {Change[]} changes @param {number[]} both */
function changedLane(track, changes, both) {
  const written = new Set(changes.filter((change) => change.track === track).map(({ frame }) => frame));
  return laneMark(
    track,
    "changes",
    both.filter((frame) => written.has(frame)),
    true,
  );
}

/** What the first track takes over of the second one's own values: those that it has not. @param {Track} one @param {Track} other @returns {Change[]} */
function ownRow(one, other) {
  /** @type {import("../../kit/wire.js").RowValues} */
  const after = {};
  if (one.category === null && other.category !== null) after.category = other.category;
  if (!one.name && other.name) after.name = other.name;
  return Object.keys(after).length ? [{ track: one.id, frame: null, after }] : [];
}

/** @typedef {{first: string, second: string, choice: import("./fuse.js").Choice}} Wanted */

/**
 * @param {import("../editor.js").Editor} app @param {Wanted} wanted
 * @param {import("./offer.js").More} [more] kept with every answer
 * @returns {import("./offer.js").Offer}
 */
export function mergeOffer(app, wanted, more = {}) {
  const { document } = app;
  const [one, other] = [wanted.first, wanted.second].map((id) => document.tracks.get(id));
  const both = one && other ? overlap(one, other) : [];
  return {
    ...more,
    title: "Merge",
    icon: "merge",
    rows: [0, lastFrame(app)],
    masks: () => (wanted.choice === "union" ? inBoth(document, [wanted.first, wanted.second]) : []),
    always: true,
    make: () => merge(document, { ...wanted, locked: app.view.now.locked }),
    select: () => wanted.first,
    questions: () => [
      {
        label: "Track that stays",
        answers: [one, other].flatMap((track) => (track ? [{ name: track.id, label: `Keep ${track.number}` }] : [])),
        chosen: wanted.first,
        choose: (id) =>
          answered(
            app,
            mergeOffer(app, id === wanted.first ? wanted : { ...wanted, first: id, second: wanted.first }, more),
          ),
      },
      ...(both.length ? [overlapQuestion(app, wanted, [one?.number, other?.number], more)] : []),
    ],
  };
}

/**
 * @param {import("../editor.js").Editor} app @param {Wanted} wanted @param {(number|undefined)[]} numbers
 * @param {import("./offer.js").More} more
 * @returns {import("../commands/preview.js").Question}
 */
function overlapQuestion(app, wanted, [one, other], more) {
  return {
    label: "Where both are visible",
    answers: [
      { name: "first", label: `Mask of ${one}` },
      { name: "second", label: `Mask of ${other}` },
      { name: "union", label: "Both" },
    ],
    chosen: wanted.choice,
    choose: (name) => {
      const choice = /** @type {import("./fuse.js").Choice} */ (name);
      return answered(app, mergeOffer(app, { ...wanted, choice }, more));
    },
  };
}

/** @type {import("../commands/command.js").Command} */
export const MERGE = Object.freeze({
  id: "merge",
  title: "Merge with another track",
  group: GROUP,
  keys: ["M"],
  icon: "merge",
  places: EVERYWHERE,
  unavailable: noPartner,
  run: (app, given) => {
    const track = trackOf(app);
    return withPartner(app, given, {
      title: `Merge track ${track.number} with`,
      partners: forMerge(app.document, track),
      offer: (second) => mergeOffer(app, { first: track.id, second, choice: "first" }),
    });
  },
});
