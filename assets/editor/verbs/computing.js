// @ts-check
/** What verbs compute from pixels, as one function of a message, so that a worker can do it while the page goes on. */

import { parse, stringify } from "../masks/rle.js";
import { cutByLine, cutByPieces } from "./cutting.js";
import { CutFollower } from "./following.js";
import { between, onTheWay, shapeOf, speedOf } from "./morph.js";

/** @typedef {import("./following.js").Seen} Seen */
/** @typedef {import("./morph.js").Point} Point */

/**
 * @typedef {{kind: "between", from: string, to: string, count: number, height: number, width: number, beside?: [Beside|null, Beside|null]}} AskBetween
 *   compressed masks, and how many between them; `beside`: one before the first and one behind the second, for the speeds
 */
/**
 * @typedef {{kind: "cut", masks: [frame: number, counts: string][], line: [number, number][]|null, height: number, width: number}} AskCut
 *   the masks of the first frame and those to follow; `line` null: by connected parts
 */
/** @typedef {{mask: string, frames: number}} Beside a compressed mask, and how many frames away it is */
/** @typedef {{kind: "between", masks: string[]}} Between compressed */
/** @typedef {{kind: "cut", parts: [frame: number, parts: Seen][]}} Cut empty where nothing is cut off */

/** @param {AskBetween|AskCut} asked @returns {Between|Cut} */
export function computed(asked) {
  return asked.kind === "between" ? inBetween(asked) : cut(asked);
}

/** @param {AskBetween} asked @returns {Between} */
function inBetween({ from, to, count, height, width, beside = [null, null] }) {
  const shape = (/** @type {string} */ counts) => shapeOf(parse(counts), height, width);
  const [first, second] = [from, to].map(shape);
  if (!first || !second) return { kind: "between", masks: [] };
  const [earlier, later] = beside.map((one) => (one ? { shape: shape(one.mask), frames: one.frames } : null));
  const backward = earlier ? speedOf(first, earlier.shape, -earlier.frames) : null;
  const forward = later ? speedOf(second, later.shape, later.frames) : null;
  const way = { frames: count + 1, speeds: /** @type {[Point|null, Point|null]} */ ([backward, forward]) };
  const masks = Array.from({ length: count }, (_, i) => {
    const share = (i + 1) / (count + 1);
    return stringify(between(first, second, share, height, width, onTheWay(first, second, share, way)));
  });
  return { kind: "between", masks };
}

/** @param {AskCut} asked @returns {Cut} */
function cut({ masks: [[frame, counts], ...rest], line, height, width }) {
  const size = { height, width };
  const runs = parse(counts);
  const parts = line ? cutByLine(runs, line, size) : cutByPieces(runs, size);
  if (!parts) return { kind: "cut", parts: [] };
  const follower = new CutFollower(frame, parts, size);
  /** @type {[number, Seen][]} */
  const found = [[frame, parts]];
  for (const [k, mask] of rest) {
    const seen = follower.next(k, parse(mask));
    if (!seen) break;
    found.push([k, seen]);
  }
  return { kind: "cut", parts: found };
}
