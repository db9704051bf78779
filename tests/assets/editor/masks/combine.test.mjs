import assert from "node:assert/strict";
import { test } from "node:test";
import { difference, intersection, shifted, union } from "../../../../assets/editor/masks/combine.js";
import { decode, encode } from "../../../../assets/editor/masks/rle.js";
import { chance } from "../verbs/scenes.mjs";

function* bitmaps() {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = chance(seed);
    const [height, width] = [1 + Math.floor(random() * 9), 1 + Math.floor(random() * 9)];
    const dense = random();
    const bits = () => Uint8Array.from({ length: height * width }, () => (random() < dense ? 1 : 0));
    yield { height, width, one: bits(), other: bits(), random };
  }
}

test("masks are put together pixel by pixel, and written as an encoder writes them", () => {
  for (const { height, width, one, other } of bitmaps()) {
    const [a, b] = [encode(one, height, width), encode(other, height, width)];
    for (const [combine, keep] of [
      [union, (x, y) => x | y],
      [intersection, (x, y) => x & y],
      [difference, (x, y) => x & (1 - y)],
    ]) {
      const wanted = one.map((bit, i) => keep(bit, other[i]));
      assert.deepEqual([...combine(a, b)], [...encode(wanted, height, width)]);
    }
  }
});

test("a moved mask is the same mask elsewhere, without what left the picture", () => {
  for (const { height, width, one, random } of bitmaps()) {
    const [dx, dy] = [Math.floor(random() * 7) - 3, Math.floor(random() * 7) - 3];
    const wanted = new Uint8Array(height * width);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const [fx, fy] = [x - dx, y - dy];
        if (fx >= 0 && fx < width && fy >= 0 && fy < height) wanted[y * width + x] = one[fy * width + fx];
      }
    }
    const moved = shifted(encode(one, height, width), height, width, dx, dy);
    assert.deepEqual([...decode(moved, height, width)], [...wanted]);
    assert.deepEqual([...moved], [...encode(wanted, height, width)]);
  }
});
