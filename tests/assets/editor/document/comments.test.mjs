import assert from "node:assert/strict";
import { test } from "node:test";
import { openComments, placeInWords, withComment } from "../../../../assets/editor/document/comments.js";

const comment = (id, values = {}) => ({
  id,
  frame: 3,
  track: null,
  point: null,
  text: id,
  author: "ann",
  created: 1,
  resolved: false,
  resolved_by: null,
  deleted: false,
  change: 1,
  ...values,
});

test("comments stand by frame, then by age; a later write takes the place of an earlier one", () => {
  let list = [];
  for (const one of [comment("a"), comment("b", { frame: 1 }), comment("c", { created: 0 })])
    list = withComment(list, one);
  assert.deepEqual(
    list.map(({ id }) => id),
    ["b", "c", "a"],
  );
  list = withComment(list, comment("a", { resolved: true, change: 5 }));
  assert.deepEqual(
    openComments(list).map(({ id }) => id),
    ["b", "c"],
  );
});

test("the answer to an older write, or the same event again, changes nothing", () => {
  const list = withComment([], comment("a", { text: "new", change: 4 }));
  assert.equal(withComment(list, comment("a", { text: "old", change: 3 })), list);
  assert.equal(withComment(list, comment("a", { change: 4 })), list);
});

test("a deleted comment leaves, and comes back when it is restored", () => {
  const list = withComment([], comment("a"));
  const without = withComment(list, comment("a", { deleted: true, change: 2 }));
  assert.deepEqual(without, []);
  assert.equal(withComment(without, comment("z", { deleted: true, change: 3 })), without);
  assert.equal(withComment(without, comment("a", { change: 3 })).length, 1);
});

test("a comment names what it is pinned to", () => {
  assert.equal(placeInWords(comment("a"), undefined), "Frame 3");
  assert.equal(placeInWords(comment("a", { point: [1, 2] }), undefined), "Point on frame 3");
  assert.equal(placeInWords(comment("a", { track: "t" }), 7), "Track 7, frame 3");
  assert.equal(placeInWords(comment("a", { track: "t" }), undefined), "A deleted track, frame 3");
});
