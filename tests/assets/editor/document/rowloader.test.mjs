import assert from "node:assert/strict";
import { test } from "node:test";
import { RowLoader, CHUNK } from "../../../../assets/editor/document/rowloader.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

function loader(parts = {}) {
  const asked = [];
  const taken = [];
  const made = new RowLoader({
    count: () => 5 * CHUNK,
    frame: () => 2 * CHUNK + 7,
    load: async (start, stop) => {
      asked.push(start / CHUNK);
      return { start, stop };
    },
    take: (answer) => taken.push(answer.start / CHUNK),
    wait: async () => {},
    ...parts,
  });
  return { made, asked, taken };
}

test("the chunk of the shown frame comes first, then its neighbours, each once", async () => {
  const { made, asked, taken } = loader();
  await made.ensure(2 * CHUNK + 7);
  assert.deepEqual(taken, [2]);
  assert.ok(!made.whole && made.covers(2 * CHUNK, 3 * CHUNK - 1) && !made.covers(2 * CHUNK, 3 * CHUNK));
  await made.fill();
  assert.deepEqual(asked, [2, 1, 3, 0, 4]);
  assert.ok(made.whole && made.covers(0, 5 * CHUNK - 1));
  assert.equal(made.share, 1);
});

test("a chunk that came by another way is not asked for; one past the end of the video is none", async () => {
  const { made, asked } = loader();
  made.took(3 * CHUNK);
  made.took(5 * CHUNK);
  assert.deepEqual([...made.done], [3]);
  await made.ensure(3 * CHUNK + 5);
  await made.fill();
  assert.deepEqual(asked, [2, 1, 0, 4]);
});

test("the chunks of a range are loaded before something needs all of it", async () => {
  const { made, asked } = loader();
  await made.cover(CHUNK + 5, 3 * CHUNK);
  assert.ok(made.covers(CHUNK, 4 * CHUNK - 1));
  assert.deepEqual(asked, [1, 2, 3]);
});

test("a chunk that is on its way is not asked for again", async () => {
  const { made, asked } = loader();
  await Promise.all([made.ensure(10), made.ensure(20), made.ensure(CHUNK - 1)]);
  assert.deepEqual(asked, [0]);
});

test("rows are requested again after no answer, and callers are notified", async () => {
  let silent = 3;
  const { made, taken } = loader({
    load: async (start) => {
      if (silent-- > 0) throw new Error("silent");
      return { start };
    },
  });
  await assert.rejects(made.ensure(0), /silent/);
  await made.fill();
  assert.deepEqual([...taken].sort(), [0, 1, 2, 3, 4]);
});

test("beginning again asks for everything anew and does not count earlier answers", async () => {
  const answers = [];
  const { made, taken } = loader({
    count: () => CHUNK,
    frame: () => 0,
    load: (start) => new Promise((done) => answers.push(() => done({ start }))),
  });
  const before = made.ensure(0);
  const again = made.again();
  answers[1]();
  await again;
  answers[0]();
  await before;
  assert.deepEqual(taken, [0]);
  assert.ok(made.whole);
});

test("a video that grows is not whole any more", async () => {
  let count = CHUNK;
  const { made, taken } = loader({ count: () => count, frame: () => 0 });
  await made.fill();
  assert.ok(made.whole);
  count += 1;
  assert.ok(!made.whole && !made.covers(0, CHUNK));
  await made.fill();
  assert.deepEqual(taken, [0, 1]);
});

test("after closing nothing is taken", async () => {
  const { made, taken } = loader();
  const asked = made.ensure(0);
  made.close();
  await asked;
  assert.deepEqual(taken, []);
});

test("chunks add up to what the whole answer would give", () => {
  const rows = [0, 1, 2, 5, 8, 9].map((k) => sentRow(k));
  const document = smallDocument([]);
  const part = (start, stop) => ({
    last_edit: 1,
    tracks: [
      sentTrack(
        1,
        rows.filter(([k]) => k >= start && k < stop),
      ),
      sentTrack(2, []),
    ],
  });
  document.merge(part(5, 10), 5, 10);
  document.merge(part(0, 5), 0, 5);
  const whole = smallDocument([sentTrack(1, rows), sentTrack(2, [])]);
  const content = (d) => d.list().map((t) => [t.number, [...t.rows.values()].sort((a, b) => a.frame - b.frame)]);
  assert.deepEqual(content(document), content(whole));
});

test("a chunk replaces what is there, except what is newer or on its way", () => {
  const document = smallDocument([
    sentTrack(
      1,
      [0, 1, 2, 3, 4].map((k) => sentRow(k)),
    ),
  ]);
  document.apply({ track: "t1", frame: 1, version: 9, after: { review: "accepted" } });
  document.apply({ track: "t1", frame: 2, version: 0, after: { review: "rejected" } });
  document.apply({ track: "t1", frame: 3, version: 9, after: null });
  const answer = {
    last_edit: 5,
    tracks: [sentTrack(1, [sentRow(1), sentRow(2), sentRow(3), sentRow(4, { score: 0.1 })])],
  };
  document.merge(answer, 0, 5);
  const row = (k) => document.row("t1", k);
  assert.equal(row(0), undefined);
  assert.equal(row(1).review, "accepted");
  assert.equal(row(2).review, "rejected");
  assert.equal(row(3), undefined);
  assert.equal(row(4).score, 0.1);
});

test("rows outside of a chunk stay, whether the track has few or many of them", () => {
  for (const many of [3, 400]) {
    const document = smallDocument([]);
    document.count = 1000;
    const all = Array.from({ length: many }, (_, k) => sentRow(k));
    document.merge({ last_edit: 1, tracks: [sentTrack(1, all)] }, 0, 1000);
    document.merge({ last_edit: 2, tracks: [sentTrack(1, [])] }, 1, 2);
    assert.deepEqual([...document.list()[0].rows.keys()].slice(0, 2), [0, 2]);
    assert.equal(document.list()[0].rows.size, many - 1);
  }
});

test("a track that is not in an answer any more goes, one that is on its way stays", () => {
  const document = smallDocument([sentTrack(1, []), sentTrack(2, [])]);
  document.apply({ track: "new", frame: null, version: 0, after: { category: "c1", name: "" } });
  document.merge({ last_edit: 3, tracks: [sentTrack(2, [])] }, 0, 10);
  assert.deepEqual([...document.tracks.keys()].sort(), ["new", "t2"]);
});
