import assert from "node:assert/strict";
import { test } from "node:test";
import { laneOf, progress, reviewQueue, standingOn, stateOf } from "../../../../assets/editor/document/lanes.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const trackOf = (rows, values) => smallDocument([sentTrack(1, rows, values)]).tracks.get("t1");

test("rows become runs of equal source, with absence and gaps between", () => {
  const lane = laneOf(
    trackOf([
      sentRow(0),
      sentRow(1),
      sentRow(2, { source: "drawn", review: "corrected" }),
      sentRow(3, { state: 0, hash: null }),
      sentRow(4, { state: 0, hash: null }),
      sentRow(8),
    ]),
  );
  assert.deepEqual(lane.parts, [
    [0, 1, "proposed"],
    [2, 2, "drawn"],
    [8, 8, "proposed"],
  ]);
  assert.deepEqual(lane.absent, [[3, 4]]);
  assert.deepEqual(lane.unknown, [[5, 7]]);
  assert.deepEqual(lane.keys, [2]);
  assert.equal(lane.tally.hand, 1);
  assert.equal(lane.tally.present, 4);
});

test("flags show once per run, and stand before the verdict on the strip", () => {
  const lane = laneOf(
    trackOf([
      sentRow(0, { look: "a" }),
      sentRow(1, { look: "a" }),
      sentRow(2, { review: "accepted" }),
      sentRow(5, { look: "b" }),
    ]),
  );
  assert.deepEqual(lane.looks, [0, 5]);
  assert.deepEqual(lane.review, [
    [0, 1, "look"],
    [2, 2, "accepted"],
    [5, 5, "look"],
  ]);
});

test("a lane is made anew only when its track changed", () => {
  const document = smallDocument();
  const track = document.tracks.get("t1");
  const first = laneOf(track);
  assert.equal(laneOf(track), first);
  document.apply({ track: "t1", frame: 1, version: 2, after: null });
  assert.notEqual(laneOf(track), first);
});

test("the queue names a track by its number of now", () => {
  const document = smallDocument([sentTrack(1, [sentRow(0)]), sentTrack(2, [sentRow(3, { look: "Flickers" })])]);
  const numbers = () => reviewQueue(document.list()).map((item) => item.number);
  assert.deepEqual(numbers(), [2, 1]);
  document.renumber("t2", 7);
  assert.deepEqual(numbers(), [7, 1]);
  document.merge(
    { last_edit: 2, tracks: [sentTrack(1, [], { id: "t1", number: 5 }), sentTrack(7, [], { id: "t2", number: 7 })] },
    5,
    10,
  );
  assert.deepEqual(numbers(), [7, 5]);
});

test("one word for a track", () => {
  assert.equal(stateOf(trackOf([sentRow(0)])), "unreviewed");
  assert.equal(stateOf(trackOf([])), "unreviewed");
  assert.equal(stateOf(trackOf([sentRow(0, { review: "accepted" })])), "accepted");
  assert.equal(
    stateOf(trackOf([sentRow(0, { review: "accepted" }), sentRow(1, { review: "corrected" })])),
    "corrected",
  );
  assert.equal(stateOf(trackOf([sentRow(0, { review: "accepted", look: "odd" })])), "look");
  assert.equal(stateOf(trackOf([sentRow(0, { review: "rejected" })])), "rejected");
  assert.equal(stateOf(trackOf([sentRow(0)], { rejected: true })), "rejected");
  assert.equal(stateOf(trackOf([sentRow(0, { state: 0, hash: null, area: null })])), "unreviewed", "nobody judged it");
});

test("progress counts every frame of every track that stands", () => {
  const document = smallDocument([
    sentTrack(1, [sentRow(0, { review: "accepted" }), sentRow(1)]),
    sentTrack(2, [sentRow(0, { review: "corrected" })]),
  ]);
  const none = { rejected: 0, look: 0, complete: 0, absent: 0 };
  assert.deepEqual(progress(document), { ...none, accepted: 1, corrected: 1, unreviewed: 1, done: 2, total: 20 });
});

test("one mask in ten frames is a tenth, and a rejected track is done", () => {
  const rows = [sentRow(0), sentRow(1, { state: 0, hash: null, area: null, look: "odd" })];
  const document = smallDocument([
    sentTrack(1, [sentRow(4, { source: "drawn", review: "corrected" })]),
    sentTrack(2, rows, { rejected: true }),
  ]);
  const { corrected, rejected, unreviewed, look, done, total } = progress(document);
  assert.deepEqual([corrected, rejected, unreviewed, look, done, total], [1, 10, 0, 0, 11, 20]);
});

test("frames without a row are done where they are declared complete, each once", () => {
  const document = smallDocument([sentTrack(1, [sentRow(0), sentRow(4, { review: "accepted" })])]);
  document.complete.set("a", { id: "a", start: 0, stop: 3, categories: [], version: 1 });
  document.complete.set("b", { id: "b", start: 2, stop: 6, categories: [], version: 1 });
  document.complete.set("c", { id: "c", start: 8, stop: 9, categories: [], version: 1 });
  const { accepted, unreviewed, complete, done, total } = progress(document);
  assert.deepEqual([accepted, unreviewed, complete, done, total], [1, 1, 5, 6, 10]);
});

