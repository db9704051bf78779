/** Following a cut while one of the two things is hidden: the other track is neither lost nor invented. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { intersection, union } from "../../../../assets/editor/masks/combine.js";
import { area, encode } from "../../../../assets/editor/masks/rle.js";
import { cutByPieces } from "../../../../assets/editor/verbs/cutting.js";
import { CutFollower } from "../../../../assets/editor/verbs/following.js";
import { chance } from "./scenes.mjs";

const size = { height: 80, width: 140 };
const drawn = (inside) => {
  const bits = new Uint8Array(size.height * size.width);
  for (let y = 0; y < size.height; y += 1)
    for (let x = 0; x < size.width; x += 1) bits[y * size.width + x] = +inside(x, y);
  return encode(bits, size.height, size.width);
};
const oval = (cx, cy, rx, ry) => (x, y) => Math.hypot((x - cx) / rx, (y - cy) / ry) <= 1;
const disc = (cx, cy, r) => oval(cx, cy, r, r);
const NOWHERE = () => false;
const iou = (a, b) => area(intersection(a, b)) / Math.max(1, area(union(a, b)));

/**
 * Follows a cut through frames 0 to `last`. `scene(k)` has the visible part of both things on a frame, as functions of
 * the place. Returns per frame what was found and what is right.
 */
function followedThrough(last, scene) {
  const right = (k) => scene(k).map(drawn);
  const mask = (k) => union(...right(k));
  const parts = cutByPieces(mask(0), size);
  if (iou(parts[0], right(0)[0]) < 0.9) parts.reverse();
  const follower = new CutFollower(0, parts, size);
  return Array.from({ length: last }, (_, i) => {
    const seen = follower.next(i + 1, mask(i + 1));
    const whole = seen.map((part) => part ?? [size.height * size.width]);
    assert.deepEqual(union(...whole), mask(i + 1));
    assert.equal(area(intersection(...whole)), 0);
    return { frame: i + 1, seen, right: right(i + 1) };
  });
}

/** Each thing has its own track wherever a good part of it shows, and none where nothing of it shows. */
function isRight(found, { least, whole, from = 0.75 }) {
  for (const { frame, seen, right } of found)
    [0, 1].forEach((i) => {
      const share = area(right[i]) / whole[i];
      if (share === 0) assert.equal(seen[i], null, `thing ${i} is invented on frame ${frame}`);
      if (share > least) {
        assert.ok(seen[i], `thing ${i} is lost on frame ${frame}`);
        assert.ok(iou(seen[i], right[i]) >= from, `thing ${i} on frame ${frame}: ${iou(seen[i], right[i])}`);
      }
    });
}

const areaOf = (...args) => area(drawn(oval(...args)));

test("a thing goes behind a pole and comes back on the other side", () => {
  const behind = (thing) => (x, y) => thing(x, y) && (x < 62 || x > 84);
  const found = followedThrough(30, (k) => [disc(30, 56, 14), behind(disc(40 + 2 * k, 20, 8))]);
  isRight(found, { least: 0.3, whole: [areaOf(30, 56, 14, 14), areaOf(40, 20, 8, 8)] });
  assert.ok(found.some(({ seen }) => !seen[1]));
  assert.ok(found.at(-1).seen[1]);
});

test("a thing goes behind the other one and comes out again", () => {
  const front = disc(70, 40, 22);
  const behind = (thing) => (x, y) => thing(x, y) && !front(x, y);
  const found = followedThrough(46, (k) => [front, behind(disc(30 + 1.8 * k, 38, 9))]);
  isRight(found, { least: 0.45, whole: [areaOf(70, 40, 22, 22), areaOf(30, 38, 9, 9)], from: 0.7 });
  assert.ok(found.some(({ seen }) => !seen[1]));
  assert.ok(found.at(-1).seen[1]);
});

test("the first thing may be the hidden one, and both may look alike", () => {
  const behind = (thing) => (x, y) => thing(x, y) && (y < 30 || y > 58);
  const found = followedThrough(26, (k) => [behind(disc(30, 14 + 2.4 * k, 9)), disc(100, 40, 9)]);
  isRight(found, { least: 0.3, whole: [areaOf(30, 14, 9, 9), areaOf(100, 40, 9, 9)] });
  assert.ok(found.some(({ seen }) => !seen[0]) && found.every(({ seen }) => seen[1]));
});

test("a thing that never comes back is not invented, though the other one moves and changes its shape", () => {
  const found = followedThrough(40, (k) => [
    oval(50 + k, 40, 18 + 4 * Math.sin(k / 3), 18 - 4 * Math.sin(k / 3)),
    k < 6 ? disc(110 + 3 * k, 40, 8) : NOWHERE,
  ]);
  isRight(found, { least: 0.3, whole: [areaOf(50, 40, 18, 18), areaOf(110, 40, 8, 8)] });
  assert.ok(found.slice(6).every(({ seen }) => seen[0] && !seen[1]));
});

