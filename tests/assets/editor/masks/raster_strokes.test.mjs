import assert from "node:assert/strict";
import { test } from "node:test";
import { Viewport } from "../../../../assets/editor/canvas/viewport.js";
import { capsule, meets, polygon, snapped, square } from "../../../../assets/editor/masks/raster.js";
import { boxOf, random, sum } from "./made.mjs";

const H = 40;
const W = 60;

const stroke = (next, value = 1) => ({
  x0: snapped(next() * 80 - 10),
  y0: snapped(next() * 60 - 10),
  x1: snapped(next() * 80 - 10),
  y1: snapped(next() * 60 - 10),
  radius: 0.5 + Math.floor(next() * 24) / 2,
  value,
});

/** Distance of a pixel's centre from the line of a stroke; `round` or square. */
function far({ x0, y0, x1, y1 }, x, y) {
  const [dx, dy, px, py] = [x1 - x0, y1 - y0, x + 0.5 - x0, y + 0.5 - y0];
  const length = dx * dx + dy * dy;
  const t = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
  return Math.hypot(px - t * dx, py - t * dy);
}

test("property: a round stroke sets the pixels within its radius, rounding aside, and its box holds them tightly", () => {
  const next = random(1);
  for (let round = 0; round < 300; round += 1) {
    const bits = new Uint8Array(H * W);
    const line = stroke(next);
    const box = capsule(bits, H, W, line);
    const tip = Math.floor(line.y1) * W + Math.floor(line.x1);
    bits.forEach((value, i) => {
      const d = far(line, i % W, Math.floor(i / W));
      if (d < line.radius - 1e-6) assert.equal(value, 1, `${JSON.stringify(line)} ${i % W},${Math.floor(i / W)}`);
      else if (d > line.radius + 1e-6 && i !== tip) assert.equal(value, 0, `${JSON.stringify(line)} ${i}`);
    });
    assert.deepEqual(box, boxOf(bits, W));
  }
});

test("property: clearing with the same stroke leaves nothing of it", () => {
  const next = random(2);
  for (const brush of [capsule, square]) {
    for (let round = 0; round < 100; round += 1) {
      const bits = new Uint8Array(H * W);
      const line = stroke(next);
      brush(bits, H, W, line);
      brush(bits, H, W, { ...line, value: 0 });
      assert.equal(sum(bits), 0);
    }
  }
});

test("a square brush of size n is n x n whole pixels under the pointer", () => {
  for (let side = 1; side < 12; side += 1) {
    const bits = new Uint8Array(H * W);
    const at = { x0: 20.3, y0: 18.7, x1: 20.3, y1: 18.7, radius: side / 2, value: 1 };
    const box = square(bits, H, W, at);
    assert.equal(sum(bits), side * side);
    assert.deepEqual([box[2] - box[0], box[3] - box[1]], [side, side]);
    assert.ok(box[0] <= 20 && box[2] > 20 - (side > 1 ? 0 : -0));
  }
});

test("property: a square stroke is the union of its squares", () => {
  const next = random(3);
  for (let round = 0; round < 60; round += 1) {
    const line = stroke(next);
    const bits = new Uint8Array(H * W);
    const box = square(bits, H, W, line);
    const side = Math.round(line.radius * 2);
    const on = (v) => (side % 2 ? Math.floor(v) + 0.5 : Math.round(v));
    const [x0, y0, x1, y1] = [on(line.x0), on(line.y0), on(line.x1), on(line.y1)];
    for (let i = 0; i < bits.length; i += 1) {
      const [x, y] = [(i % W) + 0.5, Math.floor(i / W) + 0.5];
      const far = (t) => Math.max(Math.abs(x - x0 - t * (x1 - x0)), Math.abs(y - y0 - t * (y1 - y0)));
      let [from, to] = [0, 1];
      for (let step = 0; step < 60; step += 1) {
        const [a, b] = [from + (to - from) / 3, to - (to - from) / 3];
        if (far(a) < far(b)) to = b;
        else from = a;
      }
      const least = far((from + to) / 2);
      if (Math.abs(least - line.radius) < 1e-6) continue;
      assert.equal(bits[i], least < line.radius ? 1 : 0, JSON.stringify(line));
    }
    assert.deepEqual(box, boxOf(bits, W));
  }
});

test("property: a stroke through the same places sets the same pixels at every zoom and pan", () => {
  const next = random(4);
  for (let round = 0; round < 200; round += 1) {
    const line = stroke(next);
    const expected = new Uint8Array(H * W);
    capsule(expected, H, W, line);
    for (const scale of [0.05, 1 / 3, 1, 1.7, 8, 64]) {
      const viewport = new Viewport();
      Object.assign(viewport, { scale, x: next() * 4000 - 2000, y: next() * 4000 - 2000 });
      const through = (x, y) => viewport.toImage(...viewport.toScreen(x, y)).map(snapped);
      const [[x0, y0], [x1, y1]] = [through(line.x0, line.y0), through(line.x1, line.y1)];
      const bits = new Uint8Array(H * W);
      capsule(bits, H, W, { ...line, x0, y0, x1, y1 });
      assert.deepEqual(bits, expected);
    }
  }
});

test("a lasso of very many points is filled, and does not overflow the stack", () => {
  const points = Array.from({ length: 200_000 }, (_, i) => {
    const angle = (i / 200_000) * 2 * Math.PI;
    return [30 + 15 * Math.cos(angle), 20 + 15 * Math.sin(angle)];
  });
  const bits = new Uint8Array(H * W);
  polygon(bits, H, W, points, 1);
  const disc = new Uint8Array(H * W);
  capsule(disc, H, W, { x0: 30, y0: 20, x1: 30, y1: 20, radius: 15, value: 1 });
  assert.deepEqual(bits, disc);
});

test("boxes meet where they share a pixel, not where they only touch", () => {
  assert.equal(meets([0, 0, 4, 4], [3, 3, 8, 8]), true);
  assert.equal(meets([0, 0, 4, 4], [4, 0, 8, 4]), false);
  assert.equal(meets(null, [4, 0, 8, 4]), false);
});
