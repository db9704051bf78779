// @ts-check
/** Split in space: a mask that covers two things becomes two tracks, here and on the frames to which the cut was followed. */

import { EVERYWHERE } from "../commands/command.js";
import { newIdentifier } from "../../kit/identifier.js";
import { count, plural } from "../../kit/text.js";
import { scopeOf } from "../commands/judging.js";
import { isHuman } from "../document/document.js";
import { area, stringify } from "../masks/rle.js";
import { stopWords } from "./extend.js";
import { computedMask, drawnMask, newTrack } from "./moving.js";
import { answered, lastFrame, loadMasks, offered } from "./offer.js";
import { isShown, laneMark, planned, refused, tracksOf } from "./plan.js";
import { fromHereOn, GROUP, noMaskHere, trackOf } from "./subjects.js";
import { verbWorker } from "./worker.js";

/** @typedef {import("./cutting.js").Parts} Parts */
/** @typedef {import("./plan.js").Change} Change */
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
    title: `Split track ${track.number} into ${track.number} and ${number}`,
    numbers: { frames: touched.length, first: area(parts[0]), second: area(parts[1]) },
    facts: [
      `${count(area(parts[0]))} px stay, ${count(area(parts[1]))} px go`,
      ...(onward.length ? [`${plural(onward.length, "more frame")}, unreviewed`] : []),
    ],
    doubts: stop ? [stop] : [],
    lanes: [laneMark(name, "changes", touched), laneMark(id, "gains", touched)],
  });
}

/** @typedef {{track: string, frame: number, line: [number, number][]|null}} Wanted */
/** @typedef {{parts: [frame: number, parts: Parts][], stop: string|null}} Followed the cut frame first; why it goes no further */
/** @typedef {"frame"|"onward"|"backward"|"both"} Reach */

/**
 * Cut the mask and follow the cut.
 * @param {import("../editor.js").Editor} app @param {Wanted} wanted @param {number} last frame, before or after the cut one
 * @returns {Promise<Followed>}
 */
async function follow(app, { track, frame, line }, last) {
  const { document } = app;
  const { height, width } = document;
  const { frames, stop } = followable(document, { track, frame, last });
  const wanted = [frame, ...frames];
  const unloaded = wanted.filter((k) => !document.hasMasks(k));
  await loadMasks(
    app,
    unloaded.sort((a, b) => a - b),
  );
  const masks = wanted.map((k) => maskAt(document, track, k));
  const { parts } = await verbWorker().ask({ kind: "cut", masks, line, height, width });
  const lost = parts.length <= frames.length ? `Only one part is found on frame ${wanted[parts.length]}.` : stop;
  return { parts, stop: lost };
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
  if (app.document !== document) return null;
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
    const [[, parts]] = onward.parts;
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
    const shown = app.view.now.preview;
    app.toast({ icon: "clock", title: "Split this mask", text: "Following the cut backward…", name: "reading" });
    this.backward = await follow(app, this.wanted, this.first);
    if (app.document !== document || app.view.now.preview !== shown) return null;
    return answered(app, this.offer(reach));
  }
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
  places: EVERYWHERE,
  unavailable: noMaskHere,
  run: (app, line) => run(app, /** @type {[number, number][]|undefined} */ (line) ?? null),
});
