import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { edges, loops } from "../../../../assets/editor/masks/outline.js";
import { parse } from "../../../../assets/editor/masks/rle.js";

const { cases } = JSON.parse(readFileSync(new URL("./rle_cases.json", import.meta.url), "utf8"));

/** Length of the border by looking at every pixel. */
function perimeter(rows) {
  const at = (y, x) => rows[y]?.[x] === "1";
  let sum = 0;
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!at(y, x)) continue;
      for (const [dy, dx] of [
        [0, 1],
        [0, -1],
        [1, 0],
        [-1, 0],
      ])
        if (!at(y + dy, x + dx)) sum += 1;
    }
  });
  return sum;
}

/** Area inside loops by the shoelace formula; holes count negative. */
const enclosed = (loop) => {
  let twice = 0;
  for (let i = 0; i < loop.length; i += 2) {
    const j = (i + 2) % loop.length;
    twice += loop[i] * loop[j + 1] - loop[j] * loop[i + 1];
  }
  return twice / 2;
};

for (const {
  name,
  size: [height, width],
  counts,
  area,
  rows,
} of cases) {
  test(`${name}: edges are the border, loops close and enclose the area`, () => {
    const flat = edges(parse(counts), height, width);
    let length = 0;
    for (let i = 0; i < flat.length; i += 4) {
      length += Math.abs(flat[i] - flat[i + 2]) + Math.abs(flat[i + 1] - flat[i + 3]);
    }
    assert.equal(length, perimeter(rows));
    const closed = loops(flat, width);
    assert.equal(
      closed.reduce((sum, loop) => sum + enclosed(loop), 0),
      area,
    );
    assert.equal(
      closed.reduce((sum, loop) => sum + loop.length / 2, 0),
      flat.length / 4,
    );
  });
}

test("a rectangle is four edges in one loop", () => {
  const flat = edges([5, 2, 2, 2, 5], 4, 4);
  assert.equal(flat.length, 16);
  assert.equal(loops(flat, 4).length, 1);
});

test("an empty mask has no line", () => {
  assert.deepEqual(edges([12], 3, 4), []);
});
