import assert from "node:assert/strict";
import { test } from "node:test";
import { inParts, newestWhole, PART } from "../../../../assets/editor/document/parts.js";
import { setUp, settled, stroke } from "./queueserver.mjs";

const verdicts = (count, after = { review: "accepted", look: null }) =>
  Array.from({ length: count }, (_, frame) => ({ track: "t1", frame, after }));

test("many verdicts go in parts, other long edits do not", () => {
  assert.deepEqual(inParts("e", verdicts(PART)).length, 1);
  const parts = inParts("e", verdicts(2 * PART + 1));
  assert.deepEqual(
    parts.map(({ id, changes }) => [id, changes.length]),
    [
      ["e~1", PART],
      ["e~2", PART],
      ["e~3", 1],
    ],
  );
  assert.equal(parts[2].changes[0].frame, 2 * PART);
  const absent = { state: "absent" };
  assert.deepEqual(inParts("e", verdicts(2 * PART, absent)).length, 1);
  assert.deepEqual(inParts("e", verdicts(200_001, absent)), [], "half of these would be another edit");
});

test("the newest edit is whole while all its parts are there", () => {
  const edits = ["a", "b~1", "b~2"].map((id) => ({ id }));
  assert.deepEqual(newestWhole(edits), edits.slice(1));
  assert.deepEqual(newestWhole([edits[0]]), [edits[0]]);
  assert.deepEqual(newestWhole([edits[2]]), [], "its first part is saved already");
  assert.deepEqual(newestWhole([]), []);
});

test("unsent parts are taken back and given back together", async () => {
  const { document, queue, server } = setUp();
  server.silent = true;
  queue.add("brush", stroke(0, "114"));
  await settled();
  const parts = [0, 1].map((frame) => ({ id: `e~${frame + 1}`, changes: stroke(frame, "022") }));
  queue.enqueueAll("accept", parts);
  assert.equal(queue.pending, 3);
  assert.equal(queue.takeBack().changes.length, 2);
  assert.equal(queue.pending, 1);
  queue.giveBack();
  assert.equal(queue.pending, 2);
  assert.equal(document.row("t1", 1).review, "corrected");
  queue.close();
});
