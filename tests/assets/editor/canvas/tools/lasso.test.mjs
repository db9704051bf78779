import assert from "node:assert/strict";
import { test } from "node:test";
import { lasso } from "../../../../../assets/editor/canvas/tools/lasso.js";
import { at, editor } from "../drawing.mjs";

test("the lasso fills what it goes round", () => {
  const app = editor();
  lasso.down(app, at(22, 12));
  lasso.move(app, [at(28, 12), at(28, 18), at(22, 18)]);
  assert.ok(app.layers.sketch);
  lasso.up(app);
  assert.equal(app.document.row("t1", 0).area, 36 + 36);
  assert.equal(app.edits[0].kind, "lasso");
});
