import assert from "node:assert/strict";
import { test } from "node:test";
import { around, ByteCache, FrameCache, widthFor } from "../../../../assets/editor/pictures/framecache.js";

const settled = async () => {
  for (let i = 0; i < 40; i += 1) await new Promise((done) => setImmediate(done));
};

function cache(parts = {}) {
  const loaded = [];
  const closed = [];
  const made = new FrameCache({
    count: 100,
    address: (k) => `/${k}.jpg`,
    load: async (url) => {
      loaded.push(url);
      return { size: 1000, url };
    },
    decode: async (file) => ({ width: 1280, height: 720, file, close: () => closed.push(file.url) }),
    ...parts,
  });
  return { made, loaded, closed };
}

test("the cache stays within its bytes, the longest unused goes first, and the newest stays", () => {
  const gone = [];
  const bytes = new ByteCache(100, (value) => gone.push(value));
  bytes.put(1, "a", 40);
  bytes.put(2, "b", 40);
  bytes.get(1);
  bytes.put(3, "c", 40);
  assert.deepEqual(gone, ["b"]);
  assert.equal(bytes.bytes, 80);
  bytes.put(4, "d", 500);
  assert.deepEqual(gone, ["b", "a", "c"]);
  assert.equal(bytes.get(4), "d");
  bytes.put(4, "e", 10);
  assert.equal(bytes.bytes, 10);
  bytes.clear();
  assert.equal(bytes.bytes, 0);
});

test("what lies ahead comes before what lies behind, inside the video", () => {
  assert.deepEqual(around(5, 1, 100).slice(0, 4), [6, 4, 7, 3]);
  assert.deepEqual(around(5, -1, 100).slice(0, 3), [4, 6, 3]);
  assert.deepEqual(around(0, 1, 3), [1, 2]);
});

test("a frame is fetched once, however often it is asked for", async () => {
  const { made, loaded } = cache({ count: 1 });
  const [a, b] = await Promise.all([made.get(0), made.get(0)]);
  assert.equal(a, b);
  await made.get(0);
  assert.deepEqual(loaded, ["/0.jpg"]);
  assert.equal(made.peek(0), a);
});

test("the frames ahead in the direction of travel are fetched too", async () => {
  const { made, loaded } = cache();
  await made.get(50);
  await made.get(49);
  await settled();
  assert.ok(loaded.includes("/40.jpg"));
  assert.ok(made.pictures.look(45));
});

test("decoded pictures are bounded in bytes and closed when they go", async () => {
  const { made, closed } = cache();
  for (let k = 0; k < 100; k += 1) await made.get(k);
  await settled();
  assert.ok(made.pictures.bytes <= 192 * 1024 * 1024);
  assert.ok(closed.length > 0);
});

test("the error of a frame reaches the caller, and the frame can be requested again", async () => {
  let broken = true;
  const { made } = cache({
    count: 1,
    load: async () => {
      if (broken) throw new Error("The picture could not be read (500).");
      return { size: 1 };
    },
  });
  await assert.rejects(made.get(0), /could not be read/);
  broken = false;
  assert.equal((await made.get(0)).width, 1280);
});

test("after closing nothing is kept", async () => {
  const { made, closed } = cache({ count: 1 });
  const asked = made.get(0);
  made.close();
  await asked;
  assert.equal(made.peek(0), undefined);
  assert.equal(closed.length, 1);
});

test("the width asked for is the next of a few above what is shown, full resolution where that is no more", () => {
  assert.equal(widthFor(860, 1280), 960);
  assert.equal(widthFor(960, 1280), 960);
  assert.equal(widthFor(961, 1280), null);
  assert.equal(widthFor(5000, 1280), null);
  assert.equal(widthFor(100, 3840), 320);
  assert.equal(widthFor(300, 320), null);
});

test("zooming in fetches the frame again at full resolution, zooming out uses what is here", async () => {
  const asked = [];
  const { made } = cache({
    count: 1,
    address: (k, width) => `/${k}?${width}`,
    load: async (url) => {
      asked.push(url);
      return { size: 10 };
    },
  });
  made.width = 960;
  await made.get(0);
  made.width = 640;
  assert.ok(made.peek(0));
  made.width = null;
  assert.equal(made.peek(0), undefined);
  await made.get(0);
  made.width = 960;
  assert.ok(made.peek(0));
  assert.deepEqual(asked, ["/0?960", "/0?null"]);
});

test("a jump aborts requests for other frames without an error", async () => {
  const signals = new Map();
  const { made } = cache({
    load: (url, signal) =>
      new Promise((done, fail) => {
        signals.set(url, signal);
        signal.addEventListener("abort", () => fail(signal.reason));
        if (url === "/70.jpg") done({ size: 1 });
      }),
  });
  const left = made.get(10);
  await settled();
  const ahead = [...signals.keys()];
  assert.ok(ahead.includes("/11.jpg"));
  await Promise.all([assert.rejects(left, { name: "AbortError" }), made.get(70)]);
  for (const url of ahead) assert.ok(signals.get(url).aborted, url);
  assert.ok(!signals.get("/70.jpg").aborted);
});

test("frames ahead are marked so, the one that is waited for is not", async () => {
  const marked = new Map();
  const { made } = cache({
    load: async (url, _, ahead) => {
      marked.set(url, ahead);
      return { size: 1 };
    },
  });
  await made.get(5);
  await settled();
  assert.equal(marked.get("/5.jpg"), false);
  assert.equal(marked.get("/6.jpg"), true);
});

test("where a picture cannot be had its neighbours are not asked for", async () => {
  const asked = [];
  const { made } = cache({
    load: async (url) => {
      asked.push(url);
      throw new Error("The source is gone.");
    },
  });
  await assert.rejects(made.get(50), /gone/);
  await settled();
  assert.ok(asked.length <= 3, asked.join(" "));
});

test("frames whose numbers are not sure are let go of", async () => {
  const { made, closed } = cache();
  await made.get(50);
  await settled();
  made.forget(52);
  assert.ok(made.peek(51) && !made.peek(52) && !made.files.look(52));
  assert.ok(closed.length > 0);
});
