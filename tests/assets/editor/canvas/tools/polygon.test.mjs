import assert from "node:assert/strict";
import { test } from "node:test";
import { polygon } from "../../../../../assets/editor/canvas/tools/polygon.js";
import { at, editor } from "../drawing.mjs";

const corners = (app, ...points) => points.forEach(([x, y]) => polygon.down(app, at(x, y)));

test("a polygon closes on its first corner, on Enter, and Escape gives it up", () => {
  const app = editor();
  corners(app, [2, 10], [28, 10], [28, 19], [2, 19]);
  assert.equal(app.edits.length, 0);
  polygon.down(app, at(3, 11));
  assert.equal(app.document.row("t1", 0).area, 36 + 26 * 9);
  app.layers.compose();
  corners(app, [10, 0], [29, 0], [29, 8]);
  polygon.cancel(app);
  assert.equal(app.edits.length, 1);
  corners(app, [10, 0], [29, 0], [29, 8]);
  polygon.finish(app);
  assert.equal(app.edits.length, 2);
});

test("the last corner of a polygon is taken back, and with the first the polygon", () => {
  const app = editor();
  corners(app, [3, 3], [12, 3], [12, 12], [1, 14]);
  polygon.takeBack(app);
  polygon.finish(app);
  const kept = app.document.row("t1", 0).area;
  app.layers.compose();
  const whole = editor();
  corners(whole, [3, 3], [12, 3], [12, 12]);
  polygon.finish(whole);
  assert.equal(kept, whole.document.row("t1", 0).area);
  polygon.down(app, at(3, 3));
  assert.equal(app.layers.drawing, true);
  polygon.takeBack(app);
  assert.deepEqual([app.layers.drawing, app.edits.length], [false, 1]);
});
