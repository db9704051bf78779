import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpen, openErrors, reasonOf } from "../../../../assets/editor/document/likelyerrors.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

/** Two tracks with rows on frames 0 to 5. */
const scene = (values = {}) =>
  smallDocument(
    [1, 2].map((n) =>
      sentTrack(
        n,
        [0, 1, 2, 3, 4, 5].map((frame) => sentRow(frame, values)),
      ),
    ),
  );

const hashOf = (document, track, frame) => document.row(track, frame).hash;

function errorIn(document, more = {}) {
  const tracks = more.tracks ?? ["t1"];
  const frame = more.frame ?? 3;
  const masks = tracks.map((id) => hashOf(document, id, frame));
  return { kind: "jump", tracks, masks, first: frame, last: frame, frame, strength: 0.9, evidence: {}, ...more };
}

let asked = 0;

/** Entries of the queue as of a change. */
const itemsOf = (document, errors) => openErrors(document, errors, (asked += 1)).items;

test("an error is open until somebody judges its frame", () => {
  const document = scene();
  const error = errorIn(document);
  assert.equal(isOpen(document, error), true);
  document.row("t1", 3).review = "accepted";
  assert.equal(isOpen(document, error), false);
});

test("an error is over once a mask that it was found on is another one", () => {
  const document = scene();
  const error = errorIn(document, { kind: "swap", tracks: ["t1", "t2"] });
  assert.equal(isOpen(document, error), true);
  document.row("t2", 3).hash = "another";
  assert.equal(isOpen(document, error), false);
});

test("errors of rejected and of deleted tracks are over", () => {
  const document = scene();
  const error = errorIn(document);
  document.tracks.get("t1").rejected = true;
  assert.equal(isOpen(document, error), false);
  document.tracks.get("t1").rejected = false;
  document.tracks.get("t1").deleted = true;
  assert.equal(isOpen(document, error), false, "a merge leaves it as deleted");
  document.tracks.delete("t1");
  assert.equal(isOpen(document, error), false);
});

test("an error is over once the track that goes on was merged into its own", () => {
  const document = scene();
  const error = {
    ...errorIn(document, { kind: "broken", tracks: ["t1", "t2"] }),
    masks: [hashOf(document, "t1", 3), null],
  };
  document.tracks.get("t2").rows.delete(3);
  document.isCovered = () => true;
  assert.equal(isOpen(document, error), true);
  document.tracks.get("t2").deleted = true;
  assert.equal(isOpen(document, error), false);
});

test("rows that are not loaded yet count as unchanged", () => {
  const document = scene();
  const error = errorIn(document);
  document.tracks.get("t1").rows.delete(3);
  assert.equal(isOpen(document, error), true);
  document.isCovered = (frame) => frame === 3;
  assert.equal(isOpen(document, error), false, "a split took the mask away");
});

test("work on other frames leaves an error open and never adds one", () => {
  const document = scene();
  const errors = [errorIn(document), errorIn(document, { frame: 5 })];
  const before = itemsOf(document, errors).length;
  document.row("t1", 0).review = "corrected";
  assert.equal(itemsOf(document, errors).length, before);
  document.row("t1", 5).review = "accepted";
  assert.equal(itemsOf(document, errors).length, before - 1);
});

test("after a change each error is looked at once", () => {
  const document = scene();
  const { masks, ...error } = errorIn(document, { tracks: ["t1"] });
  let looks = 0;
  const watched = Object.defineProperty(error, "masks", { get: () => (looks += 1) && masks });
  assert.equal(itemsOf(document, [watched]).length, 1);
  assert.equal(looks, 1);
});

