import assert from "node:assert/strict";
import { test } from "node:test";
import { components } from "../../../../assets/editor/masks/components.js";
import { area, decode, encode } from "../../../../assets/editor/masks/rle.js";
import { chance } from "../verbs/scenes.mjs";

/** Connected parts by flooding a bitmap. */
function flooded(bits, height, width) {
  const left = bits.slice();
  const parts = [];
  for (let start = 0; start < left.length; start += 1) {
    if (!left[start]) continue;
    const part = new Uint8Array(left.length);
    const stack = [start];
    left[start] = 0;
    while (stack.length) {
      const at = stack.pop();
      part[at] = 1;
      for (const dy of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) {
          const [x, y] = [(at % width) + dx, Math.floor(at / width) + dy];
          if (x < 0 || y < 0 || x >= width || y >= height || !left[y * width + x]) continue;
          left[y * width + x] = 0;
          stack.push(y * width + x);
        }
      }
    }
    parts.push(part.join(""));
  }
  return parts;
}

test("parts are what flooding finds, the largest first, and each is written as an encoder writes it", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = chance(seed);
    const [height, width] = [1 + Math.floor(random() * 10), 1 + Math.floor(random() * 10)];
    const dense = random();
    const bits = Uint8Array.from({ length: height * width }, () => (random() < dense ? 1 : 0));
    const parts = components(encode(bits, height, width), height, width);
    const sizes = parts.map(area);
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => b - a),
    );
    const got = parts.map((runs) => decode(runs, height, width));
    assert.deepEqual(got.map((part) => part.join("")).sort(), flooded(bits, height, width).sort());
    parts.forEach((runs, i) => assert.deepEqual([...runs], [...encode(got[i], height, width)]));
  }
});
