import assert from "node:assert/strict";
import { test } from "node:test";
import { author } from "../../../assets/kit/author.js";
import { memoryStorage } from "../editor/memory.mjs";

test("a browser has one author, another browser another", () => {
  const [one, two] = [memoryStorage(), memoryStorage()];
  const name = author(one);
  assert.match(name, /^person:[0-9a-f]{1,8}$/);
  assert.equal(author(one), name);
  assert.notEqual(author(two), name);
});
