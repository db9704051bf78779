import assert from "node:assert/strict";
import { test } from "node:test";
import { followClosedTabs } from "../../../../assets/editor/document/keptedits.js";
import { memoryStorage, tabOf } from "../memory.mjs";
import { Server, setUp, settled, stroke } from "./queueserver.mjs";

/** Two tabs that drew offline, one after the other, each `count` strokes on a frame of its own. */
async function twoTabs(open, count = 5) {
  const storage = memoryStorage();
  const tabs = [];
  for (const [frame, id] of ["left", "right"].entries()) {
    storage.session = id;
    const made = setUp(storage, new Server(), tabOf(id, open));
    made.server.silent = true;
    for (let i = 0; i < count; i += 1) made.queue.add("brush", stroke(frame, i % 2 ? "114" : "022"));
    tabs.push(made);
  }
  await settled();
  return { storage, tabs };
}

const names = (storage) => Array.from({ length: storage.length }, (_, i) => storage.key(i));

test("edits of two tabs on one video do not lie in each other's place", async () => {
  const { storage } = await twoTabs(new Set(["left", "right"]));
  assert.equal(storage.length, 10);
});

test("the next tab adopts what closed tabs left, each once and in order", async () => {
  const open = new Set(["next"]);
  const { storage, tabs } = await twoTabs(open);
  for (const { queue } of tabs) queue.close();
  storage.session = "next";
  const next = setUp(storage, new Server(), tabOf("next", open));
  assert.equal(await next.queue.resume(), 10);
  await settled();
  assert.deepEqual([next.queue.pending, next.server.done.size, storage.length], [0, 10, 0]);
  const made = tabs.flatMap(({ queue }) => queue.waiting.map(({ id }) => id));
  assert.deepEqual([...next.server.done.keys()], made);
});

test("what an open tab still holds stays its own", async () => {
  const open = new Set(["left", "next"]);
  const { storage, tabs } = await twoTabs(open);
  storage.session = "next";
  const next = setUp(storage, new Server(), tabOf("next", open));
  assert.equal(await next.queue.resume(), 5);
  await settled();
  assert.equal(storage.length, 5);
  tabs[0].server.silent = false;
  await tabs[0].queue.retry();
  await settled();
  assert.deepEqual([tabs[0].queue.pending, storage.length], [0, 0]);
});

test("of two tabs that open at the same moment one adopts", async () => {
  const open = new Set(["a", "b"]);
  const { storage } = await twoTabs(open);
  const next = ["a", "b"].map((id) => {
    const made = setUp(storage, new Server(), tabOf(id, open));
    made.server.silent = true;
    return made;
  });
  const found = await Promise.all(next.map(({ queue }) => queue.resume()));
  assert.deepEqual(found.sort(), [0, 10]);
});

test("edits that an earlier version of the page kept without a tab are adopted", async () => {
  const storage = memoryStorage();
  const changes = stroke(0, "114").map((change) => ({ ...change, before: { version: 1 } }));
  storage.setItem("v-edit:v1:000000001", JSON.stringify({ id: "old", kind: "brush", changes, seq: 1 }));
  const { queue, server } = setUp(storage);
  assert.equal(await queue.resume(), 1);
  await settled();
  assert.deepEqual([[...server.done.keys()], storage.length], [["old"], 0]);
});

test("with a full storage an adopted edit stays where it lay until it is sent", async () => {
  const open = new Set(["next"]);
  const { storage } = await twoTabs(open, 1);
  const before = names(storage);
  storage.full = true;
  storage.session = "next";
  const next = setUp(storage, new Server(), tabOf("next", open));
  next.server.silent = true;
  assert.equal(await next.queue.resume(), 2);
  await settled();
  assert.deepEqual(names(storage), before);
  next.server.silent = false;
  await next.queue.retry();
  await settled();
  assert.deepEqual([next.queue.pending, storage.length], [0, 0]);
});

test("what is no edit stays where it lies and stops nobody", async () => {
  const storage = memoryStorage();
  for (const [i, text] of ["{", "null", "7", '{"id": 3}'].entries())
    storage.setItem(`v-edit:v1:gone:00000000${i}`, text);
  const { queue } = setUp(storage);
  assert.equal(await queue.resume(), 0);
  assert.equal(storage.length, 4);
});

test("edits of another video are left alone, also where its name begins alike", async () => {
  const storage = memoryStorage();
  const other = setUp(storage);
  other.queue.kept.prefix = "v-edit:v11:";
  other.server.silent = true;
  other.queue.add("brush", stroke(0));
  await settled();
  assert.equal(await setUp(storage).queue.resume(), 0);
});

test("a queue that was closed meanwhile adopts nothing", async () => {
  const open = new Set(["next"]);
  const { storage } = await twoTabs(open);
  const next = setUp(storage, new Server(), tabOf("next", open));
  const resumed = next.queue.resume();
  next.queue.close();
  assert.deepEqual([await resumed, storage.length], [0, 10]);
});

test("an edit that lies in two places is adopted once", async () => {
  const open = new Set(["next"]);
  const { storage } = await twoTabs(open, 1);
  const [name] = names(storage);
  storage.setItem(name.replace("left", "third"), storage.getItem(name));
  const next = setUp(storage, new Server(), tabOf("next", open));
  next.server.silent = true;
  assert.equal(await next.queue.resume(), 2);
});

test("a tab that stays open adopts what another one leaves later", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const open = new Set(["left", "right", "next"]);
  const { storage } = await twoTabs(open, 2);
  storage.session = "next";
  const { queue, server } = setUp(storage, new Server(), tabOf("next", open));
  const stop = followClosedTabs(queue);
  await settled();
  assert.deepEqual([server.done.size, storage.length], [0, 4]);
  open.delete("right");
  t.mock.timers.tick(15_000);
  await settled();
  assert.deepEqual([server.done.size, storage.length], [2, 2]);
  stop();
  open.delete("left");
  t.mock.timers.tick(60_000);
  await settled();
  assert.deepEqual([server.done.size, storage.length], [2, 2]);
});

test("a search that fails is reported and does not end the next ones", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const reported = t.mock.method(console, "error", () => {});
  let searches = 0;
  const resume = async () => {
    searches += 1;
    if (searches === 1) throw new Error("The storage is closed.");
    return 0;
  };
  const stop = followClosedTabs({ resume });
  await settled();
  t.mock.timers.tick(15_000);
  stop();
  assert.deepEqual([searches, reported.mock.callCount()], [2, 1]);
});
