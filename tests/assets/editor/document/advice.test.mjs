import assert from "node:assert/strict";
import { test } from "node:test";
import { frameToCorrect, isCorrectedInside } from "../../../../assets/editor/document/advice.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const drawn = (frame, values = {}) => sentRow(frame, { source: "drawn", review: "corrected", score: null, ...values });
const spread = (frame, score, values = {}) => sentRow(frame, { source: "propagated", score, ...values });

/** A track with these rows. */
const track = (...rows) => smallDocument([sentTrack(1, rows)]).tracks.get("t1");

test("the least sure frame far from what people drew helps most", () => {
  const rows = [drawn(0), ...[1, 2, 3, 4, 5, 6, 7, 8].map((frame) => spread(frame, 0.5)), drawn(9)];
  assert.equal(frameToCorrect(track(...rows)).frame, 4, "the middle where all are equally unsure, the earlier of two");
  rows[7] = spread(7, 0.1);
  assert.deepEqual(frameToCorrect(track(...rows)), { frame: 7, confidence: 0.1 });
  rows[1] = spread(1, 0.1);
  assert.equal(frameToCorrect(track(...rows)).frame, 7, "beside a person's mask the same doubt counts less");
});

test("the advice follows the track: a judged frame leads to the next one", () => {
  const found = track(drawn(0), ...[3, 4, 5, 6, 7, 8].map((frame) => spread(frame, frame / 20)), drawn(40));
  const judged = [0, 40];
  const gain = ({ frame, score }) =>
    (1 - score) * Math.sqrt(Math.min(...judged.map((other) => Math.abs(other - frame))) / 30);
  const seen = [];
  for (let next = frameToCorrect(found); next && seen.length < 9; next = frameToCorrect(found)) {
    const open = [...found.rows.values()].filter(({ frame }) => !judged.includes(frame));
    assert.equal(next.frame, open.sort((a, b) => gain(b) - gain(a))[0].frame);
    seen.push(next.frame);
    judged.push(next.frame);
    found.rows.get(next.frame).review = "accepted";
    found.revision += 1;
  }
  assert.equal(seen.length, 6);
});

test("nothing is advised where all is sure, judged, or comes from elsewhere", () => {
  assert.equal(frameToCorrect(track(drawn(0))), null);
  assert.equal(frameToCorrect(track(drawn(0), spread(5, 0.97))), null);
  assert.equal(frameToCorrect(track(drawn(0), spread(5, 0.1, { review: "accepted" }))), null);
  assert.equal(frameToCorrect(track(drawn(0), sentRow(5, { score: 0.1 }))), null);
  assert.equal(frameToCorrect(track(drawn(0), spread(5, null))), null);
});

test("a correction inside of an older spread can be spread again, until its neighbours are newer", () => {
  const around = (version, beside) => track(spread(3, 0.9, beside), drawn(4, { version }), spread(5, 0.9, beside));
  assert.ok(isCorrectedInside(around(7, { version: 5 }), 4));
  assert.ok(isCorrectedInside(around(0, { version: 5 }), 4), "not sent yet");
  assert.ok(!isCorrectedInside(around(7, { version: 8 }), 4), "spread again already");
  assert.ok(!isCorrectedInside(around(7, { version: 5, review: "accepted" }), 4), "judged by a person");
  assert.ok(!isCorrectedInside(around(7, { version: 5 }), 3), "no correction itself");
  assert.ok(!isCorrectedInside(track(drawn(4, { version: 9, review: "rejected" }), spread(5, 0.9)), 4));
  assert.ok(isCorrectedInside(track(drawn(4, { version: 9, state: 0, hash: null }), spread(5, 0.9)), 4), "absence too");
});
