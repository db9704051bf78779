import assert from "node:assert/strict";
import { test } from "node:test";
import { fillTool } from "../../../../../assets/editor/canvas/tools/fill.js";
import { eraser } from "../../../../../assets/editor/canvas/tools/eraser.js";
import { brush } from "../../../../../assets/editor/canvas/tools/brush.js";
import { move, nudge } from "../../../../../assets/editor/canvas/tools/move.js";
import { decode } from "../../../../../assets/editor/masks/rle.js";
import { at, draw, editor, H, W } from "../drawing.mjs";

const maskOf = (app) => decode(app.document.mask("t1", 0), H, W);
const boxed = (dx, dy) => (i) => {
  const [x, y] = [(i % W) - dx, Math.floor(i / W) - dy];
  return x >= 2 && x < 8 && y >= 2 && y < 8;
};
const same = (app, rule) => maskOf(app).forEach((value, i) => assert.equal(Boolean(value), rule(i), String(i)));

test("a click fills a hole, a click on a piece removes it, and one beside both says what to do", () => {
  const app = editor();
  app.preferences.set({ brush: 2 });
  draw(eraser, app, [at(5, 5)]);
  assert.ok(app.document.row("t1", 0).area < 36);
  fillTool.down(app, at(5, 5));
  assert.equal(app.document.row("t1", 0).area, 36);
  draw(brush, app, [at(25, 15)]);
  fillTool.down(app, at(25, 15));
  assert.equal(app.document.row("t1", 0).area, 36);
  fillTool.down(app, at(15, 15));
  assert.equal(app.asked.at(-1), "No hole here");
  fillTool.down(app, at(5, 5));
  assert.equal(app.asked.at(-1), "This is the only piece", "a click does not take the whole mask");
  assert.deepEqual(
    app.edits.map(({ kind }) => kind),
    ["erase", "fill", "brush", "erase"],
  );
});

test("a drag moves the mask by whole pixels, in one edit; what leaves the picture comes back within the drag", () => {
  const app = editor();
  move.down(app, at(5, 5));
  move.move(app, [at(-20, 5)]);
  assert.equal(app.layers.bits.some(Boolean), false);
  move.move(app, [at(8.4, 3.6)]);
  move.up(app);
  same(app, boxed(3, -1));
  assert.deepEqual(
    app.edits.map(({ kind }) => kind),
    ["move"],
  );
});

test("arrow keys in a row are one edit, saved when they rest, and undo takes them back before that", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const app = editor();
  for (const [dx, dy] of [
    [1, 0],
    [1, 0],
    [0, 10],
  ])
    nudge(app, dx, dy);
  assert.equal(move.waits(app), true);
  assert.equal(app.edits.length, 0);
  context.mock.timers.tick(1000);
  same(app, boxed(2, 10));
  assert.equal(app.edits.length, 1);
  app.layers.compose();
  nudge(app, 5, 0);
  assert.equal(move.takeBack(app), true);
  context.mock.timers.tick(1000);
  assert.equal(app.edits.length, 1);
  same(app, boxed(2, 10));
});

test("another tool, frame or track saves keys that rest not yet, on the frame where they were pressed", () => {
  const app = editor();
  nudge(app, 3, 0);
  app.view.set({ frame: 2 });
  move.settle(app);
  assert.deepEqual(
    app.edits[0].changes.map(({ frame }) => frame),
    [0],
  );
  same(app, boxed(3, 0));
});

test("a mask that moves out of the picture is absent, and without a mask there is nothing to move", () => {
  const app = editor();
  move.down(app, at(5, 5));
  move.move(app, [at(-30, 5)]);
  move.up(app);
  assert.equal(app.document.row("t1", 0).state, "absent");
  app.layers.compose();
  assert.equal(move.down(app, at(5, 5)), false);
  assert.equal(app.asked.at(-1), "No mask on this frame");
});

test("a press without a move is no edit", () => {
  const app = editor();
  move.down(app, at(5, 5));
  move.up(app);
  assert.deepEqual([app.edits.length, app.layers.drawing], [0, false]);
});
