/** Cutting one mask into two, and following the cut through frames. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { intersection, union } from "../../../../assets/editor/masks/combine.js";
import { area, encode, parse, stringify } from "../../../../assets/editor/masks/rle.js";
import { computed } from "../../../../assets/editor/verbs/computing.js";
import { cutByLine, cutByPieces } from "../../../../assets/editor/verbs/cutting.js";
import { CutFollower } from "../../../../assets/editor/verbs/following.js";
import { followable, splitSpace } from "../../../../assets/editor/verbs/splitspace.js";
import { apply, content, documentOf, DRAWN, frames, HUMAN_ABSENT, NONE, ABSENT, WIDTH, HEIGHT } from "./scenes.mjs";

const size = { height: 60, width: 90 };
const drawn = (inside) => {
  const bits = new Uint8Array(size.height * size.width);
  for (let y = 0; y < size.height; y += 1)
    for (let x = 0; x < size.width; x += 1) bits[y * size.width + x] = +inside(x, y);
  return encode(bits, size.height, size.width);
};
const disc = (cx, cy, r) => (x, y) => Math.hypot(x - cx, y - cy) <= r;
const both = (a, b) => drawn((x, y) => a(x, y) || b(x, y));
const iou = (a, b) => area(intersection(a, b)) / area(union(a, b));

/** Two parts are the mask, and share nothing. */
function areParts([first, second], runs) {
  assert.equal(area(intersection(first, second)), 0);
  assert.deepEqual(union(first, second), [...runs]);
}

test("a mask of two separate things is cut between them, and crumbs go to the nearer one", () => {
  const [left, right, crumb] = [disc(20, 30, 12), disc(60, 30, 8), disc(70, 44, 1)];
  const runs = drawn((x, y) => left(x, y) || right(x, y) || crumb(x, y));
  const parts = cutByPieces(runs, size);
  areParts(parts, runs);
  assert.deepEqual(parts[0], drawn(left));
  assert.equal(cutByPieces(drawn(left), size), null);
});

test("a line cuts a mask along it, the larger part first; a line beside it or half way cuts nothing", () => {
  const runs = both(disc(25, 30, 14), disc(48, 30, 11));
  const parts = cutByLine(runs, [[38, 5], [38, 55]], size); // prettier-ignore
  areParts(parts, runs);
  assert.ok(
    iou(
      parts[0],
      drawn((x, y) => x < 38 && disc(25, 30, 14)(x, y)),
    ) > 0.95,
  );
  assert.equal(cutByLine(runs, [[80, 5], [80, 55]], size), null); // prettier-ignore
  assert.equal(cutByLine(runs, [[25, 5], [25, 30]], size), null); // prettier-ignore
});

test("a line leaves parts alone that it does not touch", () => {
  const [body, far] = [disc(20, 30, 9), disc(70, 30, 16)];
  const runs = both(body, far);
  const parts = cutByLine(runs, [[24, 10], [24, 50]], size); // prettier-ignore
  areParts(parts, runs);
  assert.ok(area(intersection(parts[1], drawn(far))) === area(drawn(far)), "the far thing goes to the nearer side");
});

test("a cut follows two things that move, touch and part again", () => {
  const at = (k) => {
    const way = 2 * Math.min(k, 14 - k);
    return [disc(20 + way, 30, 10), disc(62 - way, 24, 8)];
  };
  const follower = new CutFollower(0, cutByPieces(both(...at(0)), size), size);
  for (let k = 1; k <= 14; k += 1) {
    const [one, other] = at(k);
    const runs = both(one, other);
    const parts = follower.next(k, runs);
    areParts(parts, runs);
    assert.ok(iou(parts[0], drawn(one)) > 0.8 && iou(parts[1], drawn(other)) > 0.75, `frame ${k}`);
  }
});

test("the worker's function cuts and follows, and goes as far as it can", () => {
  const masks = [0, 1, 2].map((k) => [k + 4, stringify(both(disc(20 + k, 30, 10), disc(60 + k, 30, 6)))]);
  const cut = (line, list) => computed({ kind: "cut", masks: list, line, ...size });
  assert.deepEqual(
    cut(null, masks).parts.map(([frame]) => frame),
    [4, 5, 6],
  );
  assert.deepEqual(cut(null, [[0, stringify(drawn(disc(9, 9, 5)))], ...masks]).parts, []);
  const lost = [masks[0], [5, stringify([size.height * size.width])], masks[2]];
  assert.equal(cut(null, lost).parts.length, 1);
});

test("the worker's function makes the masks between two, and none of an empty one", () => {
  const ask = (from, to) =>
    computed({ kind: "between", from: stringify(from), to: stringify(to), count: 3, ...size }).masks;
  const made = ask(drawn(disc(20, 30, 8)), drawn(disc(60, 30, 8)));
  assert.deepEqual(
    made,
    [30, 40, 50].map((x) => stringify(drawn(disc(x, 30, 8)))),
  );
  assert.deepEqual(ask([size.height * size.width], drawn(disc(60, 30, 8))), []);
});

