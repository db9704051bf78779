import assert from "node:assert/strict";
import { test } from "node:test";
import { patiently } from "../../../../assets/editor/verbs/patience.js";

const WORDS = { title: "Interpolate", text: "Computing 8 masks…" };

/** Work that the test ends, and the toasts about it. */
function begun(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const toasts = [];
  let end;
  const work = (stopped) =>
    new Promise((done, failed) => {
      end = { done, failed, stopped };
      stopped.addEventListener("abort", () => failed(new Error("The computation stopped; try again.")));
    });
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
  actions[0].run();
  await until;
  assert.equal(await found, null, "no fault: the person stopped it");
  assert.ok(end.stopped.aborted);
});

test("what takes long ends at once when it is stopped, also while it loads", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const toasts = [];
  const found = patiently({ toast: (message) => toasts.push(message) }, WORDS, () => new Promise(() => {}));
  context.mock.timers.tick(1000);
  toasts[0].actions[0].run();
  assert.equal(await found, null);
});

test("what fails by itself is a fault", async (context) => {
  const { found, end } = begun(context);
  end.failed(new Error("No worker."));
  await assert.rejects(found, /No worker/);
});
