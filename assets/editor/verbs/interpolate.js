// @ts-check
/**
 * Interpolate: the frames between two masks get computed ones, to be reviewed. The two are those beside a chosen range, a
 * person's around the frame, or those beside a hole of the track.
 */

import { EVERYWHERE } from "../commands/command.js";
import { plural } from "../../kit/text.js";
import { scopeOf } from "../commands/judging.js";
import { lockedTrack } from "../commands/reasons.js";
import { isHuman } from "../document/document.js";
import { computedMask, drawnMask } from "./moving.js";
import { lastFrame, loadMasks, offered } from "./offer.js";
import { patiently } from "./patience.js";
import { frameWords, isShown, laneMark, planned, refused, tracksOf } from "./plan.js";
import { GROUP, trackOf } from "./subjects.js";
import { verbWorker } from "./worker.js";

/** @typedef {import("./plan.js").Row} Row */
/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./computing.js").Beside} Beside */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */
/** @typedef {{from: Row, to: Row}} Span two masks with nothing of a person between them */

/**
 * The masks between which frames are to be filled.
 * @param {VideoDocument} document
 * @param {{track: string, frame: number, range?: [number, number]|null, locked: Set<string>}} args a frame between two
 *   human masks, or one of them, or in a hole; `range`: the chosen frames, both in
 * @returns {Span|import("./plan.js").Refused}
 */
export function spanAround(document, { track: name, frame, range = null, locked }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const beside = range ? besides(track, range) : null;
  if (beside) return beside;
  let { from, to } = neighbours(track, frame);
  // On the last human mask, the gap before it is meant.
  if (!to && from?.frame === frame) ({ from, to } = neighbours(track, frame - 1));
  const hole = from && to ? null : holeAt(track, frame, document.count);
  if (hole) return hole;
  if (!from || !to) {
    const where = from ? `after frame ${from.frame}` : to ? `before frame ${to.frame}` : "anywhere";
    return refused(`Track ${track.number} has no mask of a person ${where}; draw or accept one first.`);
  }
  for (const row of [from, to]) {
    if (row.state === "absent")
      return refused(
        `A person marked track ${track.number} absent on frame ${row.frame}; nothing is computed across that.`,
      );
    if (!isShown(row)) return refused(`The mask of track ${track.number} on frame ${row.frame} is rejected.`);
  }
  if (to.frame === from.frame + 1) return refused(`There is no frame between ${from.frame} and ${to.frame}.`);
  return { from, to };
}

/** The masks beside frames among which there is nothing of a person. @param {Track} track @param {[number, number]} frames both in @returns {Span|null} */
function besides(track, [first, last]) {
  const [from, to] = [track.rows.get(first - 1), track.rows.get(last + 1)];
  if (!from || !to || !isShown(from) || !isShown(to)) return null;
  for (const row of track.rows.values()) if (row.frame >= first && row.frame <= last && isHuman(row)) return null;
  return { from, to };
}

/**
 * The masks beside the hole at a frame, or just behind it.
 * @param {Track} track @param {number} frame @param {number} count frames of the video @returns {Span|null} null where there is none
 */
function holeAt(track, frame, count) {
  const isHole = (/** @type {number} */ k) => k >= 0 && k < count && !isShown(track.rows.get(k));
  const inside = [frame, frame + 1].find(isHole);
  if (inside === undefined) return null;
  let [first, last] = [inside, inside];
  while (isHole(first - 1)) first -= 1;
  while (isHole(last + 1)) last += 1;
  return besides(track, [first, last]);
}

/** The last human row up to a frame, and the first one after it. @param {Track} track @param {number} frame */
function neighbours(track, frame) {
  /** @type {Row|null} */
  let from = null;
  /** @type {Row|null} */
  let to = null;
  for (const row of track.rows.values()) {
    if (!isHuman(row)) continue;
    if (row.frame <= frame && (!from || row.frame > from.frame)) from = row;
    if (row.frame > frame && (!to || row.frame < to.frame)) to = row;
  }
  return { from, to };
}

/**
 * @param {VideoDocument} document
 * @param {{track: string, span: Span, masks: string[], locked: Set<string>}} args `masks`: compressed run lengths of the
 *   frames between, in order
 * @returns {import("./plan.js").Outcome} refused where a person changed these frames meanwhile
 */
