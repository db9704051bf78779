import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { Showing } from "../../../../assets/editor/pictures/showing.js";
import { createStore } from "../../../../assets/editor/store.js";
import { smallDocument } from "../memory.mjs";

const settled = (milliseconds = 0) => new Promise((done) => setTimeout(done, milliseconds));
/** What the stand-in server answers, and what the canvas was told to show. */
let shown;
let waiting;
let app;
let made;

before(() => {
  globalThis.createImageBitmap = async (blob) => ({ width: 30, height: 20, text: await blob.text(), close() {} });
  globalThis.fetch = (url, { signal } = {}) =>
    new Promise((done, fail) => {
      signal?.addEventListener("abort", () => fail(signal.reason));
      if (url.includes("/proxies/")) done(answer(standIns()));
      else if (url.includes("/masks")) done(answer('{"blobs": {}}'));
      else waiting.set(Number(/frames\/(\d+)/.exec(url)[1]), { done, url });
    });
});

const answer = (body, status = 200) => new Response(body, { status });

/** Stand-ins of frames 0 and 8. */
function standIns() {
  const head = Buffer.from('{"parts":1,"frames":[0,8],"sizes":[2,2]}');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, Buffer.from("p0p8")]);
}

beforeEach(() => {
  shown = [];
  waiting = new Map();
  const document = smallDocument();
  app = {
    document,
    viewport: { scale: 1, imageWidth: 1280 },
    view: createStore({ frame: 0, shown: -1, picture: "none", late: -1 }),
    session: createStore({ video: { id: "v", content_hash: "abc", problem: null }, problem: "" }),
    layers: {
      drawing: false,
      show: (frame, picture) => shown.push(["exact", frame, picture.text]),
      showStandIn: (picture) => shown.push(["standin", picture.text]),
      showBare: (frame) => shown.push(["bare", frame]),
    },
    refreshed: 0,
    refreshVideo: () => (app.refreshed += 1),
    oncancel: () => {},
  };
  made = new Showing(app, { id: "v", content_hash: "abc", count: 10 });
});

/** The first frame is there and the stand-ins have come. */
async function opened() {
  const first = made.show();
  await settled();
  waiting.get(0).done(answer("f0"));
  await first;
  await settled(5);
}

test("the exact picture and its masks come together", async () => {
  await opened();
  assert.deepEqual(shown, [["exact", 0, "f0"]]);
  assert.deepEqual([app.view.now.shown, app.view.now.picture], [0, "exact"]);
  made.close();
});

test("a late picture is preceded by the nearest small one, on which nothing counts as shown", async () => {
  await opened();
  app.view.set({ frame: 9 });
  const later = made.show();
  await settled(60);
  assert.deepEqual(shown.at(-1), ["standin", "p8"]);
  assert.deepEqual([app.view.now.shown, app.view.now.picture, app.view.now.late], [-1, "standin", 9]);
  waiting.get(9).done(answer("f9"));
  await later;
  assert.deepEqual(shown.at(-1), ["exact", 9, "f9"]);
  assert.deepEqual([app.view.now.shown, app.view.now.picture, app.view.now.late], [9, "exact", -1]);
  made.close();
});

test("a stand-in that is farther than what is on the canvas is not shown", async () => {
  await opened();
  app.view.set({ frame: 3 });
  const later = made.show();
  await settled(60);
  assert.equal(shown.length, 1);
  assert.equal(app.view.now.late, 3);
  waiting.get(3).done(answer("f3"));
  await later;
  made.close();
});

test("a picture that cannot be had leaves the masks alone on the stage and asks what ails the source", async () => {
  await opened();
  app.view.set({ frame: 5 });
  const later = made.show();
  await settled();
  waiting.get(5).done(answer('{"error": "clip.mp4 is not there."}', 400));
  await later;
  assert.deepEqual(shown.at(-1), ["bare", 5]);
  assert.deepEqual([app.view.now.shown, app.view.now.picture], [5, "none"]);
  assert.equal(app.session.now.problem, "Frame 5 could not be shown. clip.mp4 is not there.");
  assert.equal(app.refreshed, 1);
  made.close();
});

test("a picture that is late and then cannot be had is late no more", async () => {
  await opened();
  app.view.set({ frame: 5 });
  const later = made.show();
  await settled(60);
  assert.equal(app.view.now.late, 5);
  waiting.get(5).done(answer("gone", 400));
  await later;
  assert.deepEqual([app.view.now.picture, app.view.now.late], ["none", -1]);
  made.close();
});

test("a frame that is left before it comes is not shown, and its picture is given up", async () => {
  await opened();
  app.view.set({ frame: 9 });
  const left = made.show();
  await settled();
  app.view.set({ frame: 4 });
  const stays = made.show();
  await settled();
  waiting.get(4).done(answer("f4"));
  await Promise.all([left, stays]);
  assert.deepEqual(shown.at(-1), ["exact", 4, "f4"]);
  assert.ok(!shown.some(([what, frame]) => what === "exact" && frame === 9));
  assert.equal(app.session.now.problem, "");
  made.close();
});

test("the width asked for is that of the picture on the screen", async () => {
  app.viewport.scale = 0.5;
  const first = made.show();
  await settled();
  assert.match(waiting.get(0).url, /w=640/);
  waiting.get(0).done(answer("f0"));
  await first;
  app.viewport.scale = 4;
  made.resized();
  await settled(200);
  assert.ok(!/w=/.test(waiting.get(0).url));
  made.close();
});

test("a sharper picture that cannot be had leaves what is shown, and the stroke on it, alone", async () => {
  await opened();
  app.layers.drawing = true;
  app.oncancel = () => assert.fail("the stroke was given up");
  app.viewport.scale = 0.25;
  const again = made.show();
  await settled();
  waiting.get(0).done(answer("gone", 503));
  await again;
  assert.deepEqual(shown, [["exact", 0, "f0"]]);
  assert.deepEqual([app.view.now.picture, app.session.now.problem], ["exact", ""]);
  made.close();
});

test("a sharper picture that comes during a stroke waits for the next time", async () => {
  await opened();
  app.layers.drawing = true;
  app.oncancel = () => assert.fail("the stroke was given up");
  app.viewport.scale = 0.25;
  const again = made.show();
  await settled();
  waiting.get(0).done(answer("sharp"));
  await again;
  assert.equal(shown.length, 1);
  made.close();
});

test("masks that come tell how large the rows are that were waiting for them", async () => {
  app.document.apply({ track: "t1", frame: 4, version: 3, after: { state: "present", source: "drawn", mask: "h9" } });
  const told = [];
  app.document.onchange = (track, frame) => told.push([track, frame]);
  const silent = globalThis.fetch;
  globalThis.fetch = async () => answer('{"blobs": {"h9": "123"}}');
  await made.loadMasks(0);
  globalThis.fetch = silent;
  assert.deepEqual(told, [["t1", 4]]);
  assert.ok(app.document.row("t1", 4).area > 0);
  made.close();
});
