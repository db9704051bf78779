import assert from "node:assert/strict";
import { test } from "node:test";
import { Selection } from "../../../assets/pages/trackselection.js";

const ORDER = ["a", "b", "c", "d", "e"];

test("Shift adds what lies between, in both directions, and keeps what is selected", () => {
  let calls = 0;
  const selection = new Selection(() => (calls += 1));
  selection.toggle("d");
  selection.extend("b", ORDER);
  assert.deepEqual([...selection.ids].sort(), ["b", "c", "d"]);
  selection.extend("e", ORDER);
  assert.deepEqual([...selection.ids].sort(), ["b", "c", "d", "e"]);
  assert.equal(calls, 3);
});

test("without a last chosen track, or where it is gone, Shift chooses one", () => {
  const selection = new Selection(() => {});
  selection.extend("c", ORDER);
  assert.deepEqual([...selection.ids], ["c"]);
  selection.toggle("gone");
  selection.extend("b", ORDER);
  assert.deepEqual([...selection.ids], ["c", "gone", "b"]);
});