const half = (x0, x1) => {
  const bits = new Uint8Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y += 1) bits.fill(1, y * WIDTH + x0, y * WIDTH + x1);
  return encode(bits, HEIGHT, WIDTH);
};

test("a cut is followed up to a person's frame and across frames where a model saw nothing", () => {
  const stop = (row) =>
    followable(documentOf([...frames(0, 2), [3, ABSENT], [4, {}], row]), { track: "t1", frame: 0, last: 9 });
  assert.deepEqual(stop([5, DRAWN]).frames, [1, 2, 4]);
  assert.match(stop([5, DRAWN]).stop, /before frame 5: a person drew or judged/);
  assert.match(stop([5, HUMAN_ABSENT]).stop, /before frame 5: a person marked it absent/);
  assert.match(stop([6, {}]).stop, /Stops at frame 5/);
  assert.match(stop([5, { review: "rejected" }]).stop, /before frame 5/);
});

test("a cut is followed backward by the same rule, nearest frame first", () => {
  const back = (row, last = 0) =>
    followable(documentOf([row, ...frames(3, 6), [5, ABSENT]]), { track: "t1", frame: 7, last });
  assert.deepEqual(back([2, DRAWN]).frames, [6, 4, 3]);
  assert.match(back([2, DRAWN]).stop, /frame 2: a person drew or judged/);
  assert.match(back([1, DRAWN]).stop, /Stops at frame 2/);
  assert.deepEqual(back([2, DRAWN], 4), { frames: [6, 4], stop: null });
});

test("a thing that is hidden for some frames is absent there, for review, and the other one keeps its rows", () => {
  const document = documentOf([...frames(0, 4), [5, ABSENT], ...frames(6, 8)]);
  const parts = [half(0, 4), half(4, 6)];
  const whole = half(0, 6);
  const onward = [[2, parts], [3, [whole, null]], [4, [null, whole]], [6, parts], [7, [whole, null]]]; // prettier-ignore
  const plan = splitSpace(document, { track: "t1", frame: 1, id: "n", parts, onward, stop: null, locked: NONE });
  assert.deepEqual(plan.summary.doubts, [
    "Track 1 is hidden on frame 4.",
    "Track 2 is hidden on frame 3 and frame 7 and does not come back.",
  ]);
  assert.deepEqual(
    plan.lanes.map(({ track, how, runs }) => [track, how, runs]),
    [
      ["t1", "changes", [[1, 2], [6, 6]]],
      ["n", "gains", [[1, 2], [4, 4], [6, 6]]],
      ["t1", "loses", [[4, 4]]],
    ], // prettier-ignore
  );
  apply(document, plan);
  const rows = (id) => content(document, id).rows.map((row) => [row.frame, row.state, row.source, row.review]);
  assert.deepEqual(rows("n"), [
    [1, "present", "drawn", "corrected"],
    [2, "present", "propagated", "unreviewed"],
    [3, "absent", "propagated", "unreviewed"],
    [4, "present", "propagated", "unreviewed"],
    [5, "absent", "propagated", "unreviewed"],
    [6, "present", "propagated", "unreviewed"],
    [7, "absent", "propagated", "unreviewed"],
  ]);
  const own = rows("t1");
  assert.deepEqual([own[3], own[4], own[7]], [
    [3, "present", "proposed", "unreviewed"],
    [4, "absent", "propagated", "unreviewed"],
    [7, "present", "proposed", "unreviewed"],
  ]); // prettier-ignore
});

test("the cut frame is a person's, the followed ones are unreviewed; the rest of the track stays", () => {
  const document = documentOf(frames(0, 4));
  const parts = [half(0, 4), half(4, 6)];
  const args = { track: "t1", frame: 1, id: "n", parts, onward: [[2, parts]], stop: "It ends.", locked: NONE };
  const plan = splitSpace(document, args);
  assert.deepEqual(plan.summary.numbers, { frames: 2, first: 24, second: 12 });
  assert.deepEqual(plan.summary.doubts, ["It ends."]);
  apply(document, plan);
  const rows = (id) => content(document, id).rows.map((row) => [row.frame, row.source, row.review]);
  assert.deepEqual(rows("n"), [
    [1, "drawn", "corrected"],
    [2, "propagated", "unreviewed"],
  ]);
  assert.deepEqual(rows("t1").slice(1, 4), [
    [1, "drawn", "corrected"],
    [2, "propagated", "unreviewed"],
    [3, "proposed", "unreviewed"],
  ]);
  assert.deepEqual([...parse(content(document, "n").rows[0].mask)], [...half(4, 6)]);
  assert.match(
    splitSpace(document, { ...args, onward: [[1, parts]], id: "m" }).refused,
    /changed on frame 1 meanwhile/,
  );
});
