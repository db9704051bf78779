import assert from "node:assert/strict";
import { test } from "node:test";
import {
  added,
  closes,
  EMPTY,
  encloses,
  givenBack,
  lineOf,
  takenBack,
} from "../../../../assets/editor/masks/contour.js";
import { random } from "./made.mjs";

const square = [
  [0, 0],
  [9, 0],
  [9, 9],
].reduce((contour, anchor) => added(contour, anchor), EMPTY);

test("the line goes through legs and anchors in order", () => {
  const contour = added(
    added(EMPTY, [1, 1]),
    [5, 5],
    [
      [2, 3],
      [4, 4],
    ],
  );
  assert.deepEqual(lineOf(contour), [
    [1, 1],
    [2, 3],
    [4, 4],
    [5, 5],
  ]);
});

test("property: what is taken back comes back as it was, and a new anchor forgets it", () => {
  const next = random(61);
  for (let round = 0; round < 100; round += 1) {
    let contour = EMPTY;
    const states = [contour];
    for (let i = 0; i < 6; i += 1) {
      contour = added(contour, [next(), next()], [[next(), next()]]);
      states.push(contour);
    }
    const steps = 1 + Math.floor(next() * 6);
    for (let i = 0; i < steps; i += 1) contour = takenBack(contour);
    assert.deepEqual(lineOf(contour), lineOf(states[6 - steps]));
    const other = added(contour, [7, 7]);
    assert.deepEqual(givenBack(other), other);
    for (let i = 0; i < steps; i += 1) contour = givenBack(contour);
    assert.deepEqual(contour, states[6]);
  }
  assert.equal(takenBack(EMPTY), EMPTY);
  assert.equal(givenBack(EMPTY), EMPTY);
});

test("an outline closes on its first anchor once it encloses something", () => {
  assert.equal(encloses(square), true);
  assert.equal(closes(square, [1, 1], 2), true);
  assert.equal(closes(square, [4, 4], 2), false);
  assert.equal(closes(takenBack(square), [0, 0], 2), false);
  const wire = added(added(EMPTY, [0, 0]), [5, 0], [[2, 4]]);
  assert.equal(closes(wire, [0, 0], 2), true);
  assert.equal(
    closes(
      added(
        EMPTY,
        [0, 0],
        [
          [1, 1],
          [2, 2],
        ],
      ),
      [0, 0],
      2,
    ),
    false,
  );
});
