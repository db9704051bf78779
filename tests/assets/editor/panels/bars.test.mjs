import assert from "node:assert/strict";
import { test } from "node:test";
import { completeWords } from "../../../../assets/editor/panels/bars.js";
import { editor } from "../commands/commandeditor.mjs";

test("the button that declares frames complete names those of the scope, and withdraws what is declared", () => {
  const app = editor();
  app.keymap = { keyOf: () => "C" };
  app.view.set({ frame: 3 });
  const words = (scope) => {
    app.preferences.set({ scope });
    return completeWords(app);
  };
  assert.deepEqual(words("frame"), { done: false, title: "Declare that everything has a track on frame 3 (C)" });
  assert.match(words("whole").title, /on the whole video/);
  app.view.set({ range: [2, 4] });
  assert.match(words("range").title, /on frames 2 – 4/);
  app.document.applyRange("r", 1, { start: 0, stop: 5, categories: [] });
  assert.deepEqual(words("frame"), { done: true, title: "Withdraw that frame 3 is complete (C)" });
  assert.equal(words("onward").done, false);
});
