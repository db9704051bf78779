import assert from "node:assert/strict";
import { test } from "node:test";
import { nextBatch, toSend } from "../../../../assets/editor/document/editbatch.js";

const edit = (made) => ({ id: "e", kind: "brush", changes: [], seq: 1, made });

test("an edit that waited for the connection says how long, so that its working time counts when it was done", () => {
  assert.equal(toSend(edit(1_000), 601_500).waited, 600.5);
  for (const made of [601_000, 700_000, undefined])
    assert.equal("waited" in toSend(edit(made), 601_500), false, "sent at once, the clock was set, or nobody knows");
});

test("a request is not longer than a part, unless one edit is", () => {
  const long = (id, rows) => ({ id, kind: "accept", changes: Array(rows).fill({ before: { version: 1 } }), seq: 1 });
  const ids = (...edits) => nextBatch(edits, 40).map(({ id }) => id);
  assert.deepEqual(ids(long("a", 4_000), long("b", 6_000), long("c", 1)), ["a", "b"]);
  assert.deepEqual(ids(long("a", 12_000), long("b", 1)), ["a"]);
});
