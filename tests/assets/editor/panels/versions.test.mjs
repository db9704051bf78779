import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS } from "../../../../assets/kit/kinds.js";
import { authorWords, cutOut } from "../../../../assets/editor/panels/versions.js";
import { iconMarkup } from "../../../../assets/look/icons.js";

test("authors are named as a person reads them", () => {
  const words = (author) => authorWords(author, "person:1");
  assert.deepEqual(["person:1", "person:2", "run:9", "ann"].map(words), [
    "you",
    "another person",
    "a model or import",
    "ann",
  ]);
});

test("a picture shows the mask with room around it, in its own shape", () => {
  for (const box of [
    [10, 10, 30, 20],
    [0, 0, 4, 90],
    [5, 5, 6, 6],
  ]) {
    const [x0, y0, x1, y1] = cutOut(box);
    assert.ok(x0 < box[0] && y0 < box[1] && x1 > box[2] && y1 > box[3]);
    assert.ok(Math.abs((x1 - x0) / (y1 - y0) - 1.5) < 1e-9);
    assert.deepEqual([(x0 + x1) / 2, (y0 + y1) / 2], [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
  }
});

test("every kind of edit has a word and an icon", () => {
  for (const kind of ["merge", "join", "split", "swap", "start", "end", "extend", "trim", "copy", "paste"])
    assert.ok(iconMarkup(KINDS[kind][0], 16).length > 60, kind);
  for (const kind of ["duplicate", "interpolate", "restore", "recolour", "absent"]) assert.ok(KINDS[kind], kind);
});
