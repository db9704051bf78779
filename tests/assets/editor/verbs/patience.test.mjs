import assert from "node:assert/strict";
import { test } from "node:test";
import { patiently } from "../../../../assets/editor/verbs/patience.js";
import { verbWorker } from "../../../../assets/editor/verbs/worker.js";

const WORDS = { title: "Interpolate", text: "Computing 8 masks…" };

/** Work that the test ends, and the toasts about it. */
function begun(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const toasts = [];
  let end;
  const work = () => new Promise((done, failed) => (end = { done, failed }));
  const found = patiently({ toast: (message) => toasts.push(message) }, WORDS, work);
  return { toasts, found, end };
}

test("what comes soon is said by nobody", async (context) => {
  const { toasts, found, end } = begun(context);
  end.done(7);
  assert.equal(await found, 7);
  await new Promise(setImmediate);
  context.mock.timers.tick(1000);
  assert.deepEqual(toasts, []);
});

test("what takes long is told until it is there, and can be stopped", async (context) => {
  const { toasts, found, end } = begun(context);
  context.mock.timers.tick(1000);
  const [{ title, text, until, actions }] = toasts;
  assert.deepEqual({ title, text }, WORDS);
  context.mock.method(verbWorker(), "fail", () => end.failed(new Error("The computation stopped; try again.")));
  actions[0].run();
  await until;
  assert.equal(await found, null, "no fault: the person stopped it");
});

test("what fails by itself is a fault", async (context) => {
  const { found, end } = begun(context);
  end.failed(new Error("No worker."));
  await assert.rejects(found, /No worker/);
});
