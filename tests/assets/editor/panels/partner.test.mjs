import assert from "node:assert/strict";
import { test } from "node:test";
import { matchingPartners } from "../../../../assets/editor/panels/partner.js";
import { forFrame, forMerge, suspectedFirst } from "../../../../assets/editor/verbs/partners.js";
import { documentOf, frames } from "../verbs/scenes.mjs";

const partner = (number, name = "") => ({ track: { number, name }, note: "" });
const found = (partners, text) =>
  matchingPartners(partners, text, ({ track }) => track.name).map(({ track }) => track.number);

test("a number finds its track first, letters find names", () => {
  const partners = [partner(12, "dog"), partner(1, "cat"), partner(2, "dark cat")];
  assert.deepEqual(found(partners, ""), [12, 1, 2]);
  assert.deepEqual(found(partners, "1"), [1, 12]);
  assert.deepEqual(found(partners, "CAT"), [1, 2]);
  assert.deepEqual(found(partners, "9"), []);
});

const numbers = (partners) => partners.map(({ track, note }) => [track.number, note]);

test("a track that goes on where another ends is the likeliest to merge with", () => {
  const document = documentOf(frames(0, 4), frames(2, 6), frames(9, 12), frames(5, 6));
  assert.deepEqual(numbers(forMerge(document, document.tracks.get("t1"))), [
    [4, "right beside it"],
    [3, "4 frames apart"],
    [2, "both on 3"],
  ]);
});

test("of two tracks that go on at the same time, the one that lies where the other ended is likelier", () => {
  const document = documentOf(
    frames(5, 9, { hash: "h1" }),
    frames(0, 4, { hash: "h5" }),
    frames(0, 4, { hash: "h0" }),
    frames(10, 12, { hash: "h5" }),
  );
  const order = forMerge(document, document.tracks.get("t1")).map(({ track }) => track.number);
  assert.deepEqual(order, [3, 2, 4]);
});

test("tracks that alternate lie beside each other, a track without masks comes last", () => {
  const alternating = (first) => [first, first + 4].flatMap((frame) => frames(frame, frame));
  const document = documentOf(alternating(0), [], frames(8, 9), alternating(2));
  assert.deepEqual(numbers(forMerge(document, document.tracks.get("t1"))), [
    [4, "1 frame apart"],
    [3, "3 frames apart"],
    [2, "no mask"],
  ]);
});

test("the nearest mask on a frame is the likeliest to swap with; tracks without one come last", () => {
  const document = documentOf(
    frames(0, 4, { hash: "h0" }),
    frames(0, 4, { hash: "h5" }),
    frames(0, 4, { hash: "h2" }),
    frames(6, 7),
  );
  assert.deepEqual(numbers(forFrame(document, document.tracks.get("t1"), 3)), [
    [3, "2 pixels away"],
    [2, "5 pixels away"],
    [4, "on frame 6"],
  ]);
  assert.deepEqual(numbers(forFrame(document, document.tracks.get("t4"), 3))[0], [1, "visible here"]);
});

test("a track that a likely error on this frame names comes first, with the others in their order behind it", () => {
  const document = documentOf(frames(0, 4), frames(0, 4, { hash: "h2" }), frames(0, 4, { hash: "h5" }));
  const track = document.tracks.get("t1");
  const order = (...errors) =>
    suspectedFirst(forFrame(document, track, 3), errors, track, 3).map((p) => p.track.number);
  assert.deepEqual(order(), [2, 3]);
  assert.deepEqual(order({ frame: 3, tracks: ["t3", "t1"] }), [3, 2]);
  assert.deepEqual(order({ frame: 2, tracks: ["t3", "t1"] }), [2, 3], "on another frame");
  assert.deepEqual(order({ frame: 3, tracks: ["t3", "t9"] }), [2, 3], "about other tracks");
});
