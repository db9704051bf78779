import assert from "node:assert/strict";
import { test } from "node:test";
import { drawableOf } from "../../../../assets/editor/masks/drawable.js";
import { MaskStore } from "../../../../assets/editor/masks/store.js";

const MIB = 1024 * 1024;
const NONE = { corners: new Int32Array(0), ends: new Int32Array(0) };

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

test("a mask that gets its name from the server need not be made ready again", () => {
  const store = new MaskStore();
  const own = store.addLocal("13;");
  const made = drawableOf("13;", 4, 4);
  store.take(own, made);
  store.rename(own, "named");
  assert.ok(!store.isRaw("named"));
  assert.equal(store.spans("named", 4, 4), made.spans);
  store.add("known", "04<");
  const before = store.spans("known", 4, 4);
  store.rename(own, "known");
  assert.equal(store.spans("known", 4, 4), before, "what is known under that name stays");
});

test("the same mask again counts once", () => {
  const store = new MaskStore();
  store.add("a", "022");
  store.add("a", "022");
  assert.equal(store.size, 3);
});

test("what a worker made of a mask is kept, unless the page made it itself meanwhile", () => {
  const store = new MaskStore();
  store.add("a", "13;");
  assert.equal(store.box("a", 4)?.length, 4);
  assert.ok(store.isRaw("a"), "run lengths and box alone do not draw it");
  const made = drawableOf("13;", 4, 4);
  store.take("a", made);
  assert.ok(!store.isRaw("a"));
  assert.equal(store.spans("a", 4, 4), made.spans);
  store.take("a", drawableOf("13;", 4, 4));
  assert.equal(store.spans("a", 4, 4), made.spans);
});

test("what was made of masks is bounded in bytes, and the least recently used is made again", () => {
  const store = new MaskStore();
  const made = (bytes) => ({ runs: new Uint32Array(bytes / 4), box: null, spans: new Int32Array(0), outline: NONE });
  for (let k = 0; k < 100; k += 1) {
    store.add(`h${k}`, "13;");
    store.take(`h${k}`, made(MIB));
    if (k > 3) store.runs("h3");
  }
  assert.equal(
    store.made,
    [...store.decoded.values()].reduce((sum, { runs }) => sum + runs.byteLength, 0),
  );
  assert.ok(store.made <= 64 * MIB && store.decoded.size === 64);
  assert.deepEqual([store.isRaw("h3"), store.isRaw("h4"), store.isRaw("h99")], [false, true, false]);
  assert.deepEqual([...store.runs("h4")], [1, 3, 11], "read again");
  store.rename("h4", "h5");
  store.spans("h4", 4, 4);
  for (const hash of [...store.decoded.keys()]) store.forget(hash);
  assert.equal(store.made, 0, "what was added later is counted, too");
});

test("spans are made on first use, and are missing where the mask is not loaded", () => {
  const store = new MaskStore();
  store.add("a", "13;");
  const spans = store.spans("a", 4, 4);
  assert.deepEqual(spans, drawableOf("13;", 4, 4).spans);
  assert.equal(store.spans("a", 4, 4), spans);
  assert.equal(store.spans("b", 4, 4), null);
});

test("the outline becomes one path, from the worker's corners too", () => {
  const steps = [];
  globalThis.Path2D = class {
    moveTo = (...at) => steps.push(["move", ...at]);
    lineTo = (...at) => steps.push(["line", ...at]);
    closePath = () => steps.push(["close"]);
  };
  const store = new MaskStore();
  store.add("a", "13;");
  const path = store.path("a", 4, 4);
  assert.equal(store.path("a", 4, 4), path);
  const own = steps.splice(0);
  assert.ok(own.length > 4 && own[0][0] === "move" && own.at(-1)[0] === "close");
  const other = new MaskStore();
  other.add("a", "13;");
  other.take("a", drawableOf("13;", 4, 4));
  other.path("a", 4, 4);
  assert.deepEqual(steps, own);
  assert.equal(other.path("b", 4, 4), null);
});
