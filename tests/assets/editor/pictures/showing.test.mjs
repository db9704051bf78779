import assert from "node:assert/strict";
import { afterEach, before, beforeEach, test } from "node:test";
import { Showing } from "../../../../assets/editor/pictures/showing.js";
import { createStore } from "../../../../assets/editor/store.js";
import { until } from "../../waiting.mjs";
import { smallDocument } from "../memory.mjs";

/** What the stand-in server answers, and the calls of the canvas. */
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
    cancels: 0,
    oncancel: () => (app.cancels += 1),
  };
  made = new Showing(app, { id: "v", content_hash: "abc", count: 10 });
});

afterEach(() => made.close());

/** Ask for a frame; gives a function that answers with its picture and waits until that was handled. */
async function ask(frame) {
  app.view.set({ frame });
  const shows = made.show();
  await until(() => waiting.has(frame));
  return async (body, status = 200) => {
    waiting.get(frame).done(answer(body, status));
    await shows;
  };
}

/** Ask for a frame whose picture is late. */
async function late(frame) {
  const come = await ask(frame);
  await until(() => app.view.now.late === frame);
  return come;
}

/** The first frame is there and the stand-ins have come. */
async function opened() {
  const come = await ask(0);
  await come("f0");
  await until(() => made.standIns.nearest(9) === 8);
}

/** A sharper picture of the shown frame is asked for during a stroke, which must go on. */
async function sharper() {
  app.viewport.scale = 0.25;
  await opened();
  app.layers.drawing = true;
  app.viewport.scale = 1;
  waiting.delete(0);
  return ask(0);
}

test("the exact picture and its masks come together", async () => {
  await opened();
  assert.deepEqual(shown, [["exact", 0, "f0"]]);
  assert.deepEqual([app.view.now.shown, app.view.now.picture], [0, "exact"]);
});

test("a late picture is preceded by the nearest small one, on which nothing counts as shown", async () => {
  await opened();
  const come = await late(9);
  await until(() => app.view.now.picture === "standin");
  assert.deepEqual(shown.at(-1), ["standin", "p8"]);
  assert.deepEqual([app.view.now.shown, app.view.now.picture, app.view.now.late], [-1, "standin", 9]);
  await come("f9");
  assert.deepEqual(shown.at(-1), ["exact", 9, "f9"]);
  assert.deepEqual([app.view.now.shown, app.view.now.picture, app.view.now.late], [9, "exact", -1]);
});

test("a stand-in that is farther than what is on the canvas is not shown", async () => {
  await opened();
  const come = await late(3);
  await come("f3");
  assert.deepEqual(shown, [
    ["exact", 0, "f0"],
    ["exact", 3, "f3"],
  ]);
});

test("a picture that cannot be had leaves the masks alone on the stage and asks what ails the source", async () => {
  await opened();
  const come = await ask(5);
  await come('{"error": "clip.mp4 is not there."}', 400);
  assert.deepEqual(shown.at(-1), ["bare", 5]);
  assert.deepEqual([app.view.now.shown, app.view.now.picture], [5, "none"]);
  assert.equal(app.session.now.problem, "Frame 5 could not be shown. clip.mp4 is not there.");
  assert.equal(app.refreshed, 1);
});

test("a picture that is late and then cannot be had is late no more", async () => {
  await opened();
  const come = await late(5);
  await come("gone", 400);
  assert.deepEqual([app.view.now.picture, app.view.now.late], ["none", -1]);
});

test("a frame that is left before it comes is not shown, and its picture is given up", async () => {
  await opened();
  const left = await ask(9);
  const come = await ask(4);
  await come("f4");
  await left("f9");
  assert.deepEqual(shown.at(-1), ["exact", 4, "f4"]);
  assert.ok(!shown.some(([what, frame]) => what === "exact" && frame === 9));
  assert.equal(app.session.now.problem, "");
});

test("the width asked for is that of the picture on the screen", async () => {
  app.viewport.scale = 0.5;
  const come = await ask(0);
  assert.match(waiting.get(0).url, /w=640/);
  await come("f0");
  app.viewport.scale = 4;
  made.resized();
  await until(() => !/w=/.test(waiting.get(0).url));
});

test("a sharper picture that cannot be had leaves what is shown, and the stroke on it, alone", async () => {
  const come = await sharper();
  await come("gone", 503);
  assert.deepEqual(shown, [["exact", 0, "f0"]]);
  assert.deepEqual([app.view.now.picture, app.session.now.problem, app.cancels], ["exact", "", 0]);
});

test("a sharper picture that comes during a stroke waits for the next time", async () => {
  const come = await sharper();
  await come("sharp");
  assert.deepEqual([shown.length, app.cancels], [1, 0]);
});

test("masks that come tell how large the rows are that were waiting for them", async () => {
  app.document.apply({ track: "t1", frame: 4, version: 3, after: { state: "present", source: "drawn", mask: "h9" } });
  const events = [];
  app.document.onchange = (track, frame) => events.push([track, frame]);
  const silent = globalThis.fetch;
  globalThis.fetch = async () => answer('{"blobs": {"h9": "123"}}');
  await made.loadMasks(0);
  globalThis.fetch = silent;
  assert.deepEqual(events, [["t1", 4]]);
  assert.ok(app.document.row("t1", 4).area > 0);
});

test("the masks of the frame before come too where the shown frame begins a request, and are drawn then", async () => {
  app.document.count = 20;
  app.document.apply({ track: "t1", frame: 15, version: 3, after: { state: "present", source: "drawn", mask: "h15" } });
  const drawn = [];
  app.recompose = () => drawn.push(app.document.masks.has("h15"));
  const silent = globalThis.fetch;
  globalThis.fetch = (url, options) =>
    url.includes("/masks") ? Promise.resolve(answer('{"blobs": {"h15": "123"}}')) : silent(url, options);
  const come = await ask(16);
  await come("f16");
  await until(() => drawn.length > 0);
  globalThis.fetch = silent;
  assert.deepEqual(drawn, [true]);
});
