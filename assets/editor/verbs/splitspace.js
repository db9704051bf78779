// @ts-check
/** Split in space: a mask that covers two things becomes two tracks, here and on the frames to which the cut was followed. */

import { EVERYWHERE } from "../commands/command.js";
import { stillShown } from "../commands/previewing.js";
import { newIdentifier } from "../../kit/identifier.js";
import { count, plural } from "../../kit/text.js";
import { scopeOf } from "../commands/judging.js";
import { isHuman } from "../document/document.js";
import { runsOf } from "../document/frameruns.js";
import { area, stringify } from "../masks/rle.js";
import { stopWords } from "./extend.js";
import { computedMask, drawnMask, newTrack } from "./moving.js";
import { answered, lastFrame, loadMasks, offered } from "./offer.js";
import { patiently } from "./patience.js";
import { frameWords, isShown, laneMark, planned, refused, rowsIn, tracksOf } from "./plan.js";
import { fromHereOn, GROUP, noMaskHere, trackOf } from "./subjects.js";
import { verbWorker } from "./worker.js";

/** @typedef {import("./cutting.js").Parts} Parts */
/** @typedef {import("./following.js").Seen} Seen */
/** @typedef {import("./plan.js").Change} Change */
/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */

/**
 * The frames to which a cut may be followed, onward or backward: up to a frame that a person judged, or without a row.
 * @param {VideoDocument} document
 * @param {{track: string, frame: number, last: number}} args `last` frame in the direction of following
 * @returns {{frames: number[], stop: string|null}} those with a mask, nearest first; why it stops before `last`
 */
export function followable(document, { track: name, frame, last }) {
  const track = document.tracks.get(name);
  const frames = [];
  const step = last < frame ? -1 : 1;
  for (let k = frame + step; track && (last - k) * step >= 0; k += step) {
    const row = track.rows.get(k);
    if (!row) return { frames, stop: `Stops at frame ${k}, where nobody looked.` };
    if (isHuman(row)) return { frames, stop: stopWords(track, row) };
    if (isShown(row)) frames.push(k);
  }
  return { frames, stop: null };
}

/**
 * @param {VideoDocument} document
 * @param {{track: string, frame: number, id: string, parts: Parts, onward: [frame: number, parts: Seen][], stop: string|null,
 *   locked: Set<string>}} args `id` of the new track, which takes the second parts; `onward`: the cut on other frames;
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
  parts.forEach((runs, i) => {
    changes.push({ track: i ? id : name, frame, after: drawnMask(document, stringify(runs)) });
  });
  for (const [k, both] of onward) changes.push(...divided(document, track, k, id, both));
  const touched = [frame, ...onward.map(([k]) => k)];
  // Where the model saw neither thing, it saw no second one.
  for (const k of unseenBetween(track, touched)) changes.push(unseen(id, k));
  const number = document.nextNumber();
  const hidden = [track.number, number].map((_, i) => onward.flatMap(([k, both]) => (both[i] ? [] : [k])));
  return planned({
    kind: "split",
    changes,
    title: `Split track ${track.number} into ${track.number} and ${number}`,
    numbers: { frames: touched.length, first: area(parts[0]), second: area(parts[1]) },
    facts: [
      `${count(area(parts[0]))} px stay, ${count(area(parts[1]))} px go`,
      ...(onward.length ? [`${plural(onward.length, "more frame")}, unreviewed`] : []),
    ],
    doubts: [...[track.number, number].flatMap((n, i) => hiddenWords(n, hidden[i], touched)), ...(stop ? [stop] : [])],
    lanes: [
      laneMark(name, "changes", without(touched, hidden.flat())),
      laneMark(id, "gains", without(touched, hidden[1])),
      laneMark(name, "loses", hidden[0]),
    ],
  });
}

/**
 * The two parts of a mask as rows. A mask that is one thing alone goes to it as it is, and the other one is not seen.
 * @param {VideoDocument} document @param {Track} track @param {number} frame @param {string} id of the new track @param {Seen} parts
 * @returns {Change[]}
 */
