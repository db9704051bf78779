import assert from "node:assert/strict";
import { test } from "node:test";
import { EditQueue } from "../../assets/editor/document/editqueue.js";
import { join } from "../../assets/editor/masks/raster.js";
import { decode, encode, stringify } from "../../assets/editor/masks/rle.js";
import { createStore } from "../../assets/editor/store.js";
import { beginStroke, cancelStroke, endStroke } from "../../assets/editor/canvas/stroke.js";
import { brush } from "../../assets/editor/canvas/tools/brush.js";
import { eraser } from "../../assets/editor/canvas/tools/eraser.js";
import { lasso } from "../../assets/editor/canvas/tools/lasso.js";
import { polygon } from "../../assets/editor/canvas/tools/polygon.js";
import { select, tracksAt } from "../../assets/editor/canvas/tools/select.js";
import { VideoDocument } from "../../assets/editor/document/document.js";
import { memoryStorage, sentRow, sentTrack, tabOf } from "./memory.mjs";

const H = 20;
const W = 30;

/** Counts of a filled box. */
function boxCounts(x0, y0, x1, y1) {
  const bits = new Uint8Array(H * W);
  for (let y = y0; y < y1; y += 1) bits.fill(1, y * W + x0, y * W + x1);
  return stringify(encode(bits, H, W));
}

/** The canvas without a screen: the bitmap of the edited track, and which masks are drawn. */
class Canvas {
  constructor(app) {
    this.app = app;
    this.shownFrame = 0;
    this.drawing = false;
    this.sketch = null;
    this.redrawLines = () => {};
    this.compose();
  }

  compose() {
    const { document, view } = this.app;
    const runs = document.mask(view.now.selected, this.shownFrame);
    this.bits = runs ? decode(runs, H, W) : new Uint8Array(H * W);
    const hash = document.row(view.now.selected, this.shownFrame)?.hash;
    this.extent = hash ? document.masks.box(hash, H) : null;
  }

  touch(box) {
    this.extent = join(this.extent, box);
  }

  drawn() {
    return this.app.document.list().filter((track) => this.app.document.mask(track.id, this.shownFrame));
  }
}

/** An editor without a page: two tracks with boxes on frame 0, the first one selected. */
function editor() {
  const document = new VideoDocument({ height: H, width: W, count: 5 });
  document.masks.add("one", boxCounts(2, 2, 8, 8));
  document.masks.add("two", boxCounts(12, 2, 20, 10));
  const tracks = [sentTrack(1, [sentRow(0, { hash: "one" })]), sentTrack(2, [sentRow(0, { hash: "two" })])];
  document.merge({ last_edit: 1, tracks }, 0, 5);
  const asked = [];
  const app = {
    document,
    steady: true,
    view: createStore({
      frame: 0,
      selected: "t1",
      newTrack: null,
      playing: false,
      mode: "add",
      locked: new Set(),
      hidden: new Set(),
    }),
    preferences: createStore({ brush: 4, noOverlap: false }),
    viewport: { scale: 1 },
    toast: (message) => asked.push(message.title),
    asked,
    edits: [],
    get track() {
      return document.tracks.get(this.view.now.selected) ?? null;
    },
  };
  app.commands = {
    newTrack: () => asked.push("new track"),
    hide: (id) => app.view.now.hidden.delete(id),
    pause: () => asked.push("pause"),
    select: (id) => app.view.set({ selected: id }),
  };
  app.queue = new EditQueue({
    document,
    storage: memoryStorage(),
    video: "v",
    tab: tabOf("tab"),
    send: () => new Promise(() => {}),
  });
  const add = app.queue.add.bind(app.queue);
  app.queue.add = (kind, changes) => {
    app.edits.push({ kind, changes });
    return add(kind, changes);
  };
  app.layers = new Canvas(app);
  return app;
}

const at = (x, y, held = {}) => ({ x, y, inverse: false, shift: false, ...held });

function draw(tool, app, points) {
  if (!tool.down(app, points[0])) return false;
  tool.move(app, points.slice(1));
  tool.up(app);
  return true;
}

test("a brush stroke is one edit with the whole mask, drawn and corrected", () => {
  const app = editor();
  draw(brush, app, [at(8, 5), at(11, 5)]);
  assert.equal(app.edits.length, 1);
  const [{ kind, changes }] = app.edits;
  assert.equal(kind, "brush");
  assert.equal(changes.length, 1);
  assert.deepEqual(changes[0].after.rle.size, [H, W]);
  assert.equal(changes[0].after.source, "drawn");
  assert.equal(changes[0].after.review, "corrected");
  assert.ok(app.document.row("t1", 0).area > 36);
});

