// @ts-check
/** What verbs compute from pixels, as one function of a message, so that a worker can do it while the page goes on. */

import { parse, stringify } from "../masks/rle.js";
import { cutByLine, cutByPieces, followed } from "./cutting.js";
import { between, onTheWay, shapeOf, speedOf } from "./morph.js";

/** @typedef {import("./cutting.js").Parts} Parts */
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
/** @typedef {{kind: "cut", parts: [frame: number, parts: Parts][]}} Cut empty where nothing is cut off; ends where it was lost */

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
function cut({ masks, line, height, width }) {
  const size = { height, width };
  /** @type {[number, Parts][]} */
  const found = [];
  for (const [frame, counts] of masks) {
    const runs = parse(counts);
    const last = found.at(-1);
    const first = () => (line ? cutByLine(runs, line, size) : cutByPieces(runs, size));
    const parts = last ? followed(last[1], runs, size) : first();
    if (!parts) break;
    found.push([frame, parts]);
  }
  return { kind: "cut", parts: found };
}
