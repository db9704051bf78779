import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, fitsIn } from "../../../assets/kit/fuzzy.js";

const best = (query, texts) => texts.map((text) => [fit(query, text), text]).sort((a, b) => b[0] - a[0])[0][1];

test("beginnings fit better than the middle, and words better than scattered letters", () => {
  assert.equal(best("acc", ["Vaccinate", "Accept", "A big clock case"]), "Accept");
  assert.equal(best("frame", ["Verdicts hold for the frame", "Frame on"]), "Frame on");
  assert.equal(best("nt", ["Next track", "Cut count"]), "Next track");
});

test("letters keep their order and begin at a word", () => {
  assert.ok(fit("nxt", "Next frame") > 0);
  assert.equal(fit("txn", "Next frame"), 0);
  assert.equal(fit("eme", "Frame"), 0, "no word begins with it");
});

test("every word of the query must fit, in any order", () => {
  assert.ok(fit("track next", "Next track") > 0);
  assert.equal(fit("track quick", "Next track"), 0);
  assert.ok(fit("", "anything") > 0 && fit("  ", "anything") > 0);
});

test("a longer beginning of the same word never fits worse than nothing", () => {
  const text = "Verdicts hold for the whole track";
  for (let length = 1; length <= text.length; length += 1) assert.ok(fit(text.slice(0, length), text) > 0, `${length}`);
});

test("in a list that keeps its order, letters apart count only where no text has the words", () => {
  const texts = ["Remove islands, keep the largest piece", "Interpolate between two masks", "Next track"];
  const found = (query) => texts.filter(fitsIn(query, texts));
  assert.deepEqual(found("interp"), [texts[1]]);
  assert.deepEqual(found("masks INTER"), [texts[1]]);
  assert.deepEqual(found("nxt"), [texts[2]]);
  assert.deepEqual(found(" "), texts);
  assert.deepEqual(found("zz"), []);
});
