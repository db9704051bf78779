import assert from "node:assert/strict";
import { test } from "node:test";
import { brush } from "../../../../../assets/editor/canvas/tools/brush.js";
import { eraser } from "../../../../../assets/editor/canvas/tools/eraser.js";
import { decode } from "../../../../../assets/editor/masks/rle.js";
import { at, draw, editor, H, W } from "../drawing.mjs";

test("a brush stroke is one edit with the whole mask, drawn and corrected", () => {
  const app = editor();
  draw(brush, app, [at(8, 5), at(11, 5)]);
  assert.equal(app.edits.length, 1);
  const [{ kind, changes }] = app.edits;
  assert.equal(kind, "brush");
  assert.equal(changes.length, 1);
  assert.deepEqual(changes[0].after.rle.size, [H, W]);
  assert.equal(changes[0].after.source, "drawn");
  assert.equal(changes[0].after.review, "corrected");
  assert.ok(app.document.row("t1", 0).area > 36);
});

test("right button or Alt erases with the brush and draws with the eraser", () => {
  const app = editor();
  draw(brush, app, [at(3, 3, { inverse: true })]);
  assert.ok(app.document.row("t1", 0).area < 36);
  app.layers.compose();
  draw(eraser, app, [at(12, 12, { inverse: true })]);
  assert.equal(app.document.row("t1", 0).state, "present");
  assert.equal(app.edits.length, 2);
});

test("subtract mode turns the brush round", () => {
  const app = editor();
  app.view.set({ mode: "subtract" });
  draw(brush, app, [at(3, 3)]);
  assert.ok(app.document.row("t1", 0).area < 36);
});

test("Shift draws straight from the end of the last stroke", () => {
  const app = editor();
  draw(brush, app, [at(3, 15)]);
  app.layers.compose();
  draw(brush, app, [at(25, 15, { shift: true })]);
  const bits = decode(app.document.mask("t1", 0), H, W);
  for (let x = 3; x <= 25; x += 1) assert.equal(bits[15 * W + x], 1);
});
