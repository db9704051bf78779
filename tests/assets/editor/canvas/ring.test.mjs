import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOfRing, drawRing, ringAt, sameRing } from "../../../../assets/editor/canvas/ring.js";
import { Viewport } from "../../../../assets/editor/canvas/viewport.js";

/** A canvas that notes the boxes of what is stroked, its line included. */
function canvas() {
  const strokes = [];
  let path = null;
  const context = {
    strokes,
    setLineDash() {},
    beginPath: () => (path = null),
    arc: (x, y, r) => (path = ["arc", x - r, y - r, x + r, y + r]),
    rect: (x, y, w, h) => (path = ["rect", x, y, x + w, y + h]),
    stroke() {
      const half = context.lineWidth / 2;
      strokes.push([path[0], path[1] - half, path[2] - half, path[3] + half, path[4] + half]);
    },
  };
  return context;
}

test("the ring is as wide as the brush on the screen, and never too small to be seen", () => {
  assert.deepEqual(ringAt([5, 6], { brush: 14, square: false }, 2), { x: 5, y: 6, size: 28, square: false });
  assert.equal(ringAt([5, 6], { brush: 1, square: true }, 0.1).size, 3);
});

test("a ring is the same only in its place, size and form", () => {
  const ring = ringAt([5, 6], { brush: 14, square: false }, 2);
  assert.ok(sameRing(ring, { ...ring }) && sameRing(null, null));
  for (const other of [null, { ...ring, x: 5.5 }, { ...ring, y: 7 }, { ...ring, size: 4 }, { ...ring, square: true }])
    assert.equal(sameRing(ring, other), false);
  assert.equal(sameRing(null, ring), false);
});

test("what is redrawn around a ring holds all its lines, at every zoom", () => {
  const viewport = new Viewport();
  for (const scale of [0.3, 1, 2.7, 40])
    for (const square of [false, true]) {
      Object.assign(viewport, { scale, x: 31, y: -12 });
      const ring = ringAt([120.5, 80], { brush: 9, square }, scale);
      const [x0, y0, x1, y1] = boxOfRing(ring, viewport);
      const [left, top] = viewport.toScreen(x0, y0);
      const [right, bottom] = viewport.toScreen(x1, y1);
      const context = canvas();
      drawRing(context, ring);
      assert.equal(context.strokes.length, 3);
      for (const [form, ...box] of context.strokes) {
        assert.equal(form, square ? "rect" : "arc");
        assert.ok(box[0] > left && box[1] > top && box[2] < right && box[3] < bottom, `${scale}`);
      }
    }
});
