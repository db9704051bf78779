import assert from "node:assert/strict";
import { test } from "node:test";
import { signedDistance } from "../../../../assets/editor/masks/distance.js";
import { chance } from "../verbs/scenes.mjs";

/** The distance to the nearest pixel of the other value, by looking at all of them. */
function slow(bits, height, width) {
  return Float32Array.from(bits, (bit, i) => {
    let best = Infinity;
    for (let j = 0; j < bits.length; j += 1) {
      if (bits[j] === bit) continue;
      const [dx, dy] = [(j % width) - (i % width), Math.floor(j / width) - Math.floor(i / width)];
      best = Math.min(best, Math.hypot(dx, dy));
    }
    return (bit ? -1 : 1) * (best - 0.5);
  });
}

test("the distance of every pixel is that to the nearest one on the other side, less half a pixel", () => {
  for (let seed = 1; seed <= 80; seed += 1) {
    const random = chance(seed);
    const [height, width] = [1 + Math.floor(random() * 11), 1 + Math.floor(random() * 11)];
    const dense = random();
    const bits = Uint8Array.from({ length: height * width }, () => (random() < dense ? 1 : 0));
    const wanted = slow(bits, height, width);
    const got = signedDistance(bits, height, width);
    got.forEach((value, i) =>
      assert.ok(value === wanted[i] || Math.abs(value - wanted[i]) < 1e-4, `${value} ${wanted[i]}`),
    );
  }
});
