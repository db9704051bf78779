import assert from "node:assert/strict";
import { test } from "node:test";
import { cropOf } from "../../../../assets/editor/panels/conflict.js";
import { random } from "../masks/made.mjs";

const SHOWN = { width: 290, height: 200 };

test("property: the crop shows the whole box with room around it, and the border of the picture only where it must", () => {
  const next = random(21);
  for (let round = 0; round < 300; round += 1) {
    const picture = { width: 40 + Math.floor(next() * 2000), height: 30 + Math.floor(next() * 1200) };
    const [x0, y0] = [Math.floor(next() * picture.width), Math.floor(next() * picture.height)];
    const x1 = x0 + 1 + Math.floor(next() * (picture.width - x0));
    const y1 = y0 + 1 + Math.floor(next() * (picture.height - y0));
    const { scale, left, top } = cropOf([x0, y0, x1, y1], SHOWN, picture);
    const [right, bottom] = [left + SHOWN.width / scale, top + SHOWN.height / scale];
    const near = 1e-6;
    assert.ok(scale > 0 && scale <= 8);
    assert.ok(
      left <= x0 + near && top <= y0 + near && right >= x1 - near && bottom >= y1 - near,
      "the box is in sight",
    );
    const inside = (from, to, whole) =>
      to - from <= whole ? from >= -near && to <= whole + near : from < 0 && to > whole;
    assert.ok(inside(left, right, picture.width), "across");
    assert.ok(inside(top, bottom, picture.height), "down");
  }
});

test("a box in the middle lies in the middle of the crop", () => {
  const { scale, left, top } = cropOf([900, 500, 1000, 560], SHOWN, { width: 1920, height: 1080 });
  assert.equal(scale, Math.min(290 / 160, 200 / 100));
  assert.deepEqual([left + 145 / scale, top + 100 / scale], [950, 530]);
});
