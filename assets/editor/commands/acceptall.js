// @ts-check
/** Accept all tracks at once: what waits for a verdict on the frames of the scope, and by choice what is doubtful too. */

import { plural } from "../../kit/text.js";
import { openErrors } from "../document/likelyerrors.js";
import { marked } from "../document/verdicts.js";
import { framesOf } from "./judging.js";
import { laneMarks, Preview } from "./preview.js";
import { offerNextVideo } from "./queue.js";
import { firstOf, framesInWords, noVideo, unread } from "./reasons.js";

/** @typedef {import("../document/document.js").Row} Row */
/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {{track: Track, row: Row}} Waiting a mask without a verdict, or with a flag */

/**
 * Masks that wait for a verdict on some frames: plain ones, doubtful ones, which somebody flagged or a search found, and
 * those of locked tracks, which stay as they are.
 * @param {Editor} app @param {[number, number]} frames both in
 */
export function waitingOn(app, [first, last]) {
  const { likely, locked, revision } = app.view.now;
  const doubted = openErrors(app.document, likely, revision).frames;
  /** @type {{plain: Waiting[], doubtful: Waiting[], locked: Waiting[]}} */
  const found = { plain: [], doubtful: [], locked: [] };
  for (const track of app.document.list()) {
    if (track.rejected) continue;
    const errors = new Set(doubted.get(track.id));
    for (const row of track.rows.values()) {
      if (row.frame < first || row.frame > last || row.state !== "present") continue;
      if (row.review !== "unreviewed" && !row.look) continue;
      const doubtful = row.look !== null || errors.has(row.frame);
      found[locked.has(track.id) ? "locked" : doubtful ? "doubtful" : "plain"].push({ track, row });
    }
  }
  return found;
}

/** A mask of a person stays the person's. @param {Waiting} waiting */
const acceptance = ({ track, row }) =>
  marked(track, row, { review: row.review === "corrected" ? "corrected" : "accepted", look: null });

/** @param {Waiting[]} waiting @param {"draft"|"doubt"} kind */
const marksOf = (waiting, kind) =>
  laneMarks(
    waiting.map(({ track, row }) => [track.id, row.frame]),
    kind,
  );

/** The one edit. @param {Editor} app @param {Waiting[]} waiting */
function apply(app, waiting) {
  const edit = app.queue?.add("accept", waiting.map(acceptance)) ?? null;
  if (edit) offerNextVideo(app);
  return edit;
}

/** @param {Editor} app @param {[number, number]} frames both in @param {boolean} all whether doubtful masks are accepted too @returns {Preview|null} */
function previewOf(app, frames, all) {
  const { plain, doubtful, locked } = waitingOn(app, frames);
  if (!plain.length && !doubtful.length) return null;
  const taken = all ? [...plain, ...doubtful] : plain;
  const tracks = new Set(taken.map(({ track }) => track.id));
  return new Preview({
    title: `Accept all tracks on ${framesInWords(app, frames)}`,
    icon: "check",
    facts: [
      `${plural(taken.length, "mask")} of ${plural(tracks.size, "track")}`,
      ...(app.view.now.searched === null ? ["not searched for likely errors"] : []),
      ...(all || !doubtful.length
        ? []
        : [`${plural(doubtful.length, "doubtful mask stays", "doubtful masks stay")} in the queue`]),
      ...(locked.length ? [`${plural(locked.length, "mask")} of locked tracks left out`] : []),
    ],
    marks: [...marksOf(plain, "draft"), ...(all ? marksOf(doubtful, "doubt") : [])],
    questions: doubtful.length
      ? [
          {
            label: "Doubtful masks",
            answers: [
              { name: "leave", label: "Leave doubtful" },
              { name: "accept", label: `Accept too, ${doubtful.length}` },
            ],
            chosen: all ? "accept" : "leave",
            choose: (name) => previewOf(app, frames, name === "accept") ?? nothing(app, frames),
          },
        ]
      : [],
    apply: () => apply(app, taken),
    again: () => previewOf(app, frames, all),
  });
}

/** Somebody else judged all of it meanwhile. @param {Editor} app @param {[number, number]} frames */
const nothing = (app, frames) =>
  new Preview({ title: `Nothing waits on ${framesInWords(app, frames)}`, icon: "check", facts: [], apply: () => null });

/** @type {import("./reasons.js").Check} */
function nothingWaits(app) {
  const frames = framesOf(app);
  const { plain, doubtful, locked } = waitingOn(app, frames);
  if (plain.length || doubtful.length) return null;
  const which = locked.length ? "No mask of an unlocked track" : "No mask";
  return `${which} waits for a verdict on ${framesInWords(app, frames)}.`;
}

/** @type {import("./command.js").Command} */
export const ACCEPT_ALL = Object.freeze({
  id: "acceptAll",
  title: "Accept all tracks",
  group: "Review",
  keys: ["Shift+A"],
  icon: "check",
  places: /** @type {const} */ (["palette", "canvas"]),
  unavailable: firstOf(noVideo, (app) => unread(app, framesOf(app)), nothingWaits),
  run: (/** @type {Editor} */ app) => {
    const frames = framesOf(app);
    const { plain, doubtful } = waitingOn(app, frames);
    return frames[0] === frames[1] && !doubtful.length ? apply(app, plain) : previewOf(app, frames, !plain.length);
  },
});
