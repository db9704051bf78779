import assert from "node:assert/strict";
import { test } from "node:test";
import { Encoder } from "../../../../assets/editor/canvas/encoder.js";
import {
  beginStroke,
  cancelStroke,
  drawRegionLater,
  endStroke,
  targetOf,
} from "../../../../assets/editor/canvas/stroke.js";
import { brush } from "../../../../assets/editor/canvas/tools/brush.js";
import { eraser } from "../../../../assets/editor/canvas/tools/eraser.js";
import { drawableOf } from "../../../../assets/editor/masks/drawable.js";
import { encoded } from "../../../../assets/editor/masks/encoding.js";
import { decode } from "../../../../assets/editor/masks/rle.js";
import { at, draw, editor, H, W } from "./drawing.mjs";

test("a stroke that empties the mask makes the row absent", () => {
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

test("no overlap holds for a result that comes when another frame is shown", () => {
  const app = editor();
  app.preferences.set({ noOverlap: true });
  const stroke = targetOf(app);
  app.view.set({ frame: 1 });
  app.layers.shownFrame = 1;
  app.layers.compose();
  const region = { box: [4, 4, 14, 8], bits: new Uint8Array(40).fill(1) };
  drawRegionLater(app, stroke, region, "add", "box");
  assert.deepEqual(
    app.edits[0].changes.map(({ track, frame }) => [track, frame]),
    [
      ["t1", 0],
      ["t2", 0],
    ],
  );
  const [mine, other] = ["t1", "t2"].map((id) => decode(app.document.mask(id, 0), H, W));
  mine.forEach((value, i) => assert.ok(!(value && other[i])));
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
  endStroke(app, "brush");
  cancelStroke(app);
  assert.equal(app.edits.length, 0);
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

test("what the worker made of a drawn mask is kept with it", () => {
  const app = editor();
  const sent = [];
  const port = { postMessage: (message) => sent.push(message) };
  app.encoder = new Encoder(() => port);
  draw(brush, app, [at(4, 4), at(24, 4)]);
  const { number, drawn } = sent.pop();
  const done = encoded(drawn);
  const drawable = drawableOf(done.counts, H, W);
  port.onmessage({ data: { number, done: { ...done, drawable } } });
  const { hash } = app.document.row("t1", 0);
  assert.ok(!app.document.masks.isRaw(hash));
  assert.equal(app.document.masks.spans(hash, H, W), drawable.spans);
});

test("the worker gets what the stroke touched, not the whole mask", () => {
  const app = editor();
  const sent = [];
  app.encoder = new Encoder(() => ({ postMessage: (message) => sent.push(message) }));
  app.preferences.set({ brush: 3 });
  const base = app.layers.held;
  draw(brush, app, [at(25, 15)]);
  const { drawn } = sent[0];
  assert.ok(base && drawn.base === base);
  const [x0, y0, x1, y1] = drawn.patch.box;
  assert.ok(drawn.patch.bits.length === (x1 - x0) * (y1 - y0) && drawn.patch.bits.length <= 25);
  assert.ok(drawn.extent[0] < x0, "the mask reaches further than the stroke");
  assert.equal(drawn.before, null, "no other mask can lose a pixel");
});
