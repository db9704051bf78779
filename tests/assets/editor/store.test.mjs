import assert from "node:assert/strict";
import { test } from "node:test";
import { createPreferences, createView, PREFERENCES } from "../../../assets/editor/state.js";
import { createStore } from "../../../assets/editor/store.js";
import { memoryStorage } from "./memory.mjs";

const settled = () => new Promise((done) => setTimeout(done, 0));

test("a listener is called once per batch, and only for its names", async () => {
  const store = createStore({ a: 1, b: 1, c: 1 });
  const events = [];
  store.on(["a", "b"], (now) => events.push([now.a, now.b]));
  store.set({ a: 2 });
  store.set({ b: 3 });
  await settled();
  store.set({ c: 9 });
  await settled();
  assert.deepEqual(events, [[2, 3]]);
});

test("setting the same value is no change, touching is one", async () => {
  const list = [];
  const store = createStore({ list });
  let count = 0;
  store.on(["list"], () => (count += 1));
  store.set({ list });
  await settled();
  assert.equal(count, 0);
  store.touch("list");
  await settled();
  assert.equal(count, 1);
});

test("a stopped listener is not called, and a listener may change the store", async () => {
  const store = createStore({ a: 0, b: 0 });
  const events = [];
  const stop = store.on(["a"], () => events.push("stopped"));
  store.on(["a"], (now) => store.set({ b: now.a * 2 }));
  store.on(["b"], (now) => events.push(now.b));
  stop();
  store.set({ a: 4 });
  await settled();
  assert.deepEqual(events, [8]);
});

test("preferences come back, and what is broken or of another type is ignored", async () => {
  const storage = memoryStorage();
  const first = createPreferences(storage);
  first.set({ brush: 40, noOverlap: true });
  await settled();
  assert.equal(createPreferences(storage).now.brush, 40);
  assert.equal(createPreferences(storage).now.noOverlap, true);
  storage.setItem("v-editor", '{"brush":"big","tab":"queue"}');
  assert.equal(createPreferences(storage).now.brush, PREFERENCES.brush);
  assert.equal(createPreferences(storage).now.tab, "queue");
  storage.setItem("v-editor", "{broken");
  assert.deepEqual({ ...createPreferences(storage).now }, { ...PREFERENCES });
});

test("every view has sets of its own", () => {
  const one = createView();
  one.now.hidden.add("t");
  assert.equal(createView().now.hidden.size, 0);
});
