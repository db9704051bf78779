import assert from "node:assert/strict";
import { test } from "node:test";
import {
  combine,
  cut,
  MODES,
  moved,
  padded,
  polygonRegion,
  put,
  trimmed,
} from "../../../../assets/editor/masks/region.js";
import { polygon } from "../../../../assets/editor/masks/raster.js";
import { boxOf, mask, random, sum, whole } from "./made.mjs";

const H = 17;
const W = 23;
const RULES = {
  add: (a, b) => a | b,
  subtract: (a, b) => a & (b ^ 1),
  replace: (_, b) => b,
  intersect: (a, b) => a & b,
};

test("property: a region joins a mask pixel by pixel as its mode says, and the box holds what changed", () => {
  const next = random(11);
  for (let round = 0; round < 300; round += 1) {
    for (const mode of MODES) {
      const before = mask(next, H, W);
      const shape = mask(next, H, W);
      const box = boxOf(shape, W);
      const bits = before.slice();
      const changed = combine(bits, H, W, box && cut(shape, W, box), mode, boxOf(before, W));
      bits.forEach((value, i) => {
        assert.equal(value, RULES[mode](before[i], shape[i]), mode);
        if (value === before[i]) return;
        const [x, y] = [i % W, Math.floor(i / W)];
        assert.ok(x >= changed[0] && x < changed[2] && y >= changed[1] && y < changed[3], `${mode} ${changed}`);
      });
    }
  }
});

test("property: a region with a margin, moved and put back, is the mask as far as it lies in the picture", () => {
  const next = random(12);
  for (let round = 0; round < 200; round += 1) {
    const bits = mask(next, H, W);
    const box = boxOf(bits, W);
    if (!box) continue;
    const region = trimmed(padded(bits, H, W, box, 1 + Math.floor(next() * 4)));
    assert.deepEqual(region.box, box);
    assert.deepEqual(whole(region, H, W), bits);
    const [dx, dy] = [Math.floor(next() * 30) - 15, Math.floor(next() * 30) - 15];
    const out = new Uint8Array(H * W);
    const written = put(out, H, W, moved(region, dx, dy));
    for (let y = 0; y < H; y += 1)
      for (let x = 0; x < W; x += 1) {
        const from = [x - dx, y - dy];
        const inside = from[0] >= 0 && from[1] >= 0 && from[0] < W && from[1] < H;
        assert.equal(out[y * W + x], inside ? bits[from[1] * W + from[0]] : 0);
      }
    if (sum(out))
      assert.deepEqual(boxOf(out, W), boxOf(whole({ box: written, bits: cut(out, W, written).bits }, H, W), W));
    else assert.ok(written === null || sum(cut(out, W, written).bits) === 0);
  }
});

test("property: the region inside a line is the polygon", () => {
  const next = random(13);
  for (let round = 0; round < 100; round += 1) {
    const points = Array.from({ length: 3 + Math.floor(next() * 6) }, () => [next() * 40 - 8, next() * 30 - 6]);
    const bits = new Uint8Array(H * W);
    polygon(bits, H, W, points, 1);
    assert.deepEqual(whole(polygonRegion(points, H, W), H, W), bits);
  }
  assert.equal(
    polygonRegion(
      [
        [1, 1],
        [5, 5],
      ],
      H,
      W,
    ),
    null,
  );
  assert.equal(
    polygonRegion(
      [
        [-9, -9],
        [-2, -9],
        [-2, -2],
      ],
      H,
      W,
    ),
    null,
  );
});

test("nothing set has no smallest region", () => {
  assert.equal(trimmed({ box: [2, 2, 5, 5], bits: new Uint8Array(9) }), null);
});