test("right button or Alt erases with the brush and draws with the eraser", () => {
  const app = editor();
  draw(brush, app, [at(3, 3, { inverse: true })]);
  assert.ok(app.document.row("t1", 0).area < 36);
  app.layers.compose();
  draw(eraser, app, [at(12, 12, { inverse: true })]);
  assert.equal(app.document.row("t1", 0).state, "present");
  assert.equal(app.edits.length, 2);
});

test("subtract mode turns the brush round", () => {
  const app = editor();
  app.view.set({ mode: "subtract" });
  draw(brush, app, [at(3, 3)]);
  assert.ok(app.document.row("t1", 0).area < 36);
});

test("a stroke that empties the mask says that the thing is not there", () => {
  const app = editor();
  app.preferences.set({ brush: 60 });
  draw(eraser, app, [at(5, 5)]);
  assert.deepEqual(
    { ...app.edits[0].changes[0].after },
    { state: "absent", mask: null, source: "drawn", review: "corrected", key: false, score: null, look: null },
  );
});

test("a stroke that changes no pixel is no edit", () => {
  const app = editor();
  draw(brush, app, [at(5, 5)]);
  draw(eraser, app, [at(25, 15)]);
  assert.equal(app.edits.length, 0);
  assert.equal(app.layers.drawing, false);
});

test("a frame without a row gets one", () => {
  const app = editor();
  app.view.set({ frame: 3 });
  app.layers.shownFrame = 3;
  app.layers.compose();
  draw(brush, app, [at(5, 5)]);
  assert.equal(app.document.row("t1", 3).state, "present");
  assert.deepEqual(app.queue.waiting[0].changes[0].before, { version: 0 });
});

test("the first stroke makes the new track, in one edit with its mask", () => {
  const app = editor();
  app.view.set({ selected: null, newTrack: { id: "fresh", category: "c1", number: 3 } });
  app.layers.compose();
  draw(brush, app, [at(25, 15)]);
  assert.deepEqual(
    app.edits[0].changes.map((c) => c.frame),
    [null, 0],
  );
  assert.equal(app.edits[0].changes[0].after.category, "c1");
  assert.equal(app.view.now.selected, "fresh");
  assert.equal(app.view.now.newTrack, null);
  assert.equal(app.document.tracks.get("fresh").number, 3);
});

test("no overlap takes the pixels from other tracks in the same edit, locked ones keep theirs", () => {
  const app = editor();
  app.preferences.set({ noOverlap: true });
  draw(brush, app, [at(12, 5), at(14, 5)]);
  assert.deepEqual(
    app.edits[0].changes.map((c) => c.track),
    ["t1", "t2"],
  );
  const [mine, other] = ["t1", "t2"].map((id) => decode(app.document.mask(id, 0), H, W));
  mine.forEach((value, i) => assert.ok(!(value && other[i])));
  const locked = editor();
  locked.preferences.set({ noOverlap: true });
  locked.view.now.locked.add("t2");
  draw(brush, locked, [at(12, 5), at(14, 5)]);
  assert.deepEqual(
    locked.edits[0].changes.map((c) => c.track),
    ["t1"],
  );
});

test("another track that loses all its pixels is absent", () => {
  const app = editor();
  app.preferences.set({ noOverlap: true, brush: 40 });
  draw(brush, app, [at(15, 5)]);
  assert.equal(app.document.row("t2", 0).state, "absent");
});

test("a locked track is not drawn on, and without a track the page asks for one", () => {
  const app = editor();
  app.view.now.locked.add("t1");
  assert.equal(draw(brush, app, [at(5, 5)]), false);
  app.view.set({ selected: null });
  assert.equal(draw(brush, app, [at(5, 5)]), false);
  assert.deepEqual(app.asked, ["Track 1 is locked", "new track"]);
});

test("nothing is drawn while another frame is on its way, and playing stops", () => {
  const app = editor();
  app.steady = false;
  assert.equal(beginStroke(app), false);
  app.steady = true;
  app.view.set({ playing: true });
  assert.equal(beginStroke(app), true);
  assert.deepEqual(app.asked, ["pause"]);
});

