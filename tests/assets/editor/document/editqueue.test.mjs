import assert from "node:assert/strict";
import { test } from "node:test";
import { rowName } from "../../../../assets/editor/document/editbatch.js";
import { newIdentifier } from "../../../../assets/kit/identifier.js";
import { reviewQueue } from "../../../../assets/editor/document/lanes.js";
import { isDeclared } from "../../../../assets/editor/document/verdicts.js";
import { memoryStorage } from "../memory.mjs";
import { setUp, settled, stroke } from "./queueserver.mjs";

test("an edit shows at once and is saved soon after", async () => {
  const { document, queue, server } = setUp();
  queue.add("brush", stroke(0, "114"));
  assert.equal(document.row("t1", 0).review, "corrected");
  assert.equal(document.row("t1", 0).version, 0);
  assert.equal(queue.pending, 1);
  await settled();
  assert.equal(queue.pending, 0);
  assert.equal(document.row("t1", 0).version, server.number);
  assert.equal(document.row("t1", 0).hash, "server-114");
  assert.equal(document.masks.text("server-114"), "114");
});

test("nothing to change is no edit", () => {
  const { queue } = setUp();
  assert.equal(queue.add("accept", []), null);
});

test("thirty strokes made offline on one frame do not collide with themselves", async () => {
  const { document, queue, server, events, online } = setUp();
  server.silent = true;
  for (let i = 0; i < 30; i += 1) queue.add("brush", stroke(0, i % 2 ? "114" : "022"));
  await settled();
  assert.equal(queue.pending, 30);
  assert.ok(events.some(([reason]) => reason === "offline"));
  await online();
  assert.equal(queue.pending, 0);
  assert.equal(queue.conflicts.size, 0);
  assert.equal(server.done.size, 30);
  assert.equal(document.row("t1", 0).version, server.number);
});

test("pauses between tries grow, and one try now ends the pause", async () => {
  const { queue, server, timers } = setUp();
  server.silent = true;
  queue.add("brush", stroke(0));
  await settled();
  for (let i = 0; i < 3; i += 1) {
    await queue.retry();
    await settled();
  }
  assert.deepEqual(
    timers.map((t) => t.ms),
    [1000, 2000, 4000, 8000],
  );
  server.silent = false;
  await queue.retry();
  await settled();
  assert.equal(queue.pending, 0);
});

test("a lost answer is asked for again, and the repeat does no harm", async () => {
  const { document, queue, server, timers } = setUp();
  server.loseAnswer = true;
  queue.add("brush", stroke(0));
  await settled();
  assert.equal(queue.pending, 1);
  timers.at(-1).work();
  await settled();
  assert.equal(queue.pending, 0);
  assert.equal(server.done.size, 1);
  assert.equal(document.row("t1", 0).version, 2);
});

test("an edit that builds on two others of the batch waits for the next batch", async () => {
  const { queue, server, online } = setUp();
  server.silent = true;
  queue.add("brush", stroke(0));
  queue.add("brush", stroke(1));
  queue.add("accept", [...stroke(0), ...stroke(1)]);
  await settled();
  await online();
  assert.deepEqual(
    server.batches.map((ids) => ids.length),
    [2, 1],
  );
  assert.equal(queue.pending, 0);
});

test("unsent edits survive a reload and are sent then", async () => {
  const storage = memoryStorage();
  const first = setUp(storage);
  first.server.silent = true;
  first.queue.add("brush", stroke(0, "114"));
  first.queue.add("brush", stroke(0, "022"));
  await settled();
  storage.session = "reloaded";
  const second = setUp(storage);
  assert.equal(await second.queue.resume(), 2);
  assert.equal(second.document.row("t1", 0).review, "corrected");
  await settled();
  assert.equal(second.queue.pending, 0);
  assert.equal(second.server.done.size, 2);
  assert.equal(storage.length, 0);
});

