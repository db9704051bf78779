import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createStore } from "../../../../assets/editor/store.js";
import { shortened } from "../../../../assets/editor/timeline/paint.js";
import { Timeline } from "../../../../assets/editor/timeline/timeline.js";
import { openPage, settle } from "../../browser.mjs";

let app;
let timeline;

beforeEach(async () => {
  await openPage();
  globalThis.requestAnimationFrame = () => 1;
  const video = { id: "v", count: 100, confirmed: 10, partial: false, gaps: [], scenes: [], damaged: [] };
  app = {
    document: { count: 100, list: () => [] },
    session: createStore({ video, phase: "ready", theme: "dark" }),
    view: createStore({ frame: 0, selected: null, range: null, revision: 0, marks: 0, newTrack: null }),
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
