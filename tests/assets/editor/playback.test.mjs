import assert from "node:assert/strict";
import { test } from "node:test";
import { frameAt, secondsAt, secondsOf } from "../../../assets/editor/playback.js";

const video = { count: 5, pts: [1000, 2000, 3000, 7000, 8000], time_base: [1, 1000] };

test("seconds come from the source's own times, from the first frame", () => {
  assert.deepEqual(
    [0, 1, 3, 4].map((k) => secondsOf(video, k)),
    [0, 1, 6, 7],
  );
  assert.equal(secondsOf({ pts: [], time_base: [1, 1] }, 3), 0);
});

test("a time of the file that is no frame's counts from the first frame too", () => {
  assert.deepEqual(
    [1000, 4500, 400].map((at) => secondsAt(video, at)),
    [0, 3.5, -0.6],
  );
  assert.equal(secondsAt({ pts: [], time_base: [1, 10] }, 25), 2.5);
});

test("the frame of a moment is the last that is due, through gaps too", () => {
  assert.deepEqual(
    [0, 0.99, 1, 2.5, 5.9, 6, 99].map((s) => frameAt(video, s)),
    [0, 0, 1, 2, 2, 3, 4],
  );
});

test("every frame is the frame of its own time", () => {
  const film = { count: 500, pts: Array.from({ length: 500 }, (_, k) => k * 1001), time_base: [1, 30000] };
  for (let k = 0; k < 500; k += 1) assert.equal(frameAt(film, secondsOf(film, k)), k);
});
