// @ts-check
/** Split in space: a mask that covers two things becomes two tracks, here and on the frames to which the cut was followed. */

import { newIdentifier } from "../../kit/identifier.js";
import { plural } from "../../kit/text.js";
import { isHuman } from "../document/document.js";
import { area, stringify } from "../masks/rle.js";
import { stopWords } from "./extend.js";
import { computedMask, drawnMask, newTrack } from "./moving.js";
import { answered, lastFrame, loadMasks, offered } from "./offer.js";
import { isShown, laneMark, planned, refused, tracksOf } from "./plan.js";
import { fromHereOn, GROUP, noMaskHere, ON_CANVAS, trackOf } from "./subjects.js";
import { verbWorker } from "./worker.js";

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

/**
 * Cut the mask of the selected track, along a line or by its connected parts.
 * @param {import("../editor.js").Editor} app @param {[number, number][]|null} line picture pixels
 */
async function run(app, line) {
  const { document } = app;
  const { id: track } = trackOf(app);
  const { frame } = app.view.now;
  const last = Math.max(frame, fromHereOn(app, lastFrame(app))[1]);
  await app.rows?.cover(frame, last);
  const { frames, stop } = followable(document, { track, frame, last });
  const wanted = [frame, ...frames];
  await loadMasks(
    app,
    wanted.filter((k) => !document.hasMasks(k)),
  );
  const { height, width } = document;
  const masks = wanted.map((k) => maskAt(document, track, k));
  const { parts } = await verbWorker().ask({ kind: "cut", masks, line, height, width });
  if (app.document !== document) return null;
  if (!parts.length) return uncut(app, line);
  const [[, first], ...onward] = parts;
  const lost = onward.length < frames.length ? `From frame ${frames[onward.length]} on, only one part is found.` : stop;
  const id = newIdentifier();
  const offer = (/** @type {boolean} */ whole) => ({
    title: "Split this mask",
    icon: "split",
    always: true,
    make: () => {
      const more = whole ? { onward, stop: lost } : { onward: [], stop: null };
      return splitSpace(document, { track, frame, id, parts: first, ...more, locked: app.view.now.locked });
    },
    select: () => id,
    questions: () => (onward.length ? [question(whole)] : []),
  });
  const question = (/** @type {boolean} */ whole) => ({
    label: "Frames that are cut",
    answers: [
      { name: "frame", label: "This frame" },
      { name: "onward", label: `Onward, ${onward.length + 1}` },
    ],
    chosen: whole ? "onward" : "frame",
    choose: (/** @type {string} */ name) => answered(app, offer(name === "onward")),
  });
  if (line) app.view.set({ tool: "select" });
  return offered(app, offer(onward.length > 0));
}

/** @param {VideoDocument} document @param {string} track @param {number} frame @returns {[number, string]} */
function maskAt(document, track, frame) {
  const hash = document.row(track, frame)?.hash ?? "";
  return [frame, document.masks.text(hash) ?? ""];
}

/** Nothing was cut off: say why, or ask for a line. @param {import("../editor.js").Editor} app @param {[number, number][]|null} line */
function uncut(app, line) {
  if (!line) app.view.set({ tool: "knife" });
  const text = line
    ? "The line must cross the mask from one side to the other."
    : "Draw a line where the mask is to be cut.";
  app.toast({ icon: "split", title: "Split this mask", text, name: "not now" });
  return null;
}

/** @type {import("../commands/command.js").Command} */
export const SPLIT_SPACE = Object.freeze({
  id: "splitSpace",
  title: "Split this mask into two tracks",
  group: GROUP,
  keys: ["Shift+M"],
  icon: "split",
  places: ON_CANVAS,
  unavailable: noMaskHere,
  run: (app, line) => run(app, /** @type {[number, number][]|undefined} */ (line) ?? null),
});