function divided(document, track, frame, id, [first, second]) {
  const computed = (/** @type {number[]} */ runs) => computedMask(drawnMask(document, stringify(runs)), "propagated");
  if (first && second)
    return [
      { track: track.id, frame, after: computed(first) },
      { track: id, frame, after: computed(second) },
    ];
  if (!second) return [unseen(id, frame)];
  return [unseen(track.id, frame), { track: id, frame, after: computed(second) }];
}

/** The thing was not found on a frame; a person has yet to look. @param {string} track id @param {number} frame @returns {Change} */
const unseen = (track, frame) => ({
  track,
  frame,
  after: { state: "absent", mask: null, source: "propagated", review: "unreviewed" },
});

/** Frames between the cut ones on which the track is absent. @param {Track} track @param {number[]} touched */
function unseenBetween(track, touched) {
  const frames = /** @type {[number, number]} */ ([Math.min(...touched), Math.max(...touched)]);
  return rowsIn(track, frames)
    .filter((row) => row.state === "absent")
    .map((row) => row.frame);
}

/** @param {number[]} frames @param {number[]} left out */
const without = (frames, left) => frames.filter((k) => !left.includes(k));

/** Where a thing is hidden, for the person to look. @param {number} number of its track @param {number[]} frames @param {number[]} touched @returns {string[]} */
function hiddenWords(number, frames, touched) {
  if (!frames.length) return [];
  const stretches = runsOf(frames);
  const where = stretches.length < 3 ? stretches.map(frameWords).join(" and ") : plural(frames.length, "frame");
  const back = !frames.includes(Math.max(...touched)) && !frames.includes(Math.min(...touched));
  return [`Track ${number} is hidden on ${where}${back ? "" : " and does not come back"}.`];
}

/** @typedef {{track: string, frame: number, line: [number, number][]|null}} Wanted */
/** @typedef {{parts: [frame: number, parts: Seen][], stop: string|null}} Followed the cut frame first; why it goes no further */
/** @typedef {"frame"|"onward"|"backward"|"both"} Reach */

/**
 * Cut the mask and follow the cut.
 * @param {import("../editor.js").Editor} app @param {Wanted} wanted @param {number} last frame, before or after the cut one
 * @returns {Promise<Followed|null>} null where the person stopped it
 */
function follow(app, wanted, last) {
  const text = `Following the cut ${last < wanted.frame ? "backward" : "onward"}…`;
  return patiently(app, { title: "Split this mask", text }, (stopped) => followed(app, wanted, last, stopped));
}

/**
 * @param {import("../editor.js").Editor} app @param {Wanted} wanted @param {number} last @param {AbortSignal} stopped
 * @returns {Promise<Followed>}
 */
async function followed(app, { track, frame, line }, last, stopped) {
  const { document } = app;
  const { height, width } = document;
  const { frames, stop } = followable(document, { track, frame, last });
  const wanted = [frame, ...frames];
  await loadMasks(
    app,
    wanted.map((k) => ({ track, frame: k })),
  );
  /** @type {[number, string][]} */
  const masks = [];
  for (const k of wanted) {
    const text = document.masks.text(document.row(track, k)?.hash ?? "");
    if (text === undefined) break;
    masks.push([k, text]);
  }
  if (!masks.length) throw new Error(`The mask of frame ${frame} is not loaded.`);
  const { parts } = await verbWorker().ask({ kind: "cut", masks, line, height, width }, stopped);
  const at = wanted[parts.length];
  if (parts.length < masks.length) return { parts, stop: `The mask of frame ${at} is empty.` };
  return { parts, stop: masks.length < wanted.length ? `Stops at frame ${at}, whose mask is not loaded.` : stop };
}

