import assert from "node:assert/strict";
import { test } from "node:test";
import { OfflineError, RefusedError } from "../../assets/editor/api.js";
import { rowName } from "../../assets/editor/editbatch.js";
import { EditQueue } from "../../assets/editor/history.js";
import { newIdentifier } from "../../assets/editor/identifier.js";
import { reviewQueue } from "../../assets/editor/lanes.js";
import { memoryStorage, smallDocument } from "./memory.mjs";

/** A server in a few lines: rows with versions, edits applied whole or not at all. */
class Server {
  constructor() {
    this.number = 1;
    this.rows = new Map([
      ["t1 0", 1],
      ["t1 1", 1],
      ["t1 2", 1],
      ["t1 track", 1],
    ]);
    this.done = new Map();
    this.silent = false;
    this.loseAnswer = false;
    this.batches = [];
    this.refuse = null;
  }

  async send(edits) {
    if (this.silent) throw new OfflineError();
    this.batches.push(edits.map((edit) => edit.id));
    const named = edits.find((edit) => edit.id === this.refuse?.body?.edit);
    if (this.refuse && (named || !this.refuse.body)) {
      throw new RefusedError(this.refuse.error, this.refuse.status, this.refuse.body, this.refuse.after);
    }
    const results = [];
    const wrote = new Map();
    for (const edit of edits) {
      if (this.done.has(edit.id)) {
        results.push({ ...this.done.get(edit.id), status: "repeated" });
        wrote.set(edit.id, this.done.get(edit.id).number);
        continue;
      }
      const expected = (c) => (c.before_version === -1 ? wrote.get(edit.base) : c.before_version);
      const differing = edit.changes.filter((c) => (this.rows.get(rowName(c)) ?? 0) !== expected(c));
      if (differing.length) {
        const rows = differing.map((c) => ({
          track: c.track,
          frame: c.frame,
          version: this.rows.get(rowName(c)),
          after: { state: "absent" },
        }));
        results.push({ id: edit.id, status: "conflict", rows });
        continue;
      }
      this.number += 1;
      const rows = edit.changes.map((c) => {
        this.rows.set(rowName(c), this.number);
        const after =
          c.after && c.after.rle ? { ...c.after, rle: undefined, mask: `server-${c.after.rle.counts}` } : c.after;
        return { track: c.track, frame: c.frame, version: this.number, after };
      });
      const result = { id: edit.id, status: "applied", number: this.number, rows };
      wrote.set(edit.id, this.number);
      this.done.set(edit.id, result);
      results.push(result);
    }
    if (this.loseAnswer) {
      this.loseAnswer = false;
      throw new OfflineError();
    }
    return { results };
  }
}

const settled = async () => {
  for (let i = 0; i < 20; i += 1) await new Promise((done) => setImmediate(done));
};

function setUp(storage = memoryStorage(), server = new Server()) {
  const document = smallDocument();
  const timers = [];
  let next = 0;
  const queue = new EditQueue({
    document,
    storage,
    name: "v1",
    send: (edits) => server.send(edits),
    newId: () => `${storage.session ?? "e"}${(next += 1)}`,
    later: (work, ms) => timers.push({ work, ms }),
  });
  const told = [];
  queue.tell = (reason, detail) => told.push([reason, detail]);
  return { document, queue, server, storage, timers, told };
}

const stroke = (frame, counts = "022") => [
  {
    track: "t1",
    frame,
    after: { state: "present", rle: { size: [2, 3], counts }, source: "drawn", review: "corrected" },
  },
];

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
  const { document, queue, server, timers, told } = setUp();
  server.silent = true;
  for (let i = 0; i < 30; i += 1) queue.add("brush", stroke(0, i % 2 ? "114" : "022"));
  await settled();
  assert.equal(queue.pending, 30);
  assert.ok(told.some(([reason]) => reason === "offline"));
  server.silent = false;
  timers.at(-1).work();
  await settled();
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
  const { queue, server, timers } = setUp();
  server.silent = true;
  queue.add("brush", stroke(0));
  queue.add("brush", stroke(1));
  queue.add("accept", [...stroke(0), ...stroke(1)]);
  await settled();
  server.silent = false;
  timers.at(-1).work();
  await settled();
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
  assert.equal(second.queue.resume(), 2);
  assert.equal(second.document.row("t1", 0).review, "corrected");
  await settled();
  assert.equal(second.queue.pending, 0);
  assert.equal(second.server.done.size, 2);
  assert.equal(storage.length, 0);
});

