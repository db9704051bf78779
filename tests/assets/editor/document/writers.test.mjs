import assert from "node:assert/strict";
import { test } from "node:test";
import { Writers } from "../../../../assets/editor/document/writers.js";
import { setUp, settled } from "./queueserver.mjs";

const edit = (id, ...frames) => ({ id, changes: frames.map((frame) => ({ track: "t", frame })) });

test("the last edit that writes a row is known, also after others left", () => {
  const writers = new Writers();
  const [a, b, c] = [edit("a", 1, 2), edit("b", 2, 3), edit("c", 2)];
  for (const one of [a, b, c]) writers.add(one);
  assert.deepEqual(
    [writers.last("t 1"), writers.last("t 2"), writers.last("t 3"), writers.last("t 9")],
    [a, c, b, undefined],
  );
  writers.remove(c);
  writers.remove(a);
  assert.deepEqual([writers.last("t 1"), writers.last("t 2")], [undefined, b]);
  writers.remove(b);
  assert.equal(writers.edits.size, 0);
});

test("edits of ten thousand rows are queued one after another without searching the queue", async () => {
  const { queue, server } = setUp();
  server.silent = true;
  const changes = () =>
    Array.from({ length: 10000 }, (_, frame) => ({ track: "t1", frame, after: { state: "absent" } }));
  const first = queue.add("absent", changes());
  const second = queue.add("absent", changes());
  assert.deepEqual(second.changes[9999].before, { edit: first.id });
  await settled();
  queue.drop(second);
  assert.equal(queue.writerOf("t1 9999"), first);
  queue.drop(first);
  assert.equal(queue.writerOf("t1 0"), undefined);
});
