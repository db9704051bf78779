import assert from "node:assert/strict";
import { test } from "node:test";
import * as verdicts from "../../../../assets/editor/document/verdicts.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const where = { frame: 4, range: [2, 6], count: 10 };
const one = (rows, values) => {
  const document = smallDocument([sentTrack(1, rows, values)]);
  return [document, document.tracks.get("t1")];
};

test("scopes cover the frames they name", () => {
  assert.deepEqual(verdicts.span("frame", where), [4, 4]);
  assert.deepEqual(verdicts.span("range", where), [2, 6]);
  assert.deepEqual(verdicts.span("range", { ...where, range: null }), [4, 4]);
  assert.deepEqual(verdicts.span("onward", where), [4, 9]);
  assert.deepEqual(verdicts.span("whole", where), [0, 9]);
});

test("accepting judges what has no verdict, keeps corrected, and clears flags", () => {
  const [document, track] = one([
    sentRow(0),
    sentRow(1, { review: "accepted" }),
    sentRow(2, { review: "corrected", source: "drawn", look: "odd" }),
    sentRow(3, { review: "corrected" }),
    sentRow(4, { review: "rejected" }),
  ]);
  const changes = verdicts.accept(document, track, [0, 9], false);
  assert.deepEqual(
    changes.map((c) => [c.frame, c.after.review, c.after.look]),
    [
      [0, "accepted", null],
      [2, "corrected", null],
      [4, "accepted", null],
    ],
  );
  assert.deepEqual(changes[0].after, { review: "accepted", look: null });
});

test("accepting stays inside its frames", () => {
  const [document, track] = one([sentRow(0), sentRow(5), sentRow(9)]);
  assert.deepEqual(
    verdicts.accept(document, track, [4, 6], false).map((c) => c.frame),
    [5],
  );
});

test("rejecting a whole track marks the track, and accepting it removes the mark", () => {
  const [document, track] = one([sentRow(0), sentRow(1, { state: 0, hash: null })]);
  const changes = verdicts.reject(document, track, [0, 9], true);
  assert.deepEqual(changes[0], { track: "t1", frame: null, after: { rejected: true } });
  assert.deepEqual(
    changes.slice(1).map((c) => [c.frame, c.after.review]),
    [[0, "rejected"]],
  );
  track.rejected = true;
  assert.deepEqual(verdicts.accept(document, track, [0, 9], true)[0].after, { rejected: false });
});

test("deleting takes rows away, or the track when it is for the whole", () => {
  const [document, track] = one([sentRow(3), sentRow(4), sentRow(5)]);
  assert.deepEqual(verdicts.remove(document, track, [4, 9], false), [
    { track: "t1", frame: 4, after: null },
    { track: "t1", frame: 5, after: null },
  ]);
  assert.deepEqual(verdicts.remove(document, track, [0, 9], true), [
    { track: "t1", frame: null, after: { deleted: true } },
  ]);
});

test("needs a look flags what is not flagged, and clears when all are", () => {
  const [document, track] = one([sentRow(0), sentRow(1, { look: "odd" })]);
  const on = verdicts.look(document, track, [0, 9]);
  assert.deepEqual(
    on.map((c) => c.frame),
    [0],
  );
  assert.equal(on[0].after.look.reason, "Marked by hand");
  assert.equal("review" in on[0].after, false);
  track.rows.get(0).look = "odd";
  assert.deepEqual(
    verdicts.look(document, track, [0, 9]).map((c) => c.after.look),
    [null, null],
  );
});

test("a key frame is switched on and off, only where there is a mask", () => {
  const [document, track] = one([sentRow(0), sentRow(1, { state: 0, hash: null })]);
  assert.equal(verdicts.keyFrame(document, track, 0)[0].after.key, true);
  assert.deepEqual(verdicts.keyFrame(document, track, 1), []);
  assert.deepEqual(verdicts.keyFrame(document, track, 7), []);
});

