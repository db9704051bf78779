import assert from "node:assert/strict";
import { test } from "node:test";
import { author, authorWords } from "../../../assets/kit/author.js";
import { memoryStorage } from "../editor/memory.mjs";

test("a browser has one author, another browser another", () => {
  const [one, two] = [memoryStorage(), memoryStorage()];
  const name = author(one);
  assert.match(name, /^person:[0-9a-f]{1,8}$/);
  assert.equal(author(one), name);
  assert.notEqual(author(two), name);
});

test("who is signed in is the author in every browser, and nothing is kept of it", () => {
  const storage = memoryStorage();
  const cookies = "a=1; v-signed-in=Zo%C3%AB%20L%3B; b=2";
  assert.equal(author(storage, cookies), "person:Zoë L;");
  assert.equal(storage.getItem("v-author"), null);
  assert.match(author(storage, "v-signed-in=; a=1"), /^person:[0-9a-f]{1,8}$/);
});

test("authors are named as a person reads them", () => {
  const words = (author) => authorWords(author, "person:00000001");
  assert.deepEqual(["person:00000001", "person:2b3ce4e6", "run:9", "ann", "person:Zoë"].map(words), [
    "you",
    "another person",
    "a model or import",
    "ann",
    "Zoë",
  ]);
});
