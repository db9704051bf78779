import assert from "node:assert/strict";
import { test } from "node:test";
import { select, tracksAt } from "../../../../../assets/editor/canvas/tools/select.js";
import { at, boxCounts, editor, H, W } from "../drawing.mjs";

test("select takes the mask under the pointer, then the one below, and nothing beside", () => {
  const app = editor();
  app.document.apply({
    track: "t2",
    frame: 0,
    version: 2,
    after: { state: "present", rle: { size: [H, W], counts: boxCounts(4, 4, 12, 12) } },
  });
  assert.deepEqual(tracksAt(app, 5.5, 5.5), ["t2", "t1"]);
  app.view.set({ selected: null });
  select.down(app, at(5.5, 5.5));
  assert.equal(app.view.now.selected, "t2");
  select.down(app, at(5.5, 5.5));
  assert.equal(app.view.now.selected, "t1");
  select.down(app, at(25, 15));
  assert.equal(app.view.now.selected, null);
  assert.deepEqual(tracksAt(app, -1, 3), []);
});
