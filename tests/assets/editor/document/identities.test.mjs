import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpenIdentity, titleOf, whyOf } from "../../../../assets/editor/document/identities.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const scene = () =>
  smallDocument(
    [1, 2].map((n) =>
      sentTrack(
        n,
        [0, 1, 2, 3, 4, 5].map((frame) => sentRow(frame)),
      ),
    ),
  );

const maskOf = (document, track, frame) => [track, frame, document.row(track, frame).hash];

function swapIn(document, more = {}) {
  const masks = ["t1", "t2"].flatMap((id) => [maskOf(document, id, 2), maskOf(document, id, 3)]);
  const facts = { strength: 0.9, evidence: {}, dismissed: false };
  return { kind: "swap", tracks: ["t1", "t2"], frame: 3, masks, ...facts, ...more };
}

test("a suggestion is open while all its masks are those that the search compared", () => {
  const document = scene();
  const swap = swapIn(document);
  assert.equal(isOpenIdentity(document, swap), true);
  document.row("t2", 3).hash = "another";
  assert.equal(isOpenIdentity(document, swap), false);
});

test("a row that is gone closes it, one that is not loaded yet does not", () => {
  const document = scene();
  const swap = swapIn(document);
  document.tracks.get("t1").rows.delete(3);
  document.isCovered = (frame) => frame === 3;
  assert.equal(isOpenIdentity(document, swap), false);
  document.isCovered = (frame) => frame !== 3;
  assert.equal(isOpenIdentity(document, swap), true);
});

test("a deleted or rejected track and a dismissed suggestion are no question", () => {
  const document = scene();
  const swap = swapIn(document);
  for (const name of ["deleted", "rejected"]) {
    document.tracks.get("t2")[name] = true;
    assert.equal(isOpenIdentity(document, swap), false);
    document.tracks.get("t2")[name] = false;
  }
  assert.equal(isOpenIdentity(document, { ...swap, dismissed: true }), false);
  assert.equal(isOpenIdentity(document, swap), true);
});

test("titles and reasons name tracks by their numbers", () => {
  const document = scene();
  const swap = swapIn(document, { evidence: { place: 0.6, far: 0.4 } });
  assert.equal(titleOf(document, swap), "Swap 1 and 2 from frame 3 on");
  assert.equal(whyOf(document, swap), "They go on in each other's place and look");
  const split = swapIn(document, { kind: "split", tracks: ["t1"], evidence: { place: 0.1, far: 0.4 } });
  assert.equal(titleOf(document, split), "Split 1 at frame 3");
  assert.equal(whyOf(document, split), "It looks different from here on");
  const masks = [maskOf(document, "t1", 1), maskOf(document, "t2", 4)];
  const merge = swapIn(document, { kind: "merge", masks, evidence: { frames: 2, alike: 0.9 } });
  assert.equal(titleOf(document, merge), "Merge 1 and 2");
  assert.equal(whyOf(document, merge), "1 ends, 2 goes on 2 frames later, 90 % alike");
  const atOnce = { ...merge, evidence: { frames: 0 } };
  assert.equal(whyOf(document, atOnce), "1 ends, 2 goes on at once");
});
