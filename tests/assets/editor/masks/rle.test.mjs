import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as rle from "../../../../assets/editor/masks/rle.js";

const fixture = JSON.parse(readFileSync(new URL("./rle_cases.json", import.meta.url), "utf8"));
const bitmap = (rows) => Uint8Array.from(rows.join(""), Number);

function ellipse([height, width], [cx, cy, rx, ry]) {
  const bits = new Uint8Array(height * width);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1) bits[y * width + x] = 1;
    }
  }
  return bits;
}

for (const {
  name,
  size: [height, width],
  counts,
  area,
  rows,
} of fixture.cases) {
  test(`${name}: the same bytes as pycocotools, both ways`, () => {
    const bits = bitmap(rows);
    assert.equal(rle.stringify(rle.encode(bits, height, width)), counts);
    assert.deepEqual(rle.decode(rle.parse(counts), height, width), bits);
    assert.equal(rle.area(rle.parse(counts)), area);
    assert.equal(rle.stringify(rle.parse(counts)), counts);
  });

  test(`${name}: looking only inside the box of the mask changes nothing`, () => {
    const bits = bitmap(rows);
    const box = rle.bounds(rle.parse(counts), height) ?? [0, 0, 0, 0];
    assert.equal(rle.stringify(rle.encode(bits, height, width, box)), counts);
    const wider = [
      Math.max(0, box[0] - 1),
      Math.max(0, box[1] - 2),
      Math.min(width, box[2] + 1),
      Math.min(height, box[3] + 1),
    ];
    assert.equal(rle.stringify(rle.encode(bits, height, width, wider)), counts);
  });

  test(`${name}: contains agrees with the bitmap`, () => {
    const runs = rle.parse(counts);
    const bits = bitmap(rows);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) assert.equal(rle.contains(runs, height, x, y), bits[y * width + x] === 1);
    }
  });
}

for (const { name, size, counts, area, ellipse: shape } of fixture.large) {
  test(`${name}: the same bytes as pycocotools`, () => {
    const bits = ellipse(size, shape);
    assert.equal(rle.stringify(rle.encode(bits, ...size)), counts);
    assert.equal(rle.area(rle.parse(counts)), area);
    const wrong = rle.decode(rle.parse(counts), ...size).findIndex((value, i) => value !== bits[i]);
    assert.equal(wrong, -1);
  });
}

test("decode overwrites what the given bitmap held", () => {
  const out = new Uint8Array(4).fill(1);
  assert.deepEqual([...rle.decode([4], 2, 2, out)], [0, 0, 0, 0]);
});

test("painting sets words under the mask and leaves others alone", () => {
  const words = new Uint32Array(6).fill(7);
  rle.paint([1, 2, 3], 2, 3, words, 9);
  assert.deepEqual([...words], [7, 9, 7, 9, 7, 7]);
});

test("bounds are exclusive on the far side and null for an empty mask", () => {
  assert.deepEqual(rle.bounds([3, 1, 2], 3), [1, 0, 2, 1]);
  assert.equal(rle.bounds([6], 3), null);
});

test("runs that cross columns are visited once per column", () => {
  const seen = [];
  rle.eachColumnRun([1, 5, 3], 3, (...visit) => seen.push(visit));
  assert.deepEqual(seen, [
    [0, 1, 3],
    [1, 0, 3],
  ]);
});
