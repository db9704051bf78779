import assert from "node:assert/strict";
import { test } from "node:test";
import { buffersOf, drawableOf } from "../../../../assets/editor/masks/drawable.js";
import { edges, loops, outlineOf } from "../../../../assets/editor/masks/outline.js";
import { encode, paint, parse, stringify } from "../../../../assets/editor/masks/rle.js";
import { paintSpans, paintSpansIn, rowSpans } from "../../../../assets/editor/masks/spans.js";
import { boxOf, mask, random } from "./made.mjs";

/** A random mask in a random small picture. */
function made(next) {
  const [height, width] = [1 + Math.floor(next() * 14), 1 + Math.floor(next() * 14)];
  const bits = mask(next, height, width);
  return { height, width, bits, runs: encode(bits, height, width) };
}

test("property: spans are the runs of every row, each once and as long as it can be", () => {
  const next = random(11);
  for (let round = 0; round < 300; round += 1) {
    const { height, width, bits, runs } = made(next);
    const found = new Uint8Array(height * width);
    const spans = rowSpans(runs, height, width);
    for (let i = 0; i < spans.length; i += 2) {
      const [from, to] = [spans[i], spans[i + 1]];
      assert.ok(from < to && Math.floor(from / width) === Math.floor((to - 1) / width), "one row");
      assert.ok(from % width === 0 || !bits[from - 1], "nothing before it");
      assert.ok(to % width === 0 || !bits[to], "nothing after it");
      for (let at = from; at < to; at += 1) found[at] += 1;
    }
    assert.deepEqual(found, bits);
  }
});

test("property: painted spans are the painted mask, in a box only what lies in it", () => {
  const next = random(12);
  for (let round = 0; round < 200; round += 1) {
    const { height, width, runs } = made(next);
    const spans = rowSpans(runs, height, width);
    const [whole, wanted, part] = [0, 1, 2].map(() => new Uint32Array(height * width).fill(7));
    paintSpans(whole, spans, 9);
    paint(runs, height, width, wanted, 9);
    assert.deepEqual(whole, wanted);
    const [x0, y0] = [Math.floor(next() * width), Math.floor(next() * height)];
    const [x1, y1] = [x0 + Math.floor(next() * (width - x0 + 1)), y0 + Math.floor(next() * (height - y0 + 1))];
    paintSpansIn(part, spans, width, 9, [x0, y0, x1, y1]);
    part.forEach((value, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const inside = x >= x0 && x < x1 && y >= y0 && y < y1;
      assert.equal(value, inside ? wanted[at] : 7, `${x}, ${y}`);
    });
  }
});

test("property: all that draws a mask comes from its compressed run lengths, in buffers of its own", () => {
  const next = random(13);
  for (let round = 0; round < 100; round += 1) {
    const { height, width, bits, runs } = made(next);
    const drawable = drawableOf(stringify(runs), height, width);
    assert.deepEqual([...drawable.runs], [...parse(stringify(runs))]);
    assert.deepEqual(drawable.box, boxOf(bits, width));
    assert.deepEqual(drawable.spans, rowSpans(runs, height, width));
    const { corners, ends } = drawable.outline;
    const cut = [...ends].map((end, i) => [...corners.subarray(ends[i - 1] ?? 0, end)]);
    assert.deepEqual(cut, loops(edges(runs, height, width), width));
    assert.deepEqual(drawable.outline, outlineOf(runs, height, width));
    const buffers = buffersOf(drawable);
    assert.equal(new Set(buffers).size, 4);
    assert.equal(buffers[0].byteLength, 4 * drawable.runs.length, "no more than the runs goes to the page");
  }
});
