import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createStore } from "../../../../assets/editor/store.js";
import { shortened } from "../../../../assets/editor/timeline/paint.js";
import { Timeline } from "../../../../assets/editor/timeline/timeline.js";
import { openPage, settle } from "../../browser.mjs";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

let app;
let timeline;

beforeEach(async () => {
  await openPage();
  globalThis.requestAnimationFrame = () => 1;
  const video = { id: "v", count: 100, confirmed: 10, partial: false, gaps: [], scenes: [], damaged: [] };
  app = {
    document: { count: 100, list: () => [], complete: new Map(), tracks: new Map() },
    session: createStore({ video, phase: "ready", theme: "dark" }),
    view: createStore({
      frame: 0,
      selected: null,
      range: null,
      revision: 0,
      marks: 0,
      comments: [],
      likely: [],
      hidden: new Set(),
    }),
    commands: {},
  };
  timeline = new Timeline(app);
});

test("what a mark means stays in sight while frames are counted, and goes with the video", async () => {
  timeline.opened();
  timeline.tip.hidden = false;
  app.session.set({ video: { ...app.session.now.video, confirmed: 20 } });
  await settle();
  assert.equal(timeline.tip.hidden, false);
  timeline.opened();
  assert.equal(timeline.tip.hidden, true);
});

test("a video that was seen whole is seen whole when it has more frames, another part stays where it is", () => {
  timeline.opened();
  app.document.count = 140;
  timeline.recounted(100);
  assert.deepEqual(timeline.window, [0, 140]);
  timeline.place(20, 30);
  app.document.count = 160;
  timeline.recounted(140);
  assert.deepEqual(timeline.window, [20, 50]);
  app.document.count = 40;
  timeline.recounted(160);
  assert.deepEqual(timeline.window, [10, 40]);
});

test("a title is measured once for its font and room, and cut where it has none", () => {
  let measured = 0;
  const g = { measureText: (text) => ({ width: (measured += 1) && 6 * text.length }) };
  assert.equal(shortened(g, "12px a", "Hammerhead shark", 60), "Hammerhea…");
  const once = measured;
  assert.equal(shortened(g, "12px a", "Hammerhead shark", 60), "Hammerhea…");
  assert.equal(measured, once);
  assert.equal(shortened(g, "12px a", "Hammerhead shark", 96), "Hammerhead shark");
  assert.equal(shortened(g, "bold 12px a", "Hammerhead shark", 60), "Hammerhea…");
  assert.ok(measured > once, "another room or font is measured anew");
});

test("a step to another frame moves the line of the frame, and paints no lane", () => {
  globalThis.devicePixelRatio = 1;
  const g = new Proxy({}, { get: () => () => ({ width: 10 }), set: () => true });
  const sheet = { g, width: 900, height: 150, label: 140, lane: 20, light: false, font: "a", first: 0, last: 99 };
  timeline.sheet = () => ({ ...sheet, x: (frame) => 148 + 7 * (frame - timeline.window[0]), css: (name) => name });
  const { corner, names, ruler } = timeline.labels;
  for (const part of [timeline.head, corner, names, ruler]) part.canvas.getContext = () => g;
  const cleared = [];
  timeline.sheets.clear = (canvas) => cleared.push(canvas);
  const view = app.view.now;
  const paintings = (change) => {
    cleared.length = 0;
    change();
    timeline.paint();
    return cleared.filter((canvas) => canvas === timeline.canvas).length;
  };
  assert.equal(
    paintings(() => {}),
    1,
  );
  for (const frame of [1, 2, 50]) {
    assert.equal(
      paintings(() => (view.frame = frame)),
      0,
    );
    assert.equal(timeline.here.style.transform, `translateX(${Math.round(148 + 7 * frame + 3.5) - 1}px)`);
  }
  const changes = {
    marks: () => (view.marks += 1),
    selection: () => (view.selected = "t1"),
    range: () => (view.range = [3, 9]),
    errors: () => (view.likely = []),
    comments: () => (view.comments = []),
    window: () => (timeline.window = [10, 60]),
    size: () => (sheet.height = 180),
    theme: () => (sheet.light = true),
    video: () => (app.session.now.video = { ...app.session.now.video, confirmed: 20 }),
    preview: () => (view.preview = { marks: [] }),
  };
  for (const [what, change] of Object.entries(changes)) assert.equal(paintings(change), 1, what);
  assert.equal(
    paintings(() => {}),
    1,
    "a preview grows without a change of the view",
  );
  app.session.now.phase = "novideo";
  timeline.paint();
  assert.ok(timeline.head.element.hidden && timeline.mini.hidden);
});