test("each hides in turn", () => {
  const found = followedThrough(30, (k) => [
    k > 5 && k < 12 ? NOWHERE : disc(35 + k / 2, 40, 14),
    k > 16 && k < 24 ? NOWHERE : disc(100 - k / 2, 34, 10),
  ]);
  isRight(found, { least: 0.3, whole: [areaOf(35, 40, 14, 14), areaOf(100, 34, 10, 10)] });
});

test("frames on which the model saw nothing lie between the cut and its next frame", () => {
  const parts = [drawn(disc(30, 40, 12)), drawn(disc(80, 40, 8))];
  const follower = new CutFollower(0, parts, size);
  assert.equal(follower.next(1, [size.height * size.width]), null);
  const [one, other] = [disc(34, 40, 12), disc(88, 40, 8)].map(drawn);
  assert.deepEqual(follower.next(9, union(one, other)), [one, other]);
});

/** What two discs far from each other get after one frame of nothing but a rest, both back at their places. */
function afterRest(rest) {
  const parts = [disc(36, 40, 14), disc(100, 40, 12)].map(drawn);
  const follower = new CutFollower(0, parts, size);
  follower.next(1, drawn(rest));
  return [parts, [2, 3, 4].map((k) => follower.next(k, union(...parts)))];
}

test("both are hidden but for a rest, whosever it is, and come back", () => {
  const box = (cx, cy, side) => (x, y) => Math.max(Math.abs(x - cx), Math.abs(y - cy)) <= side / 2;
  for (const side of [0, 2, 4, 6, 8])
    for (const [x, y] of [[68, 40], [36, 40], [100, 40], [5, 5], [66, 36]]) {
      const [parts, found] = afterRest(box(x, y, side));
      assert.deepEqual(found, [parts, parts, parts], `${side} at ${x}, ${y}`);
    } // prettier-ignore
});

test("a thing of which hardly anything is seen for some frames keeps its shape", () => {
  const found = followedThrough(12, (k) => {
    const hidden = k > 3 && k < 8;
    return hidden ? [disc(38.2 + k / 2, 40, 1.4), NOWHERE] : [disc(30 + k / 2, 40, 9.5), disc(110, 44, 9)];
  });
  isRight(found, { least: 0.3, whole: [areaOf(30, 40, 9.5, 9.5), areaOf(110, 44, 9, 9)] });
});

test("a mask far from the visible thing is not explained by it: behind one wall, the first comes out while the second is out", () => {
  const behind = (thing) => (x, y) => thing(x, y) && (x < 50 || x > 82);
  const found = followedThrough(36, (k) => [behind(disc(10 + 3 * k, 22, 12)), behind(disc(34 + 3 * k, 60, 9))]);
  isRight(found, { least: 0.3, whole: [areaOf(10, 22, 12, 12), areaOf(34, 60, 9, 9)] });
});

test("things of chance, with borders that tremble: hardly any frame is wrong", () => {
  let [wrong, frames] = [0, 0];
  for (let seed = 1; seed <= 12; seed += 1) {
    const random = chance(seed);
    const between = (low, high) => low + (high - low) * random();
    const [r, s] = [between(12, 18), between(7, 12)];
    const [pole, wide] = [between(60, 80), 2 * s + between(2, 12)];
    const [speed, top] = [between(1.5, 3), between(14, 22)];
    const tremble = () => between(-0.5, 0.5);
    const scene = (k) => {
      const [a, b] = [tremble(), tremble()];
      const one = oval(24 + k * speed * 0.2, 58, r + a, r - a);
      const other = oval(18 + k * speed, top, s + b, s - b);
      return [one, (x, y) => other(x, y) && !(x > pole && x < pole + wide)];
    };
    // The border is another one at each call, so a frame is drawn once.
    const kept = new Map();
    const once = (k) => kept.get(k) ?? kept.set(k, scene(k)).get(k);
    for (const { seen, right } of followedThrough(Math.floor(104 / speed), once)) {
      frames += 1;
      const share = area(right[1]) / (Math.PI * s * s);
      const good = share > 0.35 ? seen[1] && iou(seen[1], right[1]) > 0.7 : share > 0 || !seen[1];
      if (!good || !seen[0] || iou(seen[0], right[0]) < 0.7) wrong += 1;
    }
  }
  assert.ok(wrong <= 0.01 * frames, `${wrong} of ${frames}`);
});
