import assert from "node:assert/strict";
import { test } from "node:test";
import { pageAddress, readAddress, writeAddress } from "../../assets/editor/address.js";
import { frameAddress } from "../../assets/editor/api.js";
import { clock, count, sizeText } from "../../assets/kit/dom.js";
import { ago } from "../../assets/editor/panels/historylist.js";
import { frameAt, secondsAt, secondsOf } from "../../assets/editor/playback.js";

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

test("the address is read and written, and keeps what else is in it", () => {
  const place = { project: "p 1", video: "v/1", frame: 12, track: 3 };
  assert.deepEqual(readAddress(writeAddress(place)), place);
  assert.match(writeAddress(place, "?theme=dark"), /theme=dark/);
  assert.deepEqual(readAddress("?frame=-3&track=x"), { project: null, video: null, frame: 0, track: null });
  assert.equal(new URLSearchParams(writeAddress({ ...place, track: null }, "?track=9")).has("track"), false);
  assert.equal(pageAddress("/models", "a&b"), "/models?project=a%26b");
  assert.equal(pageAddress("/models", null), "/models");
});

test("a frame's address carries the content hash where there is one", () => {
  assert.equal(frameAddress({ id: "v 1" }, 7), "/data/videos/v%201/frames/7.jpg");
  assert.equal(
    frameAddress({ id: "v", content_hash: "0123456789abcdef" }, 0),
    "/data/videos/v/frames/0.jpg?h=0123456789ab",
  );
});

test("texts for times, sizes and counts", () => {
  assert.equal(clock(1.834), "0:01.83");
  assert.equal(clock(75.5), "1:15.50");
  assert.equal(clock(38, 0), "0:38");
  assert.equal(sizeText(645_000_000), "645 MB");
  assert.equal(sizeText(1_400), "1.4 KB");
  assert.equal(sizeText(12), "12 B");
  assert.equal(count(1, "edit"), "1 edit");
  assert.equal(count(3, "edit"), "3 edits");
  assert.equal(count(180000, "frame"), "180,000 frames");
  assert.deepEqual(
    [5, 130, 7300, 200_000].map((s) => ago(1000, 1000 + s)),
    ["now", "2 min", "2 h", "2 d"],
  );
});
