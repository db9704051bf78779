import assert from "node:assert/strict";
import { test } from "node:test";
import { encoded, maskOf, runsOf } from "../../../../assets/editor/masks/encoding.js";
import { join } from "../../../../assets/editor/masks/raster.js";
import { cut } from "../../../../assets/editor/masks/region.js";
import { decode, encode, parse, stringify } from "../../../../assets/editor/masks/rle.js";
import { boxOf, mask, random, sum, whole } from "./made.mjs";

const H = 13;
const W = 16;

test("property: the run lengths of a part are those of the whole bitmap, for every box around the mask", () => {
  const next = random(71);
  for (let round = 0; round < 400; round += 1) {
    const bits = mask(next, H, W);
    const tight = boxOf(bits, W) ?? [3, 3, 4, 4];
    const less = (v) => Math.floor(next() * (v + 1));
    const box = [less(tight[0]), less(tight[1]), tight[2] + less(W - tight[2]), tight[3] + less(H - tight[3])];
    assert.deepEqual(runsOf(cut(bits, W, box), H, W), encode(bits, H, W));
  }
});

test("property: other masks lose the newly painted pixels and no others", () => {
  const next = random(72);
  for (let round = 0; round < 200; round += 1) {
    const [before, stroke, other] = [mask(next, H, W), mask(next, H, W), mask(next, H, W)];
    const bits = before.map((value, i) => value | stroke[i]);
    const [box, otherBox] = [boxOf(bits, W), boxOf(other, W)];
    if (!box || !otherBox) continue;
    const done = encoded({
      height: H,
      width: W,
      base: null,
      patch: cut(bits, W, box),
      extent: box,
      before: sum(before) ? encode(before, H, W) : null,
      others: [{ id: "o", runs: encode(other, H, W), box: otherBox }],
    });
    assert.equal(done.counts, stringify(encode(bits, H, W)));
    const left = other.map((value, i) => (value && !(bits[i] && !before[i]) ? 1 : 0));
    if (sum(left) === sum(other)) assert.deepEqual(done.others, []);
    else {
      assert.deepEqual(decode(parse(done.others[0].counts), H, W), left);
      assert.equal(done.others[0].empty, sum(left) === 0);
    }
  }
});

test("property: the mask before a stroke and the part that it touched are the mask after it", () => {
  const next = random(73);
  for (let round = 0; round < 400; round += 1) {
    const [before, drawn] = [mask(next, H, W), mask(next, H, W)];
    const [x, y] = [Math.floor(next() * W), Math.floor(next() * H)];
    const touched = [x, y, x + 1 + Math.floor(next() * (W - x)), y + 1 + Math.floor(next() * (H - y))];
    const after = before.slice();
    for (let i = 0; i < after.length; i += 1) {
      const [column, row] = [i % W, Math.floor(i / W)];
      if (column >= touched[0] && column < touched[2] && row >= touched[1] && row < touched[3]) after[i] = drawn[i];
    }
    const sent = {
      height: H,
      width: W,
      base: sum(before) || next() < 0.5 ? stringify(encode(before, H, W)) : null,
      patch: cut(after, W, touched),
      extent: join(boxOf(before, W), touched),
      before: null,
      others: [],
    };
    assert.deepEqual(whole(maskOf(sent), H, W), after);
    const done = encoded(sent);
    assert.deepEqual([done.counts, done.empty], [stringify(encode(after, H, W)), sum(after) === 0]);
  }
});

test("an empty mask is said to be empty and takes nothing from others", () => {
  const done = encoded({
    height: H,
    width: W,
    base: null,
    patch: { box: [2, 2, 4, 4], bits: new Uint8Array(4) },
    extent: [2, 2, 4, 4],
    before: null,
    others: [{ id: "o", runs: [0, H * W], box: [0, 0, W, H] }],
  });
  assert.deepEqual([done.empty, done.others], [true, []]);
});
