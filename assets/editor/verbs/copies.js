// @ts-check
/** A mask on a clipboard: put on this frame, or copied to the next frames; both can move it by whole pixels. */

import { plural } from "../../kit/text.js";
import { isHuman } from "../document/document.js";
import { shifted } from "../masks/combine.js";
import { parse, stringify } from "../masks/rle.js";
import { stopWords } from "./extend.js";
import { computedMask, drawnMask, newTrack } from "./moving.js";
import { frameWords, laneMark, planned, refused, tracksOf } from "./plan.js";

/** @typedef {import("./plan.js").Change} Change */
/** @typedef {import("./plan.js").Frames} Frames */
/** @typedef {import("./plan.js").Outcome} Outcome */
/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */
/** @typedef {import("../../kit/wire.js").RowValues} RowValues */
/** @typedef {[dx: number, dy: number]} Offset whole pixels to the right and down */

/**
 * @typedef {object} Clip a copied mask
 * @property {string} counts compressed COCO run lengths
 * @property {[height: number, width: number]} size pixels
 * @property {Track} track that it was copied from, as it was then
 * @property {number} frame
 */

/**
 * The mask of a track on a frame, for the clipboard.
 * @param {VideoDocument} document with this mask @param {string} track id @param {number} frame
 * @returns {Clip|null} null where there is no mask
 */
export function clipOf(document, track, frame) {
  const own = document.tracks.get(track);
  const row = own?.rows.get(frame);
  const counts = row?.state === "present" && row.hash ? document.masks.text(row.hash) : undefined;
  if (!own || counts === undefined) return null;
  return { counts, size: [document.height, document.width], track: { ...own, rows: new Map() }, frame };
}

/**
 * Put a copied mask on a frame, as a person's own.
 * @param {VideoDocument} document
 * @param {{clip: Clip, track: string|null, frame: number, offset: Offset, id: string, locked: Set<string>}} args
 *   `track` null: a new one with the given id
 * @returns {Outcome}
 */
export function paste(document, { clip, track: name, frame, offset, id, locked }) {
  const content = moved(document, clip, offset);
  if ("refused" in content) return content;
  const found = name === null ? null : tracksOf(document, [name], locked);
  if (found && "refused" in found) return found;
  const track = found?.tracks[0];
  const number = track?.number ?? document.nextNumber();
  const after = { ...content, source: "drawn", review: /** @type {const} */ ("corrected") };
  return planned({
    kind: "paste",
    changes: [
      ...(track ? [] : [newTrack(id, clip.track, { name: "", rejected: false, score: null, run: null })]),
      { track: track?.id ?? id, frame, after },
    ],
    title: `Paste the mask of frame ${clip.frame} into track ${number}`,
    numbers: { frames: 1 },
    facts: [`frame ${frame}`, ...offsetWords(offset)],
    lanes: [laneMark(track?.id ?? id, "gains", [frame])],
  });
}

/**
 * Copy the mask of a track to other frames, unreviewed. Copies stop at the first frame that a person drew, judged or
 * marked absent.
 * @param {VideoDocument} document with the mask
 * @param {{track: string, frame: number, frames: Frames, offset: Offset, locked: Set<string>}} args `frames` to fill, all
 *   before or all after `frame`; `offset`: more of it on every frame
 * @returns {Outcome}
 */
export function copyOnward(document, { track: name, frame, frames, offset, locked }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const clip = clipOf(document, name, frame);
  if (!clip) return refused(`Track ${track.number} has no mask on frame ${frame} to copy.`);
  if (frames[0] > frames[1]) return refused(`Frame ${frame} is the last one.`);
  const step = frames[0] > frame ? 1 : -1;
  /** @type {Change[]} */
  const changes = [];
  let stop = null;
  const start = step > 0 ? frames[0] : frames[1];
  for (let k = start; k >= frames[0] && k <= frames[1] && !stop; k += step) {
    const here = track.rows.get(k);
    const far = Math.abs(k - frame);
    const content = moved(document, clip, [offset[0] * far, offset[1] * far], track.rows.get(frame)?.hash);
    if (here && isHuman(here)) stop = stopWords(track, here);
    else if ("refused" in content) stop = `Copies stop before frame ${k}: the mask leaves the picture there.`;
    else changes.push({ track: name, frame: k, after: computedMask(content, "propagated") });
  }
  if (!changes.length) return refused(stop ?? "There is no frame to copy to.");
  const touched = changes.map((change) => /** @type {number} */ (change.frame));
  const replaced = touched.filter((k) => track.rows.get(k)?.state === "present").length;
  return planned({
    kind: "copy",
    changes,
    title: `Copy the mask of frame ${frame} to ${frameWords([Math.min(...touched), Math.max(...touched)])}`,
    numbers: { frames: touched.length, replaced },
    facts: [
      `${plural(touched.length, "copy", "copies")}, unreviewed`,
      ...(replaced ? [`${plural(replaced, "mask")} replaced`] : []),
      ...offsetWords(offset, " per frame"),
    ],
    doubts: stop ? [stop] : [],
    lanes: [laneMark(name, "gains", touched)],
  });
}

/**
 * A copied mask, moved.
 * @param {VideoDocument} document @param {Clip} clip @param {Offset} offset @param {string|null} [hash] of the mask where
 *   it is known: unmoved, it is a pointer
 * @returns {RowValues|import("./plan.js").Refused}
 */
function moved(document, clip, [dx, dy], hash) {
  const { height, width } = document;
  if (clip.size[0] !== height || clip.size[1] !== width)
    return refused(
      `The copied mask is of a video of ${clip.size[1]} x ${clip.size[0]} pixels; this one has ${width} x ${height}.`,
    );
  if (!dx && !dy && hash && !document.masks.own.has(hash)) return { state: "present", mask: hash };
  const counts = dx || dy ? stringify(shifted(parse(clip.counts), height, width, dx, dy)) : clip.counts;
  if (parse(counts).length < 2) return refused("The mask would lie outside of the picture.");
  return drawnMask(document, counts);
}

/** @param {Offset} offset @param {string} [per] */
function offsetWords([dx, dy], per = "") {
  return dx || dy ? [`moved by ${dx}, ${dy} pixels${per}`] : [];
}
