// @ts-check
/** Asks for the context menu of a lane. */

import { clamp } from "../../kit/numbers.js";
import { RULER } from "./paint.js";
import { lanesOf } from "./provisional.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */

/**
 * By the right button for the track and the frame under the pointer, which are selected and shown first; by keyboard for
 * the selected track on the shown frame.
 * @param {Timeline} timeline @param {MouseEvent} event
 */
export function askMenu(timeline, event) {
  const { app, size, rightPress } = timeline;
  timeline.rightPress = false;
  if (app.session.now.phase !== "ready" || !size) return;
  if (!rightPress) {
    const point = placeOfSelected(timeline);
    if (point) app.onmenu("lane", point);
    return;
  }
  const track = timeline.laneUnder(event);
  if (!track) return;
  app.commands.select(track.id);
  const frame = Math.floor(clamp(size.frameAt(event.offsetX), 0, timeline.count - 1));
  if (event.offsetX >= size.label) app.commands.goto(frame);
  app.onmenu("lane", [event.clientX, event.clientY]);
}

/** Below the selected lane, at the shown frame. @param {Timeline} timeline @returns {[x: number, y: number]|null} CSS pixels of the window */
function placeOfSelected({ app, size, canvas, scroll }) {
  const at = lanesOf(app).findIndex((track) => track.id === app.view.now.selected);
  if (at < 0 || !size) return null;
  const { left, top } = canvas.getBoundingClientRect();
  const y = Math.max(RULER, RULER + (at + 1) * size.lane - scroll);
  return [left + Math.max(size.label, size.x(app.view.now.frame)), top + y];
}