test("complete frames settle the tracks of their categories alone", () => {
  const document = smallDocument([sentTrack(1, [], { category: "cat" }), sentTrack(2, [], { category: "dog" })]);
  document.complete.set("a", { id: "a", start: 0, stop: 4, categories: ["cat"], version: 1 });
  assert.equal(progress(document).complete, 4);
  document.complete.set("b", { id: "b", start: 2, stop: 5, categories: [], version: 1 });
  assert.equal(progress(document).complete, 5 + 3);
});

const ABSENT = { state: 0, hash: null, area: null };

test("what is flagged is asked, also where it has a verdict or where a model alone saw nothing", () => {
  const document = smallDocument([
    sentTrack(1, [
      sentRow(0),
      sentRow(1, ABSENT),
      sentRow(2, { ...ABSENT, source: "drawn", review: "corrected" }),
      sentRow(3, { ...ABSENT, look: "Too short" }),
      sentRow(4, { review: "accepted", look: "Marked by hand" }),
    ]),
  ]);
  const { unreviewed, accepted, corrected, look, absent, done, total } = progress(document);
  assert.deepEqual([unreviewed, accepted, corrected, look, absent, done, total], [1, 0, 1, 2, 0, 1, 10]);
  assert.deepEqual(
    reviewQueue(document.list()).map(({ kind, first, last }) => [kind, first, last]),
    [
      ["look", 3, 3],
      ["look", 4, 4],
      ["unreviewed", 0, 0],
    ],
  );
});

test("where a model alone saw nothing, a track is done once nothing else of it is left to ask", () => {
  const rows = (review) => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => sentRow(at, at < 3 ? { review } : ABSENT));
  const document = smallDocument([sentTrack(1, rows("unreviewed")), sentTrack(2, rows("accepted"))]);
  const share = (doubted) => {
    const { absent, done, total } = progress(document, new Set(doubted));
    return [absent, done, total];
  };
  assert.deepEqual(share([]), [7, 10, 20]);
  for (const frame of [0, 1, 2]) document.apply({ track: "t1", frame, version: 2, after: { review: "accepted" } });
  assert.deepEqual(share([]), [14, 20, 20]);
  assert.deepEqual(share(["t1"]), [7, 13, 20], "a search doubts that it is absent");
  const seen = { state: "absent", mask: null, source: "drawn", review: "corrected" };
  document.apply({ track: "t1", frame: 5, version: 3, after: seen });
  assert.deepEqual(share([]), [13, 20, 20], "a verdict on an absence adds nothing to ask");
});

test("a verdict in the middle of a run does not make the queue longer", () => {
  const spans = (...judged) => {
    const rows = [0, 1, 2, 3, 4].map((frame) => sentRow(frame, judged.includes(frame) ? { review: "corrected" } : {}));
    return reviewQueue(smallDocument([sentTrack(1, [...rows, sentRow(7)])]).list()).map((item) => [
      item.first,
      item.last,
    ]);
  };
  assert.deepEqual(spans(), [
    [0, 4],
    [7, 7],
  ]);
  assert.deepEqual(spans(2), [
    [0, 4],
    [7, 7],
  ]);
  assert.deepEqual(spans(0, 2, 3), [
    [1, 4],
    [7, 7],
  ]);
  assert.deepEqual(spans(3, 4), [
    [0, 2],
    [7, 7],
  ]);
  assert.deepEqual(spans(0, 1, 2, 3, 4), [[7, 7]]);
});

test("the queue has flagged runs first, then unreviewed ones, without rejected tracks", () => {
  const document = smallDocument([
    sentTrack(1, [sentRow(0), sentRow(1), sentRow(4)]),
    sentTrack(2, [
      sentRow(3, { look: "Mask jumps", review: "accepted" }),
      sentRow(4, { look: "Mask jumps" }),
      sentRow(5, { look: "Flickers" }),
    ]),
    sentTrack(3, [sentRow(0)], { rejected: true }),
  ]);
  const items = reviewQueue(document.list());
  assert.deepEqual(
    items.map((i) => [i.kind, i.number, i.first, i.last, i.reason]),
    [
      ["look", 2, 3, 4, "Mask jumps"],
      ["look", 2, 5, 5, "Flickers"],
      ["unreviewed", 1, 0, 1, "Unreviewed"],
      ["unreviewed", 1, 4, 4, "Unreviewed"],
    ],
  );
  assert.equal(standingOn(items, "t2", 4), 0);
  assert.equal(standingOn(items, "t1", 2), -1);
  assert.equal(standingOn(items, null, 4), -1);
});

test("a change that the lane does not show gives the same lane, any other another one", () => {
  const document = smallDocument([sentTrack(1, [sentRow(0), sentRow(1), sentRow(2)])]);
  const track = document.tracks.get("t1");
  const before = laneOf(track);
  const drawn = { source: "drawn", review: "corrected", score: null };
  document.apply({ track: "t1", frame: 1, version: 0, after: { state: "present", mask: "h1", ...drawn } });
  const corrected = laneOf(track);
  assert.notEqual(corrected, before);
  document.apply({ track: "t1", frame: 1, version: 0, after: { state: "present", mask: "h2", ...drawn } });
  assert.equal(laneOf(track), corrected, "another stroke on the frame");
  document.apply({ track: "t1", frame: 1, version: 4, after: { review: "accepted" } });
  assert.notEqual(laneOf(track), corrected);
});
