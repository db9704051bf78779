import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf } from "../../../../assets/editor/timeline/drafts.js";

const sheet = (perFrame, first, last) => ({ x: (frame) => 100 + frame * perFrame, first, last });

test("wide frames are cells of their own, narrow ones run together", () => {
  assert.deepEqual(cellsOf(sheet(10, 0, 99), { first: 2, last: 3 }), [
    [121, 129],
    [131, 139],
  ]);
  assert.deepEqual(cellsOf(sheet(2, 0, 99), { first: 2, last: 40 }), [[104, 182]]);
});

test("only frames in sight are painted, however long the mark is", () => {
  assert.equal(cellsOf(sheet(10, 50, 60), { first: 0, last: 100_000 }).length, 11);
  assert.deepEqual(cellsOf(sheet(10, 50, 60), { first: 0, last: 49 }), []);
  assert.deepEqual(cellsOf(sheet(10, 50, 60), { first: 61, last: 80 }), []);
});
