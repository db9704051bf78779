import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeCosts, nearEdge, Wire } from "../../../../assets/editor/masks/livewire.js";
import { random } from "./made.mjs";

const H = 18;
const W = 24;

/** Cost of a path by the costs of its pixels; fails where it is not connected. */
function cost(path, costs) {
  let sum = 0;
  for (let i = 1; i < path.length; i += 1) {
    const [dx, dy] = [path[i][0] - path[i - 1][0], path[i][1] - path[i - 1][1]];
    assert.ok(Math.max(Math.abs(dx), Math.abs(dy)) === 1);
    sum += costs[path[i][1] * W + path[i][0]] * (dx && dy ? 14 : 10);
  }
  return sum;
}

/** Least costs to all pixels by repeating until nothing changes. */
function least(costs, start) {
  const out = new Float64Array(H * W).fill(Infinity);
  out[start] = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (let at = 0; at < out.length; at += 1) {
      const [x, y] = [at % W, Math.floor(at / W)];
      for (let dy = -1; dy <= 1; dy += 1)
        for (let dx = -1; dx <= 1; dx += 1) {
          const [nx, ny] = [x + dx, y + dy];
          if ((!dx && !dy) || nx < 0 || ny < 0 || nx >= W || ny >= H) continue;
          const far = out[ny * W + nx] + costs[at] * (dx && dy ? 14 : 10);
          if (far < out[at]) {
            out[at] = far;
            changed = true;
          }
        }
    }
  }
  return out;
}

test("property: paths are connected and no path is cheaper", () => {
  const next = random(51);
  for (let round = 0; round < 15; round += 1) {
    const costs = Uint8Array.from({ length: H * W }, () => 1 + Math.floor(next() * 96));
    const [x, y] = [Math.floor(next() * W), Math.floor(next() * H)];
    const wire = new Wire(costs, H, W, x, y);
    const best = least(costs, y * W + x);
    for (let i = 0; i < 20; i += 1) {
      const [tx, ty] = [Math.floor(next() * W), Math.floor(next() * H)];
      const path = wire.path(tx, ty);
      assert.deepEqual(path[0], [x, y]);
      assert.deepEqual(path.at(-1), [tx, ty]);
      assert.equal(cost(path, costs), best[ty * W + tx]);
    }
  }
});

/** A picture that is dark inside of a disc. */
function disc(height, width, cx, cy, radius) {
  const pixels = new Uint8ClampedArray(height * width * 4).fill(255);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if (Math.hypot(x - cx, y - cy) < radius) pixels.fill(40, 4 * (y * width + x), 4 * (y * width + x) + 3);
  return pixels;
}

test("the wire follows the border of a thing instead of crossing it", () => {
  const [height, width] = [80, 100];
  const costs = edgeCosts(disc(height, width, 50, 40, 25), height, width);
  const wire = new Wire(costs, height, width, 25, 40);
  const path = wire.path(74, 40);
  for (const [x, y] of path) assert.ok(Math.abs(Math.hypot(x - 50, y - 40) - 25) < 2.5, `${x} ${y}`);
  assert.ok(path.length > 40);
});

test("a click near a border goes onto it, one in a flat area stays", () => {
  const [height, width] = [80, 100];
  const costs = edgeCosts(disc(height, width, 50, 40, 25), height, width);
  const [x, y] = nearEdge(costs, height, width, 50, 19, 5);
  assert.ok(Math.abs(Math.hypot(x - 50, y - 40) - 25) < 2);
  assert.deepEqual(nearEdge(costs, height, width, 50, 40, 5), [50, 40]);
  assert.deepEqual(nearEdge(costs, height, width, 0, 0, 3), [0, 0]);
});

test("a pointer that is too far away gets no path, a nearer one still does", () => {
  const costs = new Uint8Array(H * W).fill(50);
  const wire = new Wire(costs, H, W, 2, 2, 40);
  assert.equal(wire.path(20, 15), null);
  assert.ok(wire.path(3, 3));
});