test("a new track made offline can be drawn on", async () => {
  const { document, queue, server, online } = setUp();
  server.silent = true;
  queue.add("track", [
    { track: "new", frame: null, after: { category: "c1" } },
    { track: "new", frame: 3, after: stroke(3)[0].after },
  ]);
  queue.add("brush", [{ track: "new", frame: 3, after: stroke(3, "114")[0].after }]);
  assert.equal(document.tracks.get("new").number, 2);
  await settled();
  await online();
  assert.equal(queue.pending, 0);
  assert.equal(document.row("new", 3).version, server.number);
});

test("a new track has the server's number in the queue at once, also while more of it is on its way", async () => {
  const { document, queue, server, timers } = setUp();
  server.silent = true;
  queue.add("track", [
    { track: "new", frame: null, after: { category: "c1" } },
    { track: "new", frame: 3, after: { ...stroke(3)[0].after, review: "unreviewed" } },
  ]);
  const numbers = () => reviewQueue(document.list().filter((track) => track.id === "new")).map((item) => item.number);
  assert.deepEqual(numbers(), [2]);
  queue.add("rename", [{ track: "new", frame: null, after: { name: "Rex" } }]);
  await settled();
  assert.deepEqual(numbers(), [2]);
  const [first] = queue.waiting;
  queue.applied(first, {
    number: 2,
    rows: [{ track: "new", frame: null, version: 2, after: { category: "c1", number: 9 } }],
  });
  assert.deepEqual([document.tracks.get("new").name, numbers()], ["Rex", [9]]);
  queue.close();
  timers.length = 0;
});

test("taking back an unsent edit restores the row, giving back does it again", async () => {
  const { document, queue, server, storage } = setUp();
  server.silent = true;
  queue.add("brush", stroke(0, "114"));
  await settled();
  queue.takeBack();
  assert.equal(document.row("t1", 0).hash, "h1");
  assert.equal(document.row("t1", 0).version, 1);
  assert.equal(queue.pending, 0);
  assert.equal(storage.length, 0);
  queue.giveBack();
  assert.equal(document.row("t1", 0).review, "corrected");
  assert.equal(queue.pending, 1);
  assert.equal(queue.giveBack(), null);
});

test("an edit that is out cannot be taken back", () => {
  const { queue } = setUp();
  queue.add("brush", stroke(0));
  assert.equal(queue.out.length, 1);
  assert.equal(queue.takeBack(), null);
});

test("a full browser storage is reported, and the edit is still sent", async () => {
  const { queue, storage, events } = setUp();
  storage.full = true;
  queue.add("brush", stroke(0));
  assert.ok(events.some(([reason]) => reason === "storage"));
  assert.equal(queue.stored, false);
  await settled();
  assert.equal(queue.pending, 0);
});

test("waiting for an idle queue ends with the last edit", async () => {
  const { queue } = setUp();
  queue.add("brush", stroke(0));
  let idle = false;
  queue.whenIdle().then(() => (idle = true));
  assert.equal(idle, false);
  await settled();
  assert.equal(idle, true);
});

test("a complete range is a row of its own, and a later edit of it builds on it", async () => {
  const { document, queue, server } = setUp();
  queue.add("complete", [
    { track: null, frame: null, range_id: "r", after: { start: 0, stop: 4, categories: ["c1"] } },
  ]);
  assert.equal(isDeclared(document, [3, 3], ["c1"]), true);
  assert.equal(isDeclared(document, [4, 4], ["c1"]), false);
  server.silent = true;
  queue.takeBack();
  assert.equal(isDeclared(document, [3, 3], ["c1"]), true);
  assert.equal(rowName({ track: null, frame: null, range_id: "r" }), "range r");
});

test("identifiers are UUIDs, with and without the browser's own", () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(newIdentifier(), shape);
  const own = crypto.randomUUID;
  try {
    Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
    assert.match(newIdentifier(), shape);
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: own, configurable: true });
  }
});
