import assert from "node:assert/strict";
import { test } from "node:test";
import { VideoDocument } from "../../../../assets/editor/document/document.js";
import { laneOf, reviewQueue } from "../../../../assets/editor/document/lanes.js";
import { tallyOf } from "../../../../assets/editor/document/tallies.js";
import { countBefore, itself } from "../../../../assets/editor/document/sorted.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const KINDS = ["accepted", "corrected", "look", "rejected", "unreviewed"];

/** The same by counting every row. */
function counted(document, per, bins) {
  const values = new Float32Array(bins * 5);
  for (const track of document.list()) {
    for (const row of track.rows.values()) {
      const kind = KINDS.indexOf(row.look ? "look" : row.review);
      values[Math.floor(row.frame / per) * 5 + kind] += 1 / per;
    }
  }
  return values;
}

test("a short video has a bin for each frame", () => {
  const reviews = ["accepted", "rejected", "corrected", "unreviewed"];
  const rows = reviews.map((review, k) => sentRow(k, { review, look: k === 3 ? "small" : null }));
  const document = smallDocument([sentTrack(1, rows), sentTrack(2, [sentRow(3), sentRow(9, { state: 0 })])]);
  const { values, bins, per, most } = tallyOf(document);
  assert.deepEqual([bins, per, most], [10, 1, 2]);
  assert.deepEqual([...values], [...counted(document, 1, 10)]);
});

test("a long video has a bounded number of bins, which say what counting every row would", () => {
  const document = new VideoDocument({ height: 2, width: 3, count: 20_011 });
  const review = (k) => KINDS.filter((kind) => kind !== "look")[Math.floor(k / 700) % 4];
  const rows = (from, step) =>
    Array.from({ length: 4000 }, (_, i) => from + i * step)
      .filter((k) => k < 20_011)
      .map((k) => sentRow(k, { review: review(k), look: k % 1000 === 5 ? "odd" : null, state: k % 9 ? 1 : 0 }));
  document.merge({ last_edit: 1, tracks: [sentTrack(1, rows(0, 3)), sentTrack(2, rows(9000, 1))] }, 0, 20_011);
  const { values, bins, per } = tallyOf(document);
  assert.ok(bins <= 2048 && bins * per >= 20_011);
  const wanted = counted(document, per, bins);
  values.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-4, `${i}: ${value} ${wanted[i]}`));
});

test("a changed track changes the tally", () => {
  const document = smallDocument();
  assert.equal(tallyOf(document).values[4], 1);
  document.apply({ track: "t1", frame: 0, version: 2, after: { review: "accepted" } });
  const { values } = tallyOf(document);
  assert.deepEqual([values[0], values[4]], [1, 0]);
  document.apply({ track: "t1", frame: null, version: 3, after: { deleted: true } });
  assert.ok(tallyOf(document).values.every((value) => value === 0));
});

test("after any changes the tally is what counting every row gives", () => {
  const document = smallDocument(
    [1, 2, 3].map((n) =>
      sentTrack(
        n,
        [0, 1, 2, 3, 4].map((k) => sentRow(k)),
      ),
    ),
  );
  let seed = 7;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
  for (let i = 0; i < 60; i += 1) {
    const after = { review: ["accepted", "rejected", "corrected", "unreviewed"][random(4)] };
    document.apply({ track: `t${1 + random(3)}`, frame: random(5), version: i + 2, after });
    if (i % 20 === 9) document.apply({ track: "t2", frame: null, version: i + 2, after: { deleted: i % 40 === 9 } });
    assert.deepEqual([...tallyOf(document).values], [...counted(document, 1, 10)]);
  }
});

test("only a track that changed is asked anew what of it waits", () => {
  const document = smallDocument([sentTrack(1, [sentRow(0), sentRow(1)]), sentTrack(2, [sentRow(5)])]);
  const before = reviewQueue(document.list());
  assert.deepEqual(
    before.map((item) => [item.number, item.first, item.last]),
    [
      [1, 0, 1],
      [2, 5, 5],
    ],
  );
  document.apply({ track: "t1", frame: 1, version: 2, after: { review: "accepted" } });
  const after = reviewQueue(document.list());
  assert.deepEqual(
    after.map((item) => [item.number, item.first, item.last]),
    [
      [1, 0, 0],
      [2, 5, 5],
    ],
  );
  assert.equal(after[1], before[1]);
});

test("present frames are joined whatever their source", () => {
  const rows = [sentRow(0), sentRow(1, { source: "drawn" }), sentRow(2), sentRow(4), sentRow(5, { state: 0 })];
  const document = smallDocument([sentTrack(1, rows)]);
  assert.deepEqual(laneOf(document.list()[0]).joined, [
    [0, 2],
    [4, 4],
  ]);
});

test("what is in sight is found without looking at all that is before", () => {
  const runs = Array.from({ length: 1000 }, (_, i) => [i * 10, i * 10 + 4, "drawn"]);
  for (const first of [0, 4, 5, 14, 15, 5003, 5005, 99999]) {
    assert.equal(
      countBefore(runs, first, (run) => run[1]),
      runs.filter(([, b]) => b < first).length,
    );
    assert.equal(
      countBefore(runs, first, ([a]) => a),
      runs.filter(([a]) => a < first).length,
    );
    assert.equal(
      countBefore(
        runs.map(([a]) => a),
        first,
        itself,
      ),
      runs.filter(([a]) => a < first).length,
    );
  }
});

test("until a row or a verdict changes the tally is the same object", () => {
  const document = smallDocument();
  const before = tallyOf(document);
  document.apply({ track: "t1", frame: null, version: 2, after: { name: "dog" } });
  assert.equal(tallyOf(document), before);
  document.apply({ track: "t1", frame: 0, version: 3, after: { review: "accepted" } });
  assert.notEqual(tallyOf(document), before);
});