export function interpolate(document, { track: name, span: { from, to }, masks, locked }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const ends = [from, to].every((row) => track.rows.get(row.frame)?.hash === row.hash);
  const frames = masks.map((_, i) => from.frame + 1 + i);
  const judged = frames.find((frame) => {
    const row = track.rows.get(frame);
    return row !== undefined && isHuman(row);
  });
  if (!ends || judged !== undefined || frames.length !== to.frame - from.frame - 1)
    return refused(`Track ${track.number} was changed on frame ${judged ?? from.frame} meanwhile; interpolate again.`);
  const replaced = frames.filter((frame) => isShown(track.rows.get(frame))).length;
  return planned({
    kind: "interpolate",
    changes: masks.map((counts, i) => ({
      track: name,
      frame: frames[i],
      after: computedMask(drawnMask(document, counts), "interpolated"),
    })),
    title: `Interpolate track ${track.number} on ${frameWords([frames[0], /** @type {number} */ (frames.at(-1))])}`,
    numbers: { frames: frames.length, replaced },
    facts: [
      `${plural(frames.length, "mask")} between frames ${from.frame} and ${to.frame}, unreviewed`,
      ...(replaced ? [`${plural(replaced, "mask")} replaced`] : []),
      ...unjudged(from, to),
    ],
    lanes: [laneMark(name, "gains", frames)],
  });
}

/** What is to be said of ends that nobody has judged. @param {Row} from @param {Row} to @returns {string[]} */
function unjudged(from, to) {
  const frames = [from, to].filter((row) => !isHuman(row)).map(({ frame }) => frame);
  return frames.length ? [`nobody judged ${frames.length > 1 ? "frames" : "frame"} ${frames.join(" and ")}`] : [];
}

/** Frames from an end of the way to the mask beside it that tells the speed there. */
const NEAR = 2;

/**
 * The mask of the track next to an end of the way, outside of it; of those nearby the farthest, whose speed is surest.
 * @param {VideoDocument} document @param {string} track @param {Row} end @param {1|-1} step @returns {Row|null}
 */
export function rowBeside(document, track, end, step) {
  let found = null;
  for (let k = 1; k <= NEAR; k += 1) {
    const row = document.row(track, end.frame + k * step);
    if (!row || !isShown(row)) break;
    found = row;
  }
  return found;
}

/** The chosen range where it is meant: it holds the shown frame, or verdicts hold for it. @param {import("../editor.js").Editor} app */
export function meantRange(app) {
  const { frame, range } = app.view.now;
  const holds = range && range[0] <= frame && frame <= range[1];
  return holds || scopeOf(app) === "range" ? range : null;
}

/** @param {import("../editor.js").Editor} app */
async function run(app) {
  const { document } = app;
  const { id: track } = trackOf(app);
  const { frame } = app.view.now;
  const range = meantRange(app);
  await app.rows?.cover(0, lastFrame(app));
  if (app.document !== document) return null;
  const locked = () => app.view.now.locked;
  const span = spanAround(document, { track, frame, range, locked: locked() });
  const title = "Interpolate";
  if ("refused" in span) return offered(app, { title, icon: "interp", make: () => span });
  const beside = [rowBeside(document, track, span.from, -1), rowBeside(document, track, span.to, 1)];
  const rows = [span.from, span.to, ...beside.flatMap((row) => row ?? [])];
  await loadMasks(
    app,
    rows.map((row) => ({ track, frame: row.frame })),
  );
  if (app.document !== document) return null;
  const textOf = (/** @type {Row} */ row) => document.masks.text(row.hash ?? "") ?? "";
  const [from, to] = [span.from, span.to].map(textOf);
  const speeds = /** @type {[Beside|null, Beside|null]} */ (
    beside.map((row, i) => row && { mask: textOf(row), frames: Math.abs(row.frame - (i ? span.to : span.from).frame) })
  );
  const { height, width } = document;
  const count = span.to.frame - span.from.frame - 1;
  const text = `Computing ${plural(count, "mask")}…`;
  const found = await patiently(app, { title, text }, (stopped) =>
    verbWorker().ask({ kind: "between", from, to, count, height, width, beside: speeds }, stopped),
  );
  if (!found || app.document !== document) return null;
  const { masks } = found;
  return offered(app, {
    title,
    icon: "interp",
    make: () => interpolate(document, { track, span, masks, locked: locked() }),
  });
}

/** @type {import("../commands/command.js").Command} */
export const INTERPOLATE = Object.freeze({
  id: "interpolate",
  title: "Interpolate between two masks",
  group: GROUP,
  keys: ["I"],
  icon: "interp",
  places: EVERYWHERE,
  unavailable: lockedTrack,
  run,
});
