import assert from "node:assert/strict";
import { test } from "node:test";
import { limited, shared } from "../../../../assets/editor/panels/resizer.js";
import { tickStep } from "../../../../assets/editor/timeline/paint.js";
import { Viewport } from "../../../../assets/editor/canvas/viewport.js";

function open(width = 928, height = 384) {
  const viewport = new Viewport();
  viewport.resize(width, height);
  viewport.setImage(640, 360);
  return viewport;
}
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

test("fit shows the whole picture and keeps the rail free", () => {
  for (const [w, h] of [
    [928, 384],
    [1500, 500],
    [600, 900],
  ]) {
    const v = open(w, h);
    assert.ok(v.x >= 8 && v.y >= 0);
    assert.ok(v.x + 640 * v.scale <= w - 48);
    assert.ok(v.y + 360 * v.scale <= h);
  }
});

test("zooming keeps the point under the cursor", () => {
  const v = open();
  for (const factor of [1.3, 1.3, 0.7, 2]) {
    const before = v.toImage(300, 200);
    v.zoom(factor, 300, 200);
    const after = v.toImage(300, 200);
    near(before[0], after[0]);
    near(before[1], after[1]);
  }
});

test("canvas and picture convert both ways", () => {
  const v = open();
  v.zoom(2.2, 100, 100);
  const [x, y] = v.toScreen(...v.toImage(123, 45));
  near(x, 123);
  near(y, 45);
});

test("zoom has ends, and a strip of the picture always stays in sight", () => {
  const v = open();
  for (let i = 0; i < 100; i += 1) v.zoom(2);
  assert.equal(v.scale, 64);
  v.pan(1e6, -1e6);
  const [x, y] = v.toScreen(0, 360);
  assert.ok(x <= v.width - 48 && y >= 48);
  for (let i = 0; i < 100; i += 1) v.zoom(0.5);
  assert.equal(v.scale, 0.05);
});

test("a fitted picture follows the canvas, a moved one keeps its scale", () => {
  const v = open();
  v.resize(1400, 800);
  const fitted = v.scale;
  assert.ok(fitted > 1.5);
  v.zoom(1.5);
  v.resize(900, 400);
  near(v.scale, fitted * 1.5);
  v.actual();
  near(v.scale, 1);
});

test("show brings a box into the middle", () => {
  const v = open();
  v.show([100, 100, 200, 180]);
  const [x, y] = v.toScreen(150, 140);
  near(x, (v.width - 48) / 2);
  near(y, v.height / 2);
});

test("ruler numbers have room at every zoom", () => {
  for (const per of [0.01, 0.1, 0.7, 3, 10, 40, 100]) {
    const step = tickStep(per);
    assert.ok(step * per >= 56 || step === 1);
    assert.match(String(step), /^[125]0*$/);
  }
});

test("panel and timeline stay inside their limits and leave the canvas its room", () => {
  const page = { width: 1280, height: 720 };
  assert.equal(limited("panel", 100, page), 264);
  assert.equal(limited("panel", 900, page), 480);
  assert.equal(limited("timeline", 50, page), 136);
  assert.equal(limited("timeline", 700, page), 720 - 120 - 270);
  assert.equal(limited("timeline", 900, { width: 1280, height: 2000 }), 900);
  assert.equal(limited("panel", 0, page), 0);
});

test("a size from a larger window takes the same share of a smaller one", () => {
  assert.equal(shared(480, 1920, 1280), 320);
  assert.equal(shared(480, 1280, 1920), 480, "a larger window keeps it");
  assert.equal(shared(480, 0, 1280), 480, "kept by an earlier version");
  assert.equal(shared(0, 1920, 1280), 0);
});
