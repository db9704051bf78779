import assert from "node:assert/strict";
import { test } from "node:test";
import { Flood } from "../../../../assets/editor/masks/flood.js";
import { picture, random } from "./made.mjs";

const H = 14;
const W = 18;

/** A plain flood fill of one tolerance. */
function plain(flood, start, tolerance) {
  const seen = new Set([start]);
  const stack = [start];
  while (stack.length) {
    const at = stack.pop();
    const [x, y] = [at % W, Math.floor(at / W)];
    for (const [nx, ny] of [
      [x - 1, y],
      [x + 1, y],
      [x, y - 1],
      [x, y + 1],
    ]) {
      const next = ny * W + nx;
      if (nx < 0 || ny < 0 || nx >= W || ny >= H || seen.has(next) || flood.distance(next) > tolerance) continue;
      seen.add(next);
      stack.push(next);
    }
  }
  return seen;
}

test("property: at every tolerance, in any order, the pixels are those of a flood fill", () => {
  const next = random(41);
  for (let round = 0; round < 40; round += 1) {
    const pixels = picture(next, H, W);
    const [x, y] = [Math.floor(next() * W), Math.floor(next() * H)];
    const flood = new Flood(pixels, H, W, x, y);
    for (let i = 0; i < 12; i += 1) {
      const tolerance = Math.floor(next() * 140);
      const found = new Set(flood.order.slice(0, flood.reach(tolerance)));
      assert.deepEqual(found, plain(flood, y * W + x, tolerance));
    }
  }
});

test("every tolerance holds those below it, and the largest the whole picture", () => {
  const flood = new Flood(picture(random(42), H, W), H, W, 3, 3);
  let last = 0;
  for (let tolerance = 0; tolerance < 256; tolerance += 1) {
    assert.ok(flood.reach(tolerance) >= last);
    last = flood.reach(tolerance);
  }
  assert.equal(last, H * W);
  assert.equal(flood.reach(9999), last);
  assert.ok(flood.reach(-5) >= 1, "the start always belongs");
});
