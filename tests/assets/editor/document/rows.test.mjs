import assert from "node:assert/strict";
import { test } from "node:test";
import { moreValues, rowOf, sameRow, sentRow, valuesOf } from "../../../../assets/editor/document/rows.js";
import { anyDocument, boxCounts, emptyDocument } from "../verbs/scenes.mjs";

test("what a row says goes into an edit and comes back the same", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const document = anyDocument(seed);
    for (const track of document.tracks.values()) {
      for (const row of track.rows.values()) {
        const after = JSON.parse(JSON.stringify(valuesOf(document.masks, document, row)));
        const back = rowOf(document.masks, { frame: row.frame, version: row.version, after, before: null });
        assert.ok(sameRow(row, { ...back, area: row.area }), JSON.stringify([row, after]));
      }
    }
  }
});

test("a proposed row has the run of its track, unless it says another or none", () => {
  const row = (source, more) =>
    sentRow([0, 1, source, "unreviewed", false, null, null, 1, "h1", 2, more], "run-1").more;
  assert.deepEqual(row("proposed"), { run: "run-1" });
  assert.equal(row("proposed"), row("proposed"), "rows of one run share the object");
  assert.deepEqual(row("proposed", { run: "run-2" }), { run: "run-2" });
  assert.equal(row("proposed", { run: null }), null);
  assert.equal(row("drawn"), null);
});

test("a verdict keeps what a row has beside its mask, and a mark says who set it", () => {
  const { masks } = emptyDocument();
  const before = sentRow(
    [0, 1, "proposed", "unreviewed", false, 0.5, "odd", 1, "h1", 2, { occluded: true, lookAuthor: "run:a" }],
    "r",
  );
  const mark = (after) => rowOf(masks, { frame: 0, version: 2, after, before });
  assert.deepEqual(mark({ review: "accepted" }).more, { run: "r", occluded: true });
  assert.deepEqual(mark({ key: true }).more, { run: "r", occluded: true, lookAuthor: "run:a" });
  assert.deepEqual(mark({ look: { reason: "why", author: "person" } }).more, { run: "r", occluded: true });
  assert.deepEqual(mark({ occluded: false }).more, { run: "r", lookAuthor: "run:a" });
  assert.equal(moreValues({}), null);
});

test("both edits that a mask was spread from go wherever the row goes", () => {
  const document = emptyDocument();
  const parents = { parent: "b", other_parent: "a" };
  const row = sentRow([0, 1, "propagated", "unreviewed", false, 0.5, null, 1, "h1", 2, parents], null);
  const moved = valuesOf(document.masks, document, row);
  const copy = rowOf(document.masks, { frame: 3, version: 2, after: moved, before: null });
  assert.deepEqual([moved.other_parent, copy.more], ["a", parents]);
});

test("a mask that only this page has is sent along, one of the server by its hash", () => {
  const document = emptyDocument();
  const rle = { size: [6, 8], counts: boxCounts(0, 0, 2, 2) };
  const own = rowOf(document.masks, { frame: 0, version: 0, after: { rle }, before: null });
  assert.deepEqual(valuesOf(document.masks, document, own).rle, rle);
  assert.equal(valuesOf(document.masks, document, { ...own, hash: "h1" }).mask, "h1");
});
