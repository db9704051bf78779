import assert from "node:assert/strict";
import { test } from "node:test";
import { capsule, gathered, join, polygon, subtract } from "../../../../assets/editor/masks/raster.js";

const H = 20;
const W = 30;
const blank = () => new Uint8Array(H * W);
const sum = (bits) => bits.reduce((a, b) => a + b, 0);

test("a dab sets every pixel whose centre is within the radius, and no other", () => {
  const bits = blank();
  capsule(bits, H, W, { x0: 10.5, y0: 9.5, x1: 10.5, y1: 9.5, radius: 4, value: 1 });
  for (let y = 0; y < H; y += 1) {
    for (let x = 0; x < W; x += 1) {
      assert.equal(bits[y * W + x] === 1, Math.hypot(x + 0.5 - 10.5, y + 0.5 - 9.5) <= 4, `${x} ${y}`);
    }
  }
});

test("a stroke is the union of dabs along its line", () => {
  const stroke = blank();
  capsule(stroke, H, W, { x0: 4, y0: 5, x1: 22, y1: 14, radius: 3, value: 1 });
  const dabs = blank();
  for (let i = 0; i <= 400; i += 1) {
    const x = 4 + (18 * i) / 400;
    const y = 5 + (9 * i) / 400;
    capsule(dabs, H, W, { x0: x, y0: y, x1: x, y1: y, radius: 3, value: 1 });
  }
  assert.ok(sum(stroke) - sum(dabs) <= 2);
  dabs.forEach((value, i) => assert.ok(stroke[i] >= value));
});

test("the touched box holds every changed pixel and stays inside the picture", () => {
  const bits = blank();
  const box = capsule(bits, H, W, { x0: 28, y0: 18, x1: 40, y1: 30, radius: 5, value: 1 });
  const [x0, y0, x1, y1] = box;
  assert.ok(x0 >= 0 && y0 >= 0 && x1 <= W && y1 <= H);
  bits.forEach((value, i) => {
    if (value) assert.ok(i % W >= x0 && i % W < x1 && Math.floor(i / W) >= y0 && Math.floor(i / W) < y1);
  });
});

test("outside of the picture nothing happens", () => {
  const bits = blank();
  assert.equal(capsule(bits, H, W, { x0: -30, y0: -30, x1: -20, y1: -20, radius: 5, value: 1 }), null);
  assert.equal(sum(bits), 0);
});

test("the thinnest brush draws one pixel and the eraser takes it away", () => {
  const bits = blank();
  capsule(bits, H, W, { x0: 3.1, y0: 3.9, x1: 3.1, y1: 3.9, radius: 0.5, value: 1 });
  assert.equal(bits[3 * W + 3], 1);
  assert.equal(sum(bits), 1);
  capsule(bits, H, W, { x0: 3.1, y0: 3.9, x1: 3.1, y1: 3.9, radius: 0.5, value: 0 });
  assert.equal(sum(bits), 0);
});

test("a rectangle as a polygon has exactly its pixels", () => {
  const bits = blank();
  const box = polygon(
    bits,
    H,
    W,
    [
      [2, 3],
      [12, 3],
      [12, 9],
      [2, 9],
    ],
    1,
  );
  assert.equal(sum(bits), 60);
  assert.deepEqual(box, [2, 3, 12, 9]);
});

test("a polygon that crosses itself is filled by even and odd", () => {
  const bits = blank();
  polygon(
    bits,
    H,
    W,
    [
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ],
    1,
  );
  assert.equal(bits[1 * W + 5], 0);
  assert.equal(bits[8 * W + 5], 0);
  assert.equal(bits[5 * W + 1], 1);
  assert.equal(bits[5 * W + 8], 1);
});

test("a polygon reaching over the border is cut, one with two corners is nothing", () => {
  const bits = blank();
  polygon(
    bits,
    H,
    W,
    [
      [-10, -10],
      [100, -10],
      [100, 100],
      [-10, 100],
    ],
    1,
  );
  assert.equal(sum(bits), H * W);
  assert.equal(
    polygon(
      bits,
      H,
      W,
      [
        [0, 0],
        [5, 5],
      ],
      0,
    ),
    null,
  );
  assert.equal(sum(bits), H * W);
});

test("boxes join, and nothing joined with a box is the box", () => {
  assert.deepEqual(join([0, 0, 2, 2], [5, 1, 6, 9]), [0, 0, 6, 9]);
  assert.deepEqual(join(null, [1, 2, 3, 4]), [1, 2, 3, 4]);
  assert.equal(join(null, null), null);
});

test("subtracting clears common pixels and returns whether there were any", () => {
  const bits = Uint8Array.from([1, 1, 0, 0]);
  assert.equal(subtract(bits, Uint8Array.from([0, 1, 1, 0])), true);
  assert.deepEqual([...bits], [1, 0, 0, 0]);
  assert.equal(subtract(bits, Uint8Array.from([0, 1, 1, 0])), false);
});

test("boxes are joined where one around both is no larger, and cover the same", () => {
  assert.deepEqual(gathered([]), []);
  assert.deepEqual(
    gathered([
      [0, 0, 10, 10],
      [2, 0, 12, 10],
    ]),
    [[0, 0, 12, 10]],
  );
  const apart = [
    [0, 0, 10, 10],
    [50, 40, 60, 50],
  ];
  assert.deepEqual(gathered(apart), apart);
  // A third one between two may bring both together.
  assert.deepEqual(
    gathered([
      [0, 0, 10, 10],
      [18, 0, 28, 10],
      [9, 0, 19, 10],
    ]),
    [[0, 0, 28, 10]],
  );
});
