import assert from "node:assert/strict";
import { test } from "node:test";
import { recentCommands, remember } from "../../../../assets/editor/commands/recent.js";
import { memoryStorage } from "../memory.mjs";

test("the newest comes first, once, and only a few are kept", () => {
  const storage = memoryStorage();
  for (const id of ["a", "b", "c", "d", "e", "f", "g", "b"]) remember(storage, id);
  assert.deepEqual(recentCommands(storage), ["b", "g", "f", "e", "d", "c"]);
});

test("what is stored and makes no sense is left out", () => {
  for (const [text, kept] of [
    ["{", []],
    ["{}", []],
    ['["a", 1, null]', ["a"]],
  ]) {
    const storage = memoryStorage();
    storage.setItem("v-recent", text);
    assert.deepEqual(recentCommands(storage), kept);
  }
});
