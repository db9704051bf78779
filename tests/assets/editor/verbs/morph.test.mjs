import assert from "node:assert/strict";
import { test } from "node:test";
import { area, decode, encode } from "../../../../assets/editor/masks/rle.js";
import { between, onTheWay, shapeOf, speedOf } from "../../../../assets/editor/verbs/morph.js";
import { chance } from "./scenes.mjs";

const [HEIGHT, WIDTH] = [64, 80];

function drawn(inside) {
  const bits = new Uint8Array(HEIGHT * WIDTH);
  for (let y = 0; y < HEIGHT; y += 1) for (let x = 0; x < WIDTH; x += 1) if (inside(x, y)) bits[y * WIDTH + x] = 1;
  return encode(bits, HEIGHT, WIDTH);
}
const disc = (cx, cy, r) => drawn((x, y) => Math.hypot(x - cx, y - cy) <= r);
const mask = (from, to, share) =>
  between(shapeOf(from, HEIGHT, WIDTH), shapeOf(to, HEIGHT, WIDTH), share, HEIGHT, WIDTH);

/** An uneven shape: a few discs. */
function blob(random) {
  const discs = Array.from({ length: 3 }, () => [26 + random() * 20, 24 + random() * 16, 3 + random() * 7]);
  return (x, y) => discs.some(([cx, cy, r]) => Math.hypot(x - cx, y - cy) <= r);
}

function iou(a, b) {
  const [p, q] = [decode(a, HEIGHT, WIDTH), decode(b, HEIGHT, WIDTH)];
  let [both, either] = [0, 0];
  p.forEach((bit, i) => {
    both += bit & q[i];
    either += bit | q[i];
  });
  return both / either;
}

test("at both ends stand the masks themselves", () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const [from, to] = [drawn(blob(chance(seed))), drawn(blob(chance(seed + 100)))];
    assert.deepEqual(mask(from, to, 0), [...from]);
    assert.deepEqual(mask(from, to, 1), [...to]);
  }
});

test("a thing that only moves keeps its shape, and moves evenly", () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const inside = blob(chance(seed));
    const moved = (dx, dy) => drawn((x, y) => inside(x - dx, y - dy));
    for (const [share, dx, dy] of [
      [0.25, 3, -2],
      [0.5, 6, -4],
      [0.75, 9, -6],
    ]) {
      assert.deepEqual(mask(moved(0, 0), moved(12, -8), share), [...moved(dx, dy)]);
    }
  }
});

test("a thing that grows is in between in the middle, by its width", () => {
  const middle = mask(disc(30, 30, 5), disc(40, 30, 20), 0.5);
  assert.ok(iou(middle, disc(35, 30, 10)) > 0.93);
});

test("between two shapes, sizes go from one to the other, and backwards gives the same", () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const [from, to] = [drawn(blob(chance(seed))), drawn(blob(chance(seed + 50)))];
    const [small, large] = [area(from), area(to)].sort((a, b) => a - b);
    for (const share of [0.25, 0.5, 0.75]) {
      const made = mask(from, to, share);
      assert.ok(area(made) > small * 0.6 && area(made) < large * 1.3, `${area(made)} of ${small} to ${large}`);
      assert.ok(iou(made, mask(to, from, 1 - share)) > 0.98);
    }
  }
});

test("far apart and very different, something is always there, inside of the picture", () => {
  const line = drawn((x, y) => y === 2 && x < 70);
  const dot = drawn((x, y) => x === 79 && y === 63);
  for (let i = 1; i < 10; i += 1) assert.ok(area(mask(line, dot, i / 10)) > 0);
  assert.equal(shapeOf([HEIGHT * WIDTH], HEIGHT, WIDTH), null);
});

test("a mask at the border of the picture comes out of it again", () => {
  const cut = drawn((x, y) => x < 6 && y > 20 && y < 40);
  const inner = drawn((x, y) => x >= 20 && x < 40 && y > 20 && y < 40);
  const runs = mask(cut, inner, 0.5);
  assert.ok(area(runs) > area(cut) && area(runs) < area(inner));
});

/** A shape of which only place and size count. */
const point = (x, y, size = 10) => ({ x, y, size });

test("a thing that goes along a curve is found on it, from its speeds at both ends", () => {
  const at = (k) => point(40 * Math.cos(k / 10), 40 * Math.sin(k / 10));
  const [from, to] = [at(0), at(10)];
  const speeds = [speedOf(from, at(-1), -1), speedOf(to, at(11), 1)];
  for (let k = 1; k < 10; k += 1) {
    const [x, y] = onTheWay(from, to, k / 10, { frames: 10, speeds });
    assert.ok(Math.hypot(x - at(k).x, y - at(k).y) < 0.5, `frame ${k}`);
  }
});

test("without speeds the way is straight and even", () => {
  const way = { frames: 4, speeds: [null, null] };
  assert.deepEqual(
    [0, 0.25, 0.5, 1].map((share) =>
      onTheWay(point(0, 8), point(20, 0), share, way).map((v) => Math.round(v * 1e6) / 1e6),
    ),
    [
      [0, 8],
      [5, 6],
      [10, 4],
      [20, 0],
    ],
  );
});

test("a shape that shows much less of the thing tells no speed", () => {
  assert.deepEqual(speedOf(point(0, 0), point(6, -3), 3), [2, -1]);
  assert.equal(speedOf(point(0, 0), point(6, -3, 8), 3), null);
  assert.equal(speedOf(point(0, 0), null, 3), null);
});
