import assert from "node:assert/strict";
import { test } from "node:test";
import { contoursElsewhere, discardContour, goToContour } from "../../../../../assets/editor/canvas/contours.js";
import { polygon } from "../../../../../assets/editor/canvas/tools/polygon.js";
import { at, editor } from "../drawing.mjs";

const CORNERS = [
  [2, 10],
  [28, 10],
  [28, 19],
  [2, 19],
];

/** Clicks corners of a polygon. */
function click(app, ...corners) {
  app.viewport.scale = 4;
  app.view.set({ tool: "polygon" });
  for (const [x, y] of corners) polygon.down(app, at(x, y));
}

const outlines = (app) =>
  app.layers.contours.filter(({ thrown }) => !thrown).map(({ contour }) => contour.anchors.length);

test("a polygon closes on its first corner, and on Enter", () => {
  const app = editor();
  click(app, ...CORNERS);
  assert.deepEqual([app.edits.length, outlines(app)], [0, [4]]);
  polygon.down(app, at(3, 11));
  assert.equal(app.document.row("t1", 0).area, 36 + 26 * 9);
  assert.deepEqual(outlines(app), []);
  click(app, [10, 0], [29, 0], [29, 8]);
  polygon.finish(app);
  assert.equal(app.edits.length, 2);
});

test("a second click on the same place closes it; fewer than three points stay", () => {
  const app = editor();
  click(app, [12, 12], [25, 12], [25, 19], [25.5, 19.5]);
  assert.deepEqual([app.edits.length, outlines(app)], [1, []]);
  click(app, [12, 12], [25, 12]);
  polygon.finish(app);
  assert.deepEqual([app.edits.length, outlines(app)], [1, [2]]);
  assert.equal(app.asked.at(-1), "Three points at least");
});

test("Escape throws an outline away, and undo brings it back with all its corners", () => {
  const app = editor();
  click(app, ...CORNERS);
  polygon.cancel(app);
  assert.deepEqual(outlines(app), []);
  assert.equal(polygon.takeBack(app, false), false, "Backspace brings nothing back");
  assert.equal(polygon.takeBack(app, true), true);
  polygon.finish(app);
  assert.equal(app.document.row("t1", 0).area, 36 + 26 * 9);
});

test("undo and redo go through the corners; one Backspace too many does not reach the mask", () => {
  const app = editor();
  click(app, ...CORNERS);
  for (let i = 0; i < 4; i += 1) assert.equal(polygon.takeBack(app, true), true);
  assert.equal(polygon.takeBack(app, true), false, "then undo goes on with the edits");
  assert.equal(polygon.takeBack(app, false), true, "but Backspace would delete the mask");
  for (let i = 0; i < 4; i += 1) assert.equal(polygon.giveBack(app), true);
  assert.equal(polygon.giveBack(app), false);
  polygon.finish(app);
  assert.equal(app.document.row("t1", 0).area, 36 + 26 * 9);
});

test("an outline waits on its frame, its track and for its tool, and goes on there", () => {
  const app = editor();
  click(app, ...CORNERS);
  for (const elsewhere of [{ frame: 3 }, { selected: "t2" }, { tool: "brush" }]) {
    app.view.set(elsewhere);
    const [kept, ...more] = contoursElsewhere(app);
    assert.deepEqual([kept.contour.anchors.length, more.length], [4, 0]);
    goToContour(app, kept);
    assert.deepEqual([app.view.now.frame, app.view.now.selected, app.view.now.tool], [0, "t1", "polygon"]);
    assert.deepEqual(contoursElsewhere(app), []);
  }
  app.view.set({ frame: 3 });
  app.layers.shownFrame = 3;
  app.layers.compose();
  click(app, [4, 4], [9, 4], [9, 9]);
  polygon.finish(app);
  assert.deepEqual(
    app.edits.map(({ changes }) => changes.map(({ frame }) => frame)),
    [[3]],
    "another polygon does not touch the one that waits",
  );
  discardContour(app, contoursElsewhere(app)[0]);
  assert.deepEqual(outlines(app), []);
});

test("an outline of a track that is not made yet makes it, also after something else was selected", () => {
  const app = editor();
  app.view.set({ selected: null, newTrack: { id: "fresh", category: "c1", number: 3 } });
  app.layers.compose();
  click(app, [10, 10], [20, 10], [20, 18]);
  app.view.set({ selected: "t2", newTrack: null });
  goToContour(app, contoursElsewhere(app)[0]);
  app.layers.compose();
  polygon.finish(app);
  assert.deepEqual(
    [app.edits[0].kind, app.edits[0].changes[1].track, app.view.now.selected],
    ["track", "fresh", "fresh"],
  );
});

test("an outline stays where its track is locked by now", () => {
  const app = editor();
  click(app, ...CORNERS);
  app.view.now.locked.add("t1");
  polygon.finish(app);
  assert.deepEqual([app.edits.length, outlines(app)], [0, [4]]);
});

test("the line to the pointer is shown while the pointer is on the canvas", () => {
  const app = editor();
  click(app, [2, 10], [28, 10]);
  polygon.hover(app, at(20, 20));
  assert.deepEqual(app.layers.contours[0].ahead, [[20, 20]]);
  polygon.leave(app);
  assert.deepEqual(app.layers.contours[0].ahead, []);
});