test("an absence is a question until its frame is judged or declared complete", () => {
  const document = scene();
  const frame = 7;
  const absence = (kind) => ({ ...errorIn(document, { kind, frame: 4 }), masks: [null], first: frame, last: 8, frame });
  document.tracks.get("t1").rows.delete(frame);
  const doubted = (kind) => [...openErrors(document, [absence(kind)], (asked += 1)).doubted];
  assert.deepEqual(["gap", "flicker", "jump"].map(doubted), [["t1"], ["t1"], []]);
  document.complete.set("r", { id: "r", start: 0, stop: 9, categories: [], version: 1 });
  assert.deepEqual(doubted("gap"), []);
  assert.equal(itemsOf(document, [absence("gap")]).length, 0);
  assert.equal(itemsOf(document, [absence("jump")]).length, 1);
  document.complete.set("r", { id: "r", start: 0, stop: 9, categories: ["another"], version: 1 });
  assert.deepEqual(doubted("gap"), ["t1"], "nobody declared its category");
  document.complete.clear();
  const seen = { state: "absent", mask: null, source: "drawn", review: "corrected" };
  document.apply({ track: "t1", frame, version: 2, after: seen });
  assert.deepEqual(doubted("gap"), []);
});

test("entries keep the order of the search and lead to the frame that shows the error", () => {
  const document = scene();
  const errors = [errorIn(document, { frame: 4, first: 2, last: 5 }), errorIn(document, { tracks: ["t2"], frame: 1 })];
  assert.deepEqual(
    itemsOf(document, errors).map(({ kind, track, number, first, last, at }) => [kind, track, number, first, last, at]),
    [
      ["likely", "t1", 1, 2, 5, 4],
      ["likely", "t2", 2, 1, 1, 1],
    ],
  );
});

test("reasons name the other track and the figures", () => {
  const document = scene();
  const reason = (kind, evidence = {}, tracks = ["t1", "t2"]) => reasonOf(document, { kind, tracks, evidence });
  assert.equal(reason("swap"), "May be swapped with track 2");
  assert.equal(reason("overlap", { share: 0.456 }), "Covers 46 % of track 2");
  assert.equal(reason("duplicate"), "Same object as track 2?");
  assert.equal(reason("jump", { sides: 1.42 }), "Jumps by 1.4 times its size");
  assert.equal(reason("area", { times: 2.31 }), "Grows to 2.3 times its area");
  assert.equal(reason("area", { times: 0.4 }), "Shrinks to 40 %");
  assert.equal(reason("pieces", { pieces: 3 }), "Falls into 3 pieces");
  assert.equal(reason("broken", { frames: 0 }), "Ends; track 2 goes on at once");
  assert.equal(reason("broken", { frames: 3 }), "Ends; track 2 goes on 3 frames later");
  assert.equal(reason("flicker", { frames: 1 }), "Missing for 1 frame");
  assert.equal(reason("gap", { frames: 7 }), "Missing for 7 frames");
  assert.equal(reason("score", { score: 0.314 }), "Score dips to 0.31");
  for (const kind of ["colour", "background", "windows", "class"]) assert.notEqual(reason(kind), "Likely error");
  document.tracks.get("t1").extra = {
    runners_up: [
      ["cat", 0.2],
      ["dog", 0.4],
    ],
  };
  assert.equal(reason("class", {}, ["t1"]), "Class in doubt: may be dog");
  assert.equal(reason("a kind of a later version"), "Likely error");
  assert.equal(reason("swap", {}, ["t1", "gone"]), "May be swapped with another track");
});

test("open errors are found once per change, with the frames of every track they concern", () => {
  const document = scene();
  const errors = [errorIn(document, { kind: "swap", tracks: ["t1", "t2"], frame: 4 }), errorIn(document, { frame: 2 })];
  const first = openErrors(document, errors, 1);
  assert.deepEqual(
    [...first.frames],
    [
      ["t1", [2, 4]],
      ["t2", [4]],
    ],
  );
  assert.equal(openErrors(document, errors, 1), first);
  document.row("t1", 2).review = "accepted";
  assert.deepEqual(openErrors(document, errors, 2).frames.get("t1"), [4]);
  assert.equal(openErrors(document, [], 2).items.length, 0);
});