test("a new track made offline can be drawn on", async () => {
  const { document, queue, server, timers } = setUp();
  server.silent = true;
  queue.add("track", [
    { track: "new", frame: null, after: { category: "c1" } },
    { track: "new", frame: 3, after: stroke(3)[0].after },
  ]);
  queue.add("brush", [{ track: "new", frame: 3, after: stroke(3, "114")[0].after }]);
  assert.equal(document.tracks.get("new").number, 2);
  await settled();
  server.silent = false;
  timers.at(-1).work();
  await settled();
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
  queue.applied(first, { number: 2, rows: [{ track: "new", frame: null, version: 2, after: { category: "c1", number: 9 } }] });
  assert.deepEqual([document.tracks.get("new").name, numbers()], ["Rex", [9]]);
  queue.close();
  timers.length = 0;
});

test("an edit in conflict waits with all that build on it, and the others go on", async () => {
  const { document, queue, server, told } = setUp();
  server.rows.set("t1 0", 7);
  const [edit] = ["114", "022"].map((counts) => queue.add("brush", stroke(0, counts)));
  queue.add("brush", stroke(1, "114"));
  await settled();
  assert.equal(told.filter(([reason]) => reason === "conflict").length, 1);
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
  assert.equal(told.at(-1)[0], "saved");
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
  assert.deepEqual([...queue.conflicts.keys()], edits.map((edit) => edit.id));
  queue.resolve(edits[1].id, true);
  await settled();
  assert.equal(document.row("t1", 1).hash, "server-114");
  queue.resolve(edits[0].id, false);
  await settled();
  assert.deepEqual([queue.pending, document.row("t1", 0).version], [0, 7]);
});

test("whoever is told of a conflict and fails does not stop the queue", async () => {
  const { queue, server } = setUp();
  const { error } = console;
  console.error = () => {};
  queue.tell = () => {
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
  const { document, queue, server, told, timers } = setUp();
  server.silent = true;
  for (let frame = 0; frame < 3; frame += 1) queue.add("brush", stroke(frame, "114"));
  queue.add("brush", stroke(1, "022"));
  await settled();
  server.silent = false;
  const bad = queue.waiting[1];
  server.refuse = { status: 422, error: "The mask cannot be read.", body: { edit: bad.id } };
  timers.at(-1).work();
  await settled();
  const refused = told.filter(([reason]) => reason === "refused").map(([, detail]) => detail);
  assert.deepEqual(
    refused.map(({ sentence, edits }) => [sentence, edits.length]),
    [["The mask cannot be read.", 2]],
  );
  assert.equal(queue.pending, 0);
  assert.deepEqual([document.row("t1", 0).hash, document.row("t1", 1).hash, document.row("t1", 2).hash], ["server-114", "h1", "server-114"]);
});

test("no other refusal touches the queue or what is kept of it", async () => {
  for (const status of [400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 507]) {
    const { queue, server, storage, timers, told } = setUp();
    server.refuse = { status, error: `Refused with ${status}.` };
    for (let i = 0; i < 30; i += 1) queue.add("brush", stroke(0, i % 2 ? "114" : "022"));
    await settled();
    assert.deepEqual([queue.pending, storage.length], [30, 30], String(status));
    assert.deepEqual(told.at(-1), ["offline", { seconds: 1, why: `Refused with ${status}.` }]);
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

test("an answer that says nothing about the edits keeps them", async () => {
  const { queue, timers } = setUp();
  for (const answer of [undefined, {}, { results: [] }, { results: "x" }, { results: [null] }]) {
    queue.send = async () => answer;
    queue.add("brush", stroke(0));
    await queue.retry();
    await settled();
    assert.ok(queue.pending > 0 && timers.length > 0);
  }
});

test("a refused edit of a batch is taken off the picture, told, and handed over", async () => {
  const { document, queue, told } = setUp();
  queue.send = async (edits) => ({ results: edits.map(({ id }) => ({ id, status: "refused", error: "Track t1 was deleted." })) });
  const edit = queue.add("brush", stroke(0, "114"));
  await settled();
  const [[, detail]] = told.filter(([reason]) => reason === "refused");
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

test("a full browser storage is told, and the edit is sent all the same", async () => {
  const { queue, storage, told } = setUp();
  storage.full = true;
  queue.add("brush", stroke(0));
  assert.ok(told.some(([reason]) => reason === "storage"));
  assert.equal(queue.stored, false);
  await settled();
  assert.equal(queue.pending, 0);
});

test("whoever waits for silence hears when the last edit is in", async () => {
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
  assert.equal(document.isComplete(3), true);
  assert.equal(document.isComplete(4), false);
  server.silent = true;
  queue.takeBack();
  assert.equal(document.isComplete(3), true);
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
