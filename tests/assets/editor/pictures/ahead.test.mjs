import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { drawableOf } from "../../../../assets/editor/masks/drawable.js";
import { MasksAhead } from "../../../../assets/editor/pictures/ahead.js";
import { VideoDocument } from "../../../../assets/editor/document/document.js";
import { sentRow, sentTrack } from "../memory.mjs";

let document;
let sent;
let port;

beforeEach(() => {
  document = new VideoDocument({ height: 4, width: 4, count: 9 });
  const frames = [...Array(9).keys()];
  const track = (number) =>
    sentTrack(
      number,
      frames.map((k) => sentRow(k, { hash: `${number}:${k}` })),
    );
  document.merge({ last_edit: 1, tracks: [track(1), track(2)] }, 0, 9);
  for (const k of frames) {
    document.masks.add(`1:${k}`, "13;");
    if (k !== 4) document.masks.add(`2:${k}`, "04<");
  }
  sent = [];
  port = { postMessage: (message) => sent.push(message) };
});

/** The worker answers its oldest question. */
function answer() {
  const { number, masks, height, width } = sent.shift();
  port.onmessage({ data: { number, ready: masks.map((counts) => drawableOf(counts, height, width)) } });
}

const ready = (frame) => [`1:${frame}`, `2:${frame}`].map((hash) => !document.masks.isRaw(hash));

test("the masks of the next frames are made ready, one frame after another, in the direction of travel", () => {
  const ahead = new MasksAhead(document, () => port);
  ahead.follow(5, -1);
  assert.deepEqual(sent[0].masks, ["13;"], "a mask that is not loaded is not asked for");
  answer();
  assert.deepEqual(
    [ready(4), ready(3)],
    [
      [true, false],
      [false, false],
    ],
  );
  answer();
  answer();
  assert.deepEqual(
    [ready(3), ready(2), ready(1), ready(6), sent.length],
    [[true, true], [true, true], [false, false], [false, false], 0],
  );
  assert.deepEqual(document.masks.box("1:3", 4), drawableOf("13;", 4, 4).box);
});

test("another frame replaces what was wanted; what is ready is not asked for again", () => {
  const ahead = new MasksAhead(document, () => port);
  ahead.follow(0, 1);
  ahead.follow(5, 1);
  answer();
  assert.deepEqual(ready(1), [true, true], "the question under way is finished");
  while (sent.length) answer();
  assert.deepEqual(
    [ready(2), ready(6), ready(8)],
    [
      [false, false],
      [true, true],
      [true, true],
    ],
  );
  ahead.follow(5, 1);
  assert.equal(sent.length, 0);
});

test("frames that come before the worker is done with them are passed over", () => {
  let now = 0;
  const ahead = new MasksAhead(
    document,
    () => port,
    () => now,
  );
  const asked = () => sent.at(-1)?.masks.length && ahead.asked[0];
  ahead.follow(0, 1);
  assert.equal(asked(), "1:1");
  now = 70;
  sent.splice(1);
  answer();
  sent.length = 0;
  ahead.asked = null;
  now = 100;
  ahead.follow(2, 1);
  assert.equal(asked(), "1:3", "the steps are slower than the worker");
  sent.length = 0;
  ahead.asked = null;
  now = 130;
  ahead.follow(3, 1);
  assert.equal(asked(), "1:6", "two steps come while it works");
});

test("an answer to a video that was left is for nobody", () => {
  const left = new MasksAhead(document, () => port);
  left.follow(0, 1);
  left.close();
  const other = new VideoDocument({ height: 4, width: 4, count: 9 });
  other.merge({ last_edit: 1, tracks: [sentTrack(1, [sentRow(1, { hash: "x" })])] }, 0, 9);
  other.masks.add("x", "13;");
  new MasksAhead(other, () => port).follow(0, 1);
  assert.equal(sent.length, 2);
  answer();
  assert.ok(other.masks.isRaw("x"));
  answer();
  assert.ok(!other.masks.isRaw("x"));
});

test("without workers masks are made ready when they are drawn", () => {
  const ahead = new MasksAhead(document, () => null);
  ahead.follow(0, 1);
  assert.deepEqual([ready(1), ahead.asked], [[false, false], null]);
});
