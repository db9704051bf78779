import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, badgeSize } from "../../../../assets/editor/canvas/badges.js";

const covers = (a, b) =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
const at = (left, top, size = badgeSize(1, false)) => ({ left, top, ...size });
const moved = (boxes) =>
  apart(boxes).map(([dx, dy], i) => ({ ...boxes[i], left: boxes[i].left + dx, top: boxes[i].top + dy }));

test("badges that lie apart stay where they are", () => {
  assert.deepEqual(apart([at(0, 0), at(40, 0), at(0, 30)]), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test("of two at one place the more important one stays and the other goes beside it", () => {
  const [first, second] = moved([at(10, 10), at(10, 10)]);
  assert.deepEqual([first.left, first.top], [10, 10]);
  assert.ok(!covers(first, second));
  assert.ok(Math.hypot(second.left - 10, second.top - 10) <= 20);
});

test("up to forty badges at almost one place cover each other nowhere", () => {
  let seed = 3;
  const random = (below) => ((seed = (seed * 1103515245 + 12345) % 2147483648) >> 8) % below;
  for (let turn = 0; turn < 20; turn += 1) {
    const boxes = Array.from({ length: 2 + random(38) }, () =>
      at(random(60), random(60), badgeSize(1 + random(200), random(9) === 0)),
    );
    const found = moved(boxes);
    found.forEach((a, i) => found.slice(i + 1).forEach((b) => assert.ok(!covers(a, b), JSON.stringify([a, b]))));
  }
});

test("a badge has room for its number", () => {
  assert.equal(badgeSize(7, false).width, 16);
  assert.ok(badgeSize(1234, true).width > badgeSize(123, true).width);
  assert.ok(badgeSize(88, true).height > badgeSize(88, false).height);
});