test("a changed lane alone is painted anew", async () => {
  globalThis.devicePixelRatio = 1;
  globalThis.HTMLCanvasElement = { prototype: {} };
  const cleared = [];
  const own = { clearRect: (...box) => cleared.push(box), measureText: () => ({ width: 10 }) };
  const g = new Proxy(own, { get: (target, name) => target[name] ?? (() => ({ width: 10 })), set: () => true });
  const document = smallDocument([1, 2, 3].map((number) => sentTrack(number, [sentRow(0), sentRow(1)])));
  app.document = document;
  app.title = () => "disc";
  timeline = new Timeline(app);
  const sheet = { g, width: 900, height: 150, label: 140, lane: 20, light: false, font: "a", first: 0, last: 9 };
  timeline.sheet = () => ({ ...sheet, x: (frame) => 148 + 7 * frame, css: () => "#112233" });
  const { corner, names, ruler } = timeline.labels;
  for (const part of [timeline.head, corner, names, ruler]) part.canvas.getContext = () => g;
  const { createElement } = globalThis.document;
  globalThis.document.createElement = (tag) =>
    Object.assign(createElement.call(globalThis.document, tag), { getContext: () => g });
  let whole = 0;
  timeline.sheets.clear = (canvas) => (whole += canvas === timeline.canvas ? 1 : 0);
  const paint = () => {
    cleared.length = 0;
    app.view.now.revision += 1;
    timeline.paint();
    return cleared;
  };
  paint();
  assert.equal(whole, 1);
  assert.deepEqual(paint(), [], "nothing changed");
  document.apply({ track: "t2", frame: 1, version: 9, after: { review: "accepted" } });
  assert.deepEqual(paint(), [[0, 24 + 20, 900, 20]], "the second lane");
  assert.equal(whole, 1);
  document.apply({ track: "t2", frame: null, version: 10, after: { deleted: true } });
  paint();
  assert.equal(whole, 2, "a lane went");
});

test("the lane of a track that a preview would make comes into sight, and is no track yet", async () => {
  app.document = smallDocument([1, 2, 3].map((number) => sentTrack(number, [sentRow(0)])));
  timeline = new Timeline(app);
  timeline.size = { height: 24 + 40, lane: 20 };
  app.view.set({ selected: "t2", preview: { marks: [{ track: "n", first: 0, last: 0, kind: "draft" }] } });
  await settle();
  assert.equal(timeline.scroll, 20, "the lanes of track 2 and of the new one");
  const under = (offsetY) => timeline.laneUnder({ offsetY })?.id;
  assert.deepEqual([under(30), under(50)], ["t2", undefined]);
  for (const frames of [1, 2]) {
    timeline.scroll = 0;
    app.view.set({ preview: { marks: [{ track: "n", first: 0, last: frames, kind: "draft" }] } });
    await settle();
    assert.equal(timeline.scroll, 0, "a preview that grows leaves the lanes where a person scrolled them");
  }
  app.view.set({ preview: null });
  await settle();
  assert.equal(timeline.scroll, 0);
  app.view.set({ preview: { marks: [{ track: "n", first: 0, last: 0, kind: "draft" }] } });
  await settle();
  assert.equal(timeline.scroll, 20, "another one that makes a track");
});
