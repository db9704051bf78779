import assert from "node:assert/strict";
import { test } from "node:test";
import { MaskStore } from "../../../../assets/editor/masks/store.js";

const MIB = 1024 * 1024;

test("masks of the server are bounded in bytes, the least recently used go first", () => {
  const store = new MaskStore();
  const long = "0".repeat(MIB);
  for (let k = 0; k < 40; k += 1) store.add(`h${k}`, long);
  assert.ok(store.has("h0"));
  store.text("h0");
  for (let k = 40; k < 80; k += 1) store.add(`h${k}`, long);
  assert.ok(store.size <= 48 * MIB);
  assert.ok(!store.has("h1") && store.has("h79"));
  assert.equal(
    [...store.counts.values()].reduce((sum, text) => sum + text.length, 0),
    store.size,
  );
});

test("what was just used survives what comes in", () => {
  const store = new MaskStore();
  const long = "0".repeat(MIB);
  for (let k = 0; k < 48; k += 1) store.add(`h${k}`, long);
  store.text("h0");
  store.add("new", long);
  assert.ok(store.has("h0") && !store.has("h1"));
});

test("masks that only this page has are never let go of", () => {
  const store = new MaskStore();
  const own = store.addLocal("022");
  for (let k = 0; k < 60; k += 1) store.add(`h${k}`, "0".repeat(MIB));
  assert.equal(store.text(own), "022");
  assert.deepEqual([...store.runs(own)], [0, 2, 2]);
  store.rename(own, "named");
  assert.equal(store.text("named"), "022");
});

test("the same mask again counts once", () => {
  const store = new MaskStore();
  store.add("a", "022");
  store.add("a", "022");
  assert.equal(store.size, 3);
});