/**
 * Cut the mask of the selected track, along a line or by its connected parts.
 * @param {import("../editor.js").Editor} app @param {[number, number][]|null} line picture pixels
 */
async function run(app, line) {
  const { document } = app;
  const wanted = { track: trackOf(app).id, frame: app.view.now.frame, line };
  const [begin, end] = fromHereOn(app, lastFrame(app));
  const first = scopeOf(app) === "range" || scopeOf(app) === "whole" ? Math.min(begin, wanted.frame) : 0;
  const last = Math.max(wanted.frame, end);
  await app.rows?.cover(first, last);
  const onward = await follow(app, wanted, last);
  if (!onward || app.document !== document) return null;
  if (!onward.parts.length) return uncut(app, line);
  if (line) app.view.set({ tool: "select" });
  return offered(app, new Cut(app, wanted, onward, first).offer(onward.parts.length > 1 ? "onward" : "frame"));
}

/** The cut of one mask, with the frames to which it can be followed. */
class Cut {
  /** @param {import("../editor.js").Editor} app @param {Wanted} wanted @param {Followed} onward @param {number} first frame to which it may be followed back */
  constructor(app, wanted, onward, first) {
    this.app = app;
    this.document = app.document;
    this.wanted = wanted;
    this.onward = onward;
    this.first = first;
    /** @type {Followed|null} computed when it is asked for */
    this.backward = null;
    this.id = newIdentifier();
    this.earlier = followable(app.document, { ...wanted, last: first }).frames.length > 0;
  }

  /** @param {Reach} reach @returns {import("./offer.js").Offer} */
  offer(reach) {
    const { app, document, id, onward, wanted } = this;
    const ways = [
      ...(reach === "onward" || reach === "both" ? [onward] : []),
      ...((reach === "backward" || reach === "both") && this.backward ? [this.backward] : []),
    ];
    const further = ways.flatMap(({ parts }) => parts.slice(1));
    const stop = ways.flatMap((way) => way.stop ?? []).join(" ") || null;
    const parts = /** @type {Parts} */ (onward.parts[0][1]);
    return {
      title: "Split this mask",
      icon: "split",
      always: true,
      make: () => splitSpace(document, { ...wanted, id, parts, onward: further, stop, locked: app.view.now.locked }),
      select: () => id,
      questions: () => (onward.parts.length > 1 || this.earlier ? [this.question(reach)] : []),
    };
  }

  /** @param {Reach} reach @returns {import("../commands/preview.js").Question} */
  question(reach) {
    const counted = (/** @type {string} */ word, /** @type {Followed|null} */ way) =>
      way ? `${word}, ${way.parts.length}` : word;
    const later = this.onward.parts.length > 1;
    return {
      label: "Frames that are cut",
      answers: [
        { name: "frame", label: "This frame" },
        ...(later ? [{ name: "onward", label: counted("Onward", this.onward) }] : []),
        ...(this.earlier ? [{ name: "backward", label: counted("Backward", this.backward) }] : []),
        ...(later && this.earlier ? [{ name: "both", label: "Both ways" }] : []),
      ],
      chosen: reach,
      choose: (name) => this.choose(/** @type {Reach} */ (name)),
    };
  }

  /** @param {Reach} reach */
  choose(reach) {
    const known = this.backward || reach === "frame" || reach === "onward";
    return known ? answered(this.app, this.offer(reach)) : this.followBack(reach);
  }

  /** Follow the cut back, then show it, unless the preview was left meanwhile. @param {Reach} reach */
  async followBack(reach) {
    const { app, document } = this;
    const stands = stillShown(app);
    this.backward = await follow(app, this.wanted, this.first);
    if (!this.backward || app.document !== document || !stands()) return null;
    return answered(app, this.offer(reach));
  }
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
  places: EVERYWHERE,
  unavailable: noMaskHere,
  run: (app, line) => run(app, /** @type {[number, number][]|undefined} */ (line) ?? null),
});
