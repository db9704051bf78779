import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusedError } from "../../../../assets/kit/request.js";
import { memoryStorage } from "../memory.mjs";
import { Server, setUp, settled, stroke } from "./queueserver.mjs";

test("an edit in conflict waits with all that build on it, and the others go on", async () => {
  const { document, queue, server, events } = setUp();
  server.rows.set("t1 0", 7);
  const [edit] = ["114", "022"].map((counts) => queue.add("brush", stroke(0, counts)));
  queue.add("brush", stroke(1, "114"));
  await settled();
  assert.equal(events.filter(([reason]) => reason === "conflict").length, 1);
  assert.equal(queue.pending, 2);
  assert.equal(document.row("t1", 1).hash, "server-114");
  queue.add("brush", stroke(2, "114"));
  await settled();
  assert.deepEqual([queue.pending, document.row("t1", 2).hash], [2, "server-114"]);
  queue.resolve(edit.id, false);
  await settled();
  assert.equal(queue.pending, 0);
  assert.equal(document.row("t1", 0).state, "absent");
  assert.equal(document.row("t1", 0).version, 7);
  assert.equal(events.at(-1)[0], "saved");
});

test("an edit that the server would refuse for its length changes nothing here, and a sentence says why", () => {
  const { document, queue, events } = setUp();
  const changes = Array.from({ length: 200_001 }, (_, frame) => ({
    track: "t1",
    frame,
    after: { state: "absent" },
  }));
  assert.equal(queue.add("absent", changes), null);
  assert.deepEqual([queue.pending, document.row("t1", 0).review], [0, "unreviewed"]);
  assert.equal(events.at(-1)[0], "refused");
});

test("applying mine on top of theirs sends it again on their version", async () => {
  const { document, queue, server } = setUp();
  server.rows.set("t1 0", 7);
  const edit = queue.add("brush", stroke(0, "022"));
  queue.add("brush", stroke(0, "114"));
  await settled();
  queue.resolve(edit.id, true);
  await settled();
  assert.equal(queue.pending, 0);
  assert.equal(server.rows.get("t1 0"), server.number);
  assert.equal(document.row("t1", 0).hash, "server-114");
});

test("two conflicts at once are two choices", async () => {
  const { document, queue, server } = setUp();
  server.rows.set("t1 0", 7);
  server.rows.set("t1 1", 8);
  const edits = [0, 1].map((frame) => queue.add("brush", stroke(frame, "114")));
  await settled();
  assert.deepEqual(
    [...queue.conflicts.keys()],
    edits.map((edit) => edit.id),
  );
  queue.resolve(edits[1].id, true);
  await settled();
  assert.equal(document.row("t1", 1).hash, "server-114");
  queue.resolve(edits[0].id, false);
  await settled();
  assert.deepEqual([queue.pending, document.row("t1", 0).version], [0, 7]);
});

test("a listener that fails at a conflict does not stop the queue", async () => {
  const { queue, server } = setUp();
  const { error } = console;
  console.error = () => {};
  queue.onevent = () => {
    throw new TypeError("app.fetchMasks is not a function");
  };
  server.rows.set("t1 0", 7);
  queue.add("brush", stroke(0));
  queue.add("brush", stroke(1));
  await settled();
  console.error = error;
  assert.deepEqual([server.done.size, queue.pending, queue.conflicts.size], [1, 1, 1]);
});

test("one who waits for the queue does not wait for a choice, and a conflict can be taken back", async () => {
  const { document, queue, server } = setUp();
  server.rows.set("t1 0", 7);
  queue.add("brush", stroke(0, "114"));
  await settled();
  await queue.whenIdle();
  queue.takeBack();
  assert.deepEqual([queue.pending, queue.conflicts.size, document.row("t1", 0).hash], [0, 0, "h1"]);
});

