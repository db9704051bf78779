// @ts-check
/** Ends of the visible stretches of a lane, which a drag moves: outwards extends, inwards trims. */

import { clamp } from "../../kit/numbers.js";
import { laneOf } from "../document/lanes.js";

/** @typedef {import("./paint.js").Sheet} Sheet */
/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {import("../commands/preview.js").LaneMark} LaneMark */
/** @typedef {{track: string, from: number, side: "start"|"end"}} LaneEnd `from`: first or last frame of a stretch */

/** How near the pointer must be, CSS pixels. */
const REACH = 5;
/** Stretches that are narrower are not dragged: their two ends would be one, CSS pixels. */
const NARROW = 14;

/**
 * The end of a stretch under the pointer.
 * @param {Pick<Sheet, "x">} s @param {Track} track @param {number} x CSS pixels
 * @returns {LaneEnd|null}
 */
export function endAt(s, track, x) {
  /** @type {LaneEnd|null} */
  let found = null;
  let best = REACH;
  for (const [first, last] of laneOf(track).joined) {
    const [left, right] = [s.x(first), s.x(last + 1)];
    if (right < x - REACH || left > x + REACH || right - left < NARROW) continue;
    for (const [side, from, at] of /** @type {const} */ ([
      ["end", last, right],
      ["start", first, left],
    ])) {
      if (Math.abs(at - x) > best) continue;
      best = Math.abs(at - x);
      found = { track: track.id, from, side };
    }
  }
  return found;
}

/**
 * The frame that becomes the end when the border of the stretch is dragged to a place.
 * @param {Pick<Sheet, "frameAt">} s @param {LaneEnd} end @param {number} x CSS pixels @param {number} count frames
 */
export function draggedTo(s, { side }, x, count) {
  const border = Math.round(s.frameAt(x));
  return clamp(side === "end" ? border - 1 : border, 0, count - 1);
}

/** The frames that a drag adds or takes away so far. @param {LaneEnd} end @param {number} to @returns {LaneMark|null} */
export function dragMark({ track, from, side }, to) {
  if (to === from) return null;
  if (side === "end") {
    return to > from ? mark(track, from + 1, to, "draft") : mark(track, to + 1, from, "gone");
  }
  return to < from ? mark(track, to, from - 1, "draft") : mark(track, from, to - 1, "gone");
}

/** @param {string} track @param {number} first @param {number} last @param {LaneMark["kind"]} kind @returns {LaneMark} */
const mark = (track, first, last, kind) => ({ track, first, last, kind });

/**
 * Drag an end until the button is released, then hand the move over.
 * @param {HTMLCanvasElement} canvas @param {PointerEvent} event the press
 * @param {{end: LaneEnd, frameOf: (event: PointerEvent) => number, show: (mark: LaneMark|null) => void, done: (to: number) => void}} how
 */
export function dragEnd(canvas, event, { end, frameOf, show, done }) {
  canvas.setPointerCapture(event.pointerId);
  let to = end.from;
  const move = (/** @type {PointerEvent} */ e) => {
    to = frameOf(e);
    show(dragMark(end, to));
  };
  const stop = (/** @type {PointerEvent} */ e) => {
    canvas.removeEventListener("pointermove", move);
    canvas.removeEventListener("pointerup", stop);
    canvas.removeEventListener("pointercancel", stop);
    show(null);
    if (e.type === "pointerup" && to !== end.from) done(to);
  };
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", stop);
  canvas.addEventListener("pointercancel", stop);
}
