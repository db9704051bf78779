import assert from "node:assert/strict";
import { test } from "node:test";
import { wandTool } from "../../../../../assets/editor/canvas/tools/wand.js";
import { decode } from "../../../../../assets/editor/masks/rle.js";
import { at, editor, H, W } from "../drawing.mjs";

const maskOf = (app) => decode(app.document.mask("t1", 0), H, W);
/** The mask of the scene is 2 to 8 both ways; the picture's left half is dark. */
const left = (i) => i % W < W / 2;
const before = (i) => i % W >= 2 && i % W < 8 && Math.floor(i / W) >= 2 && Math.floor(i / W) < 8;

test("a press takes what is connected and alike, in one edit", () => {
  const app = editor();
  wandTool.down(app, at(1, 15));
  wandTool.up(app);
  maskOf(app).forEach((value, i) => assert.equal(Boolean(value), left(i)));
  assert.deepEqual(
    app.edits.map(({ kind }) => kind),
    ["wand"],
  );
});

test("dragging changes the tolerance there and back, and the last one is kept", () => {
  const app = editor();
  wandTool.down(app, at(1, 15));
  wandTool.move(app, [at(1 + 3 * 250, 15)]);
  assert.equal(
    app.layers.bits.every((value) => value === 1),
    true,
    "all colours are alike enough",
  );
  assert.match(app.view.now.measure, /Tolerance 255/);
  wandTool.move(app, [at(1 + 3 * 20, 15)]);
  app.layers.bits.forEach((value, i) => assert.equal(Boolean(value), left(i)));
  wandTool.up(app);
  assert.deepEqual([app.preferences.now.tolerance, app.view.now.measure], [44, ""]);
});

test("it adds, subtracts, replaces and intersects, also after the region grew and shrank", () => {
  const rules = {
    add: (i) => left(i) || before(i),
    subtract: (i) => before(i) && !left(i),
    replace: left,
    intersect: (i) => left(i) && before(i),
  };
  for (const [mode, rule] of Object.entries(rules)) {
    const app = editor();
    app.view.set({ mode });
    wandTool.down(app, at(1, 15));
    wandTool.move(app, [at(1 + 3 * 250, 15)]);
    wandTool.move(app, [at(1, 15)]);
    app.layers.bits.forEach((value, i) => assert.equal(Boolean(value), rule(i), `${mode} ${i}`));
    wandTool.up(app);
  }
});

test("outside of the picture nothing begins, and Escape leaves the mask as it was", () => {
  const app = editor();
  assert.equal(wandTool.down(app, at(-1, 5)), false);
  wandTool.down(app, at(1, 15));
  wandTool.cancel(app);
  app.layers.bits.forEach((value, i) => assert.equal(Boolean(value), before(i)));
  assert.equal(app.edits.length, 0);
});
