import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf, paintDrafts } from "../../../../assets/editor/timeline/drafts.js";

const sheet = (perFrame, first, last) => ({ x: (frame) => 100 + frame * perFrame, first, last });

test("wide frames are cells of their own, narrow ones run together", () => {
  assert.deepEqual(cellsOf(sheet(10, 0, 99), { first: 2, last: 3 }), [
    [121, 129],
    [131, 139],
  ]);
  assert.deepEqual(cellsOf(sheet(2, 0, 99), { first: 2, last: 40 }), [[104, 182]]);
});

test("only frames in sight are painted, however long the mark is", () => {
  assert.equal(cellsOf(sheet(10, 50, 60), { first: 0, last: 100_000 }).length, 11);
  assert.deepEqual(cellsOf(sheet(10, 50, 60), { first: 0, last: 49 }), []);
  assert.deepEqual(cellsOf(sheet(10, 50, 60), { first: 61, last: 80 }), []);
});

test("a level is a bar from below, and a change a line that breaks where there was no mask", () => {
  const [bars, moves] = [[], []];
  const g = {
    beginPath: () => {},
    roundRect: () => {},
    fill: () => {},
    stroke: () => {},
    setLineDash: () => {},
    moveTo: (x, y) => moves.push([x, y]),
    lineTo: () => {},
    fillRect: (x, y, width, height) => g.fillStyle !== "panel" && bars.push([x, Math.round(height)]),
  };
  const s = { ...sheet(10, 0, 99), g, lane: 22, css: (name) => name };
  const mark = { track: "t1", first: 2, last: 5, kind: "draft", levels: [1, 0.5, 0, 0.25], changes: [0, 1, null, 0.5] };
  paintDrafts(s, [mark], 100);
  assert.deepEqual(bars, [
    [122, 16],
    [132, 8],
    [142, 0],
    [152, 4],
  ]);
  assert.deepEqual(moves, [
    [120, 119],
    [150, 111],
  ]);
  bars.length = 0;
  paintDrafts({ ...s, first: 4, last: 4 }, [mark], 100);
  assert.deepEqual(bars, [[142, 0]], "only what is in sight");
});