test("a mark on a row that is being drawn keeps its pixels here and sends only the mark", () => {
  const [document, track] = one([sentRow(0)]);
  document.apply({
    track: "t1",
    frame: 0,
    version: 0,
    after: { state: "present", rle: { size: [2, 3], counts: "114" } },
  });
  const before = { ...document.row("t1", 0) };
  const [change] = verdicts.keyFrame(document, track, 0);
  assert.deepEqual(change.after, { key: true });
  document.apply({ track: "t1", frame: 0, version: 0, after: change.after });
  assert.deepEqual(document.row("t1", 0), { ...before, key: true });
});

test("a verdict clears the flag unless it sets one; a mark leaves it", () => {
  const [document] = one([sentRow(0, { look: "odd" })]);
  document.apply({ track: "t1", frame: 0, version: 2, after: { key: true } });
  assert.equal(document.row("t1", 0).look, "odd");
  document.apply({ track: "t1", frame: 0, version: 3, after: { review: "accepted" } });
  assert.equal(document.row("t1", 0).look, null);
  assert.equal(document.row("t1", 0).hash, "h1");
});

test("declaring the same frames complete again withdraws it", () => {
  const [document] = one([sentRow(0)]);
  const first = verdicts.complete(document, [0, 9], ["c1"], () => "r1");
  assert.equal(first.declared, true);
  assert.deepEqual(first.changes[0].after, { start: 0, stop: 10, categories: ["c1"] });
  document.applyRange("r1", 4, first.changes[0].after);
  const second = verdicts.complete(document, [0, 9], ["c1"], () => "r2");
  assert.equal(second.declared, false);
  assert.deepEqual(second.changes, [{ track: null, frame: null, range_id: "r1", after: null }]);
});

test("frames inside of what is declared are withdrawn alone, and what lies beside them stays declared", () => {
  const [document] = one([sentRow(0)]);
  const names = ["r3", "r4"];
  document.applyRange("r1", 4, { start: 0, stop: 6, categories: ["c1"] });
  document.applyRange("r2", 4, { start: 5, stop: 10, categories: ["c1", "c2"] });
  const { changes, declared } = verdicts.complete(document, [4, 6], ["c1"], () => names.shift());
  for (const { range_id: id, after } of changes) document.applyRange(id, 5, after);
  assert.equal(declared, false);
  assert.deepEqual(
    [...document.complete.values()].map(({ start, stop, categories }) => [start, stop, ...categories]),
    [
      [0, 4, "c1"],
      [7, 10, "c1", "c2"],
    ],
  );
  assert.deepEqual(
    [0, 3, 4, 6, 7, 9].map((frame) => verdicts.isDeclared(document, [frame, frame], ["c1"])),
    [true, true, false, false, true, true],
  );
  assert.equal(verdicts.complete(document, [3, 7], ["c1"], () => "r5").declared, true, "not all of it was declared");
});

test("frames are declared for the categories that were named, and for all where none was", () => {
  const [document] = one([sentRow(0)]);
  document.applyRange("r1", 4, { start: 0, stop: 6, categories: ["c1"] });
  document.applyRange("r2", 4, { start: 4, stop: 8, categories: ["c2"] });
  document.applyRange("r3", 4, { start: 8, stop: 10, categories: [] });
  const framesOf = (...categories) =>
    [0, 4, 6, 8].filter((frame) => verdicts.isDeclared(document, [frame, frame + 1], categories));
  assert.deepEqual(framesOf("c1"), [0, 4, 8]);
  assert.deepEqual(framesOf("c1", "c2"), [4, 8]);
  assert.deepEqual(framesOf("c3"), [8]);
  assert.deepEqual(framesOf(), [8]);
  assert.deepEqual(framesOf(null), [0, 4, 6, 8]);
  assert.equal(verdicts.complete(document, [0, 3], ["c1", "c2"], () => "r5").declared, true, "a category is new");
});

test("accepting masks changes no frame where only a model saw none", () => {
  const absent = { state: 0, hash: null, area: null };
  const document = smallDocument([
    sentTrack(1, [sentRow(0), sentRow(1, absent), sentRow(2, { ...absent, source: "drawn", review: "unreviewed" })]),
  ]);
  const track = document.tracks.get("t1");
  assert.deepEqual(
    verdicts.accept(document, track, [0, 9], true).map(({ frame }) => frame),
    [0, 2],
  );
  assert.deepEqual(verdicts.accept(document, track, [1, 1], false), []);
});
