import assert from "node:assert/strict";
import { test } from "node:test";
import { lasso } from "../../../../../assets/editor/canvas/tools/lasso.js";
import { polygon } from "../../../../../assets/editor/canvas/tools/polygon.js";
import { decode } from "../../../../../assets/editor/masks/rle.js";
import { at, draw, editor, H, W } from "../drawing.mjs";

/** The shape: x 4 to 12, y 4 to 12; the mask: 2 to 8 both ways. */
const SHAPE = [
  [4, 4],
  [12, 4],
  [12, 12],
  [4, 12],
];
const RULES = {
  add: (mask, shape) => mask || shape,
  subtract: (mask, shape) => mask && !shape,
  replace: (_, shape) => shape,
  intersect: (mask, shape) => mask && shape,
};
const inside = (from, to, x, y) => x >= from && x < to && y >= from && y < to;

/** Draws the shape; gives the mask after it. */
const TOOLS = {
  lasso: (app, held) =>
    draw(
      lasso,
      app,
      SHAPE.map(([x, y]) => at(x, y, held)),
    ),
  polygon: (app, held) => {
    app.view.set({ tool: "polygon" });
    app.viewport.scale = 4;
    for (const [x, y] of SHAPE) polygon.down(app, at(x, y, held));
    polygon.finish(app);
  },
};

for (const [name, drawShape] of Object.entries(TOOLS)) {
  test(`${name}: adds, subtracts, replaces and intersects; the right button turns adding round`, () => {
    for (const [mode, held, rule] of [
      ...Object.entries(RULES).map(([mode, rule]) => [mode, {}, rule]),
      ["add", { inverse: true }, RULES.subtract],
      ["subtract", { inverse: true }, RULES.add],
    ]) {
      const app = editor();
      app.view.set({ mode });
      drawShape(app, held);
      const mask = decode(app.document.mask("t1", 0), H, W);
      mask.forEach((value, i) => {
        const [x, y] = [i % W, Math.floor(i / W)];
        assert.equal(Boolean(value), rule(inside(2, 8, x, y), inside(4, 12, x, y)), `${mode} ${x} ${y}`);
      });
      assert.equal(app.edits.length, 1);
    }
  });
}

test("a click with the lasso encloses nothing and changes nothing, in every mode", () => {
  for (const mode of Object.keys(RULES)) {
    const app = editor();
    app.view.set({ mode });
    draw(lasso, app, [at(5, 5), at(5, 5)]);
    assert.equal(app.edits.length, 0);
    assert.equal(app.layers.sketch, null);
  }
});

test("a shape that leaves nothing makes the thing absent there", () => {
  const app = editor();
  app.view.set({ mode: "intersect" });
  draw(lasso, app, [at(20, 12), at(28, 12), at(28, 18)]);
  assert.equal(app.document.row("t1", 0).state, "absent");
});
