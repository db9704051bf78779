import assert from "node:assert/strict";
import { test } from "node:test";
import { computed } from "../../../../assets/editor/verbs/computing.js";
import { VerbWorker } from "../../../../assets/editor/verbs/worker.js";
import { boxCounts } from "./scenes.mjs";

/** A worker in the same thread that answers in the order that `order` gives. */
function fake(order = (list) => list) {
  const started = [];
  const start = () => {
    const port = { questions: [], onmessage: null, postMessage: (question) => port.questions.push(question) };
    const worker = { ended: false, onerror: null, terminate: () => (worker.ended = true) };
    const answer = () => {
      for (const { number, asked } of order(port.questions.splice(0)))
        port.onmessage({ data: { number, found: computed(asked) } });
    };
    started.push({ worker, port, answer });
    return { worker, port };
  };
  return { start, started };
}

const question = (x) => ({
  kind: "between",
  from: boxCounts(0, 0, 2, 2),
  to: boxCounts(x, 0, x + 2, 2),
  count: 1,
  height: 6,
  width: 8,
});

test("answers come to their own questions, whatever their order", async () => {
  const { start, started } = fake((list) => list.reverse());
  const worker = new VerbWorker(start);
  const asked = [2, 4].map((x) => worker.ask(question(x)));
  started[0].answer();
  const found = await Promise.all(asked);
  assert.deepEqual(
    found.map(({ masks }) => masks[0]),
    [boxCounts(1, 0, 3, 2), boxCounts(2, 0, 4, 2)],
  );
  assert.equal(started.length, 1);
});

test("a worker that fails leaves its questions with a sentence, and the next question starts another", async () => {
  const { start, started } = fake();
  const worker = new VerbWorker(start);
  const lost = worker.ask(question(2));
  started[0].worker.onerror();
  await assert.rejects(lost, /The computation stopped; try again\./);
  assert.ok(started[0].worker.ended);
  const next = worker.ask(question(2));
  started[1].answer();
  assert.equal((await next).masks.length, 1);
});

test("a question that is stopped ends alone: another worker gets the others", async () => {
  const { start, started } = fake();
  const worker = new VerbWorker(start);
  const stopping = new AbortController();
  const [stopped, other] = [worker.ask(question(2), stopping.signal), worker.ask(question(4))];
  stopping.abort();
  await assert.rejects(stopped, /The computation stopped/);
  assert.ok(started[0].worker.ended);
  started[1].answer();
  assert.deepEqual((await other).masks, [boxCounts(2, 0, 4, 2)]);
  await assert.rejects(worker.ask(question(2), stopping.signal), /stopped/, "stopped before it was asked");
  assert.deepEqual([started.length, started[1].worker.ended], [2, false]);
});

test("a question that was answered is no longer stopped", async () => {
  const { start, started } = fake();
  const worker = new VerbWorker(start);
  const stopping = new AbortController();
  const asked = worker.ask(question(2), stopping.signal);
  started[0].answer();
  await asked;
  stopping.abort();
  assert.equal(started[0].worker.ended, false);
});