test("a refusal that names its edit takes out that edit and what builds on it, and the others are saved", async () => {
  const { document, queue, server, events, timers } = setUp();
  server.silent = true;
  for (let frame = 0; frame < 3; frame += 1) queue.add("brush", stroke(frame, "114"));
  queue.add("brush", stroke(1, "022"));
  await settled();
  server.silent = false;
  const bad = queue.waiting[1];
  server.refuse = { status: 422, error: "The mask cannot be read.", body: { edit: bad.id } };
  timers.at(-1).work();
  await settled();
  const refused = events.filter(([reason]) => reason === "refused").map(([, detail]) => detail);
  assert.deepEqual(
    refused.map(({ sentence, edits }) => [sentence, edits.length]),
    [["The mask cannot be read.", 2]],
  );
  assert.equal(queue.pending, 0);
  assert.deepEqual(
    [document.row("t1", 0).hash, document.row("t1", 1).hash, document.row("t1", 2).hash],
    ["server-114", "h1", "server-114"],
  );
});

test("no other refusal touches the queue or what is kept of it", async () => {
  for (const status of [400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 507]) {
    const { queue, server, storage, timers, events } = setUp();
    server.refuse = { status, error: `Refused with ${status}.` };
    for (let i = 0; i < 30; i += 1) queue.add("brush", stroke(0, i % 2 ? "114" : "022"));
    await settled();
    assert.deepEqual([queue.pending, storage.length], [30, 30], String(status));
    assert.deepEqual(events.at(-1), ["offline", { seconds: 1, why: `Refused with ${status}.` }]);
    server.refuse = null;
    timers.at(-1).work();
    await settled();
    assert.deepEqual([queue.pending, storage.length, server.done.size], [0, 0, 30], String(status));
  }
});

test("a request that is too much is tried again with fewer edits", async () => {
  const { queue, server, timers } = setUp();
  server.silent = true;
  for (let i = 0; i < 10; i += 1) queue.add("brush", stroke(0, i % 2 ? "114" : "022"));
  await settled();
  server.silent = false;
  const send = queue.send;
  queue.send = async (edits) => {
    if (edits.length > 3) throw new RefusedError("Too large.", 413);
    return send(edits);
  };
  while (queue.pending) {
    timers.at(-1).work();
    await settled();
  }
  assert.equal(server.done.size, 10);
});

test("a pause is as long as the server asks for", async () => {
  const { queue, server, timers } = setUp();
  server.refuse = { status: 429, error: "Slower.", after: 120 };
  queue.add("brush", stroke(0));
  await settled();
  assert.equal(timers.at(-1).ms, 120_000);
});

test("an answer without results keeps the edits", async () => {
  const { queue, timers } = setUp();
  for (const answer of [undefined, {}, { results: [] }, { results: "x" }, { results: [null] }]) {
    queue.send = async () => answer;
    queue.add("brush", stroke(0));
    await queue.retry();
    await settled();
    assert.ok(queue.pending > 0 && timers.length > 0);
  }
});

test("a refused edit of a batch is taken off the picture, reported, and handed over", async () => {
  const { document, queue, events } = setUp();
  queue.send = async (edits) => ({
    results: edits.map(({ id }) => ({ id, status: "refused", error: "Track t1 was deleted." })),
  });
  const edit = queue.add("brush", stroke(0, "114"));
  await settled();
  const [[, detail]] = events.filter(([reason]) => reason === "refused");
  assert.deepEqual(detail, { sentence: "Track t1 was deleted.", edits: [edit] });
  assert.equal(document.row("t1", 0).review, "unreviewed");
  assert.equal(document.row("t1", 0).hash, "h1");
  assert.equal(queue.pending, 0);
});

test("edits of a file are queued once, and build on what is here where their base is gone", async () => {
  const first = setUp();
  first.server.silent = true;
  first.queue.add("brush", stroke(0, "114"));
  first.queue.add("brush", stroke(0, "022"));
  first.queue.add("brush", stroke(1, "114"));
  const edits = JSON.parse(JSON.stringify(first.queue.waiting));
  assert.equal(first.queue.adopt(edits), 0);
  first.queue.close();
  const second = setUp(memoryStorage(), new Server());
  assert.equal(second.queue.adopt(edits.slice(1)), 2);
  await settled();
  assert.deepEqual([second.queue.pending, second.server.done.size], [0, 2]);
  assert.equal(second.document.row("t1", 0).hash, "server-022");
});