test("giving up a stroke leaves the mask as it was", () => {
  const app = editor();
  brush.down(app, at(20, 15));
  brush.cancel(app);
  assert.equal(app.layers.drawing, false);
  assert.equal(
    app.layers.bits.reduce((a, b) => a + b),
    36,
  );
  assert.equal(endStroke(app, "brush"), null);
  cancelStroke(app);
  assert.equal(app.edits.length, 0);
});

test("Shift draws straight from the end of the last stroke", () => {
  const app = editor();
  draw(brush, app, [at(3, 15)]);
  app.layers.compose();
  draw(brush, app, [at(25, 15, { shift: true })]);
  const bits = decode(app.document.mask("t1", 0), H, W);
  for (let x = 3; x <= 25; x += 1) assert.equal(bits[15 * W + x], 1);
});

test("the lasso fills what it goes round", () => {
  const app = editor();
  lasso.down(app, at(22, 12));
  lasso.move(app, [at(28, 12), at(28, 18), at(22, 18)]);
  assert.ok(app.layers.sketch);
  lasso.up(app);
  assert.equal(app.document.row("t1", 0).area, 36 + 36);
  assert.equal(app.edits[0].kind, "lasso");
});

test("a polygon closes on its first corner, on Enter, and Escape gives it up", () => {
  const app = editor();
  for (const [x, y] of [
    [2, 10],
    [28, 10],
    [28, 19],
    [2, 19],
  ])
    polygon.down(app, at(x, y));
  assert.equal(app.edits.length, 0);
  polygon.down(app, at(3, 11));
  assert.equal(app.document.row("t1", 0).area, 36 + 26 * 9);
  app.layers.compose();
  for (const [x, y] of [
    [10, 0],
    [29, 0],
    [29, 8],
  ])
    polygon.down(app, at(x, y));
  polygon.cancel(app);
  assert.equal(app.edits.length, 1);
  for (const [x, y] of [
    [10, 0],
    [29, 0],
    [29, 8],
  ])
    polygon.down(app, at(x, y));
  polygon.finish(app);
  assert.equal(app.edits.length, 2);
});

test("select takes the mask under the pointer, then the one below, and nothing beside", () => {
  const app = editor();
  app.document.apply({
    track: "t2",
    frame: 0,
    version: 2,
    after: { state: "present", rle: { size: [H, W], counts: boxCounts(4, 4, 12, 12) } },
  });
  assert.deepEqual(tracksAt(app, 5.5, 5.5), ["t2", "t1"]);
  app.view.set({ selected: null });
  select.down(app, at(5.5, 5.5));
  assert.equal(app.view.now.selected, "t2");
  select.down(app, at(5.5, 5.5));
  assert.equal(app.view.now.selected, "t1");
  select.down(app, at(25, 15));
  assert.equal(app.view.now.selected, null);
  assert.deepEqual(tracksAt(app, -1, 3), []);
});

test("no overlap takes only what the stroke newly paints: masks that overlapped before still do", () => {
  const app = editor();
  draw(brush, app, [at(12, 5), at(15, 5)]);
  const before = decode(app.document.mask("t1", 0), H, W);
  const other = decode(app.document.mask("t2", 0), H, W);
  const shared = before.filter((value, i) => value && other[i]).length;
  assert.ok(shared > 0);
  app.preferences.set({ noOverlap: true });
  app.layers.compose();
  draw(brush, app, [at(12, 9), at(15, 9)]);
  const mine = decode(app.document.mask("t1", 0), H, W);
  const theirs = decode(app.document.mask("t2", 0), H, W);
  mine.forEach((value, i) => assert.equal(theirs[i], other[i] && !(value && !before[i]) ? 1 : 0));
});

test("the last corner of a polygon is taken back, and with the first the polygon", () => {
  const app = editor();
  for (const [x, y] of [
    [3, 3],
    [12, 3],
    [12, 12],
    [1, 14],
  ])
    polygon.down(app, at(x, y));
  polygon.takeBack(app);
  polygon.finish(app);
  const kept = app.document.row("t1", 0).area;
  app.layers.compose();
  const whole = editor();
  for (const [x, y] of [
    [3, 3],
    [12, 3],
    [12, 12],
  ])
    polygon.down(whole, at(x, y));
  polygon.finish(whole);
  assert.equal(kept, whole.document.row("t1", 0).area);
  polygon.down(app, at(3, 3));
  assert.equal(app.layers.drawing, true);
  polygon.takeBack(app);
  assert.deepEqual([app.layers.drawing, app.edits.length], [false, 1]);
});
