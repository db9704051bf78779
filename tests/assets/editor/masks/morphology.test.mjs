import assert from "node:assert/strict";
import { test } from "node:test";
import { squaredDistances } from "../../../../assets/editor/masks/distance.js";
import { grown, shrunk, smoothed } from "../../../../assets/editor/masks/morphology.js";
import { boxOf, mask, random, sum, whole } from "./made.mjs";

const H = 16;
const W = 21;

test("property: distances are those of the nearest pixel, found by looking at all", () => {
  const next = random(31);
  for (let round = 0; round < 60; round += 1) {
    const bits = mask(next, H, W);
    const found = squaredDistances(bits, H, W, 1);
    for (let i = 0; i < bits.length; i += 1) {
      let least = Infinity;
      bits.forEach((value, j) => {
        const d = ((i % W) - (j % W)) ** 2 + (Math.floor(i / W) - Math.floor(j / W)) ** 2;
        if (value && d < least) least = d;
      });
      if (least === Infinity) assert.ok(found[i] >= 1e12);
      else assert.equal(found[i], least);
    }
  }
});

test("property: growing takes every pixel within the radius, shrinking keeps those that far from the background", () => {
  const next = random(32);
  for (let round = 0; round < 60; round += 1) {
    const bits = mask(next, H, W);
    const extent = boxOf(bits, W);
    if (!extent) continue;
    const radius = 1 + Math.floor(next() * 3);
    const near = (value, i) => {
      let found = false;
      bits.forEach((other, j) => {
        const d = ((i % W) - (j % W)) ** 2 + (Math.floor(i / W) - Math.floor(j / W)) ** 2;
        if (other === value && d <= radius * radius) found = true;
      });
      return found ? 1 : 0;
    };
    const region = grown(bits, H, W, extent, radius);
    const larger = new Uint8Array(H * W);
    const [x0, y0, x1] = region.box;
    region.bits.forEach((value, k) => {
      const [x, y] = [x0 + (k % (x1 - x0)), y0 + Math.floor(k / (x1 - x0))];
      if (x >= 0 && y >= 0 && x < W && y < H) larger[y * W + x] = value;
    });
    const smaller = whole(shrunk(bits, H, W, extent, radius), H, W);
    bits.forEach((_, i) => {
      assert.equal(larger[i], near(1, i));
      assert.equal(smaller[i], 1 - near(0, i));
    });
  }
});

test("a mask at the border of the picture is not cut off there by shrinking", () => {
  const bits = new Uint8Array(H * W);
  for (let y = 0; y < H; y += 1) bits.fill(1, y * W, y * W + 6);
  const found = shrunk(bits, H, W, [0, 0, 6, H], 1);
  assert.deepEqual(found.box, [0, 0, 5, H]);
  assert.equal(shrunk(bits, H, W, [0, 0, 6, H], 9), null);
});

test("smoothing removes specks and steps, and keeps straight borders and the area", () => {
  const bits = new Uint8Array(H * W);
  for (let y = 4; y < 12; y += 1) bits.fill(1, y * W, y * W + 10);
  const plain = whole(smoothed(bits, H, W, [0, 4, 10, 12], 1), H, W);
  assert.equal(plain[8 * W], 1, "at the border of the picture it stays");
  assert.ok(Math.abs(sum(plain) - sum(bits)) <= 4);
  bits[2 * W + 18] = 1;
  bits[8 * W + 10] = 1;
  bits[3 * W + 5] = 1;
  const smooth = whole(smoothed(bits, H, W, [0, 2, 19, 12], 1), H, W);
  assert.deepEqual(smooth, plain);
  const speck = new Uint8Array(H * W);
  speck[5 * W + 5] = 1;
  assert.equal(smoothed(speck, H, W, [5, 5, 6, 6], 2), null);
});
