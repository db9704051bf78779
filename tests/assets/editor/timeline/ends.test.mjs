import assert from "node:assert/strict";
import { test } from "node:test";
import { dragEnd, draggedTo, dragMark, endAt } from "../../../../assets/editor/timeline/ends.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const sheet = { x: (frame) => 100 + frame * 10, frameAt: (x) => (x - 100) / 10 };
const track = smallDocument([
  sentTrack(
    1,
    [2, 3, 4, 7].map((frame) => sentRow(frame)),
  ),
]).tracks.get("t1");

test("an end is found near the border of a stretch, and not of one that is too narrow", () => {
  assert.deepEqual(endAt(sheet, track, 147), { track: "t1", from: 4, side: "end" });
  assert.deepEqual(endAt(sheet, track, 118), { track: "t1", from: 2, side: "start" });
  assert.equal(endAt(sheet, track, 135), null);
  assert.equal(endAt(sheet, track, 180), null, "one frame wide");
});

test("the border goes to the nearest border of a frame, inside of the video", () => {
  const [end, start] = [endAt(sheet, track, 150), endAt(sheet, track, 120)];
  assert.deepEqual(
    [150, 154, 156, 999].map((x) => draggedTo(sheet, end, x, 10)),
    [4, 4, 5, 9],
  );
  assert.deepEqual(
    [120, 126, 12].map((x) => draggedTo(sheet, start, x, 10)),
    [2, 3, 0],
  );
});

test("what a drag adds is a draft, what it takes away is gone", () => {
  const [end, start] = [endAt(sheet, track, 150), endAt(sheet, track, 120)];
  const mark = (side, to) => dragMark(side, to) && Object.values(dragMark(side, to)).slice(1);
  assert.deepEqual(mark(end, 6), [5, 6, "draft"]);
  assert.deepEqual(mark(end, 2), [3, 4, "gone"]);
  assert.deepEqual(mark(start, 0), [0, 1, "draft"]);
  assert.deepEqual(mark(start, 4), [2, 3, "gone"]);
  assert.equal(mark(end, 4), null);
});

test("a drag shows its frames, and ends with the button or without an effect", () => {
  const listeners = new Map();
  const canvas = {
    setPointerCapture() {},
    addEventListener: (name, work) => listeners.set(name, work),
    removeEventListener: (name) => listeners.delete(name),
  };
  const shown = [];
  const moved = [];
  const how = {
    end: endAt(sheet, track, 150),
    frameOf: ({ frame }) => frame,
    show: (mark) => shown.push(mark?.last ?? null),
    done: (to) => moved.push(to),
  };
  dragEnd(canvas, { pointerId: 1 }, how);
  for (const frame of [5, 6]) listeners.get("pointermove")({ frame });
  listeners.get("pointerup")({ type: "pointerup" });
  assert.deepEqual([shown, moved, listeners.size], [[5, 6, null], [6], 0]);
  dragEnd(canvas, { pointerId: 1 }, how);
  listeners.get("pointermove")({ frame: 8 });
  listeners.get("pointercancel")({ type: "pointercancel" });
  assert.deepEqual(moved, [6]);
});
