import assert from "node:assert/strict";
import { test } from "node:test";
import { isHuman, isKey } from "../../../../assets/editor/document/document.js";
import { stringify } from "../../../../assets/editor/masks/rle.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

test("loading takes rows as they are sent", () => {
  const document = smallDocument([
    sentTrack(3, [sentRow(4, { state: 0, hash: null, area: 0, look: "gap" })], { name: "dog" }),
  ]);
  const row = document.row("t3", 4);
  assert.equal(row.state, "absent");
  assert.equal(row.look, "gap");
  assert.equal(document.byNumber(3).name, "dog");
  assert.equal(document.nextNumber(), 4);
});

test("tracks are listed by number, without deleted ones", () => {
  const document = smallDocument([sentTrack(3, []), sentTrack(1, []), sentTrack(2, [], { deleted: true })]);
  assert.deepEqual(
    document.list().map((t) => t.number),
    [1, 3],
  );
});

test("a row written and put back is what it was", () => {
  const document = smallDocument();
  const before = { ...document.row("t1", 1) };
  const kept = document.apply({
    track: "t1",
    frame: 1,
    version: 5,
    after: { state: "absent", source: "drawn", review: "corrected" },
  });
  assert.equal(document.row("t1", 1).state, "absent");
  assert.equal(document.row("t1", 1).hash, null);
  document.restore(kept);
  assert.deepEqual(document.row("t1", 1), before);
});

test("a row that goes away leaves the frame unknown and comes back", () => {
  const document = smallDocument();
  const kept = document.apply({ track: "t1", frame: 1, version: 5, after: null });
  assert.equal(document.row("t1", 1), undefined);
  document.restore(kept);
  assert.equal(document.row("t1", 1).hash, "h1");
});

test("a track's own row keeps what is not sent", () => {
  const document = smallDocument();
  const kept = document.apply({ track: "t1", frame: null, version: 6, after: { category: "c2" } });
  const track = document.tracks.get("t1");
  assert.equal(track.category, "c2");
  assert.equal(track.number, 1);
  assert.equal(track.version, 6);
  assert.equal(track.rows.size, 3);
  document.restore(kept);
  assert.equal(document.tracks.get("t1").category, "c1");
});

test("a mask sent with an edit is here under a local name, with its area", () => {
  const document = smallDocument();
  document.apply({
    track: "t1",
    frame: 5,
    version: 0,
    after: { state: "present", rle: { size: [2, 3], counts: stringify([1, 3, 2]) } },
  });
  assert.equal(document.row("t1", 5).area, 3);
  assert.deepEqual([...document.mask("t1", 5)], [1, 3, 2]);
  assert.equal(document.hasMasks(5), true);
});

test("a mask that has not come yet is undefined, no mask is null", () => {
  const document = smallDocument([sentTrack(1, [sentRow(0, { hash: "elsewhere" })])]);
  assert.equal(document.mask("t1", 0), undefined);
  assert.equal(document.mask("t1", 1), null);
  assert.equal(document.hasMasks(0), false);
  document.masks.add("elsewhere", "022");
  assert.equal(document.hasMasks(0), true);
});

test("an answer raises the revision only of tracks that it changes", () => {
  const document = smallDocument([sentTrack(1, [sentRow(0), sentRow(1)]), sentTrack(2, [sentRow(0)])]);
  const revisions = () => document.list().map((track) => track.revision);
  const raised = (tracks, start, stop, last_edit = 1) => {
    const before = revisions();
    document.merge({ last_edit, tracks }, start, stop);
    return revisions().map((revision, index) => revision - before[index]);
  };
  assert.deepEqual(raised([sentTrack(1, []), sentTrack(2, [])], 5, 10), [0, 0], "another stretch, in which neither is");
  assert.deepEqual(
    raised([sentTrack(1, [sentRow(0), sentRow(1)]), sentTrack(2, [sentRow(0)])], 0, 5),
    [0, 0],
    "the same rows",
  );
  assert.deepEqual(raised([sentTrack(1, []), sentTrack(2, [sentRow(7)])], 5, 10), [0, 1], "a row more");
  assert.deepEqual(
    raised(
      [sentTrack(1, [sentRow(0, { review: "accepted", version: 2 }), sentRow(1)]), sentTrack(2, [sentRow(0)])],
      0,
      5,
      2,
    ),
    [1, 0],
    "another verdict",
  );
  assert.deepEqual(raised([sentTrack(1, [sentRow(1)]), sentTrack(2, [sentRow(0)])], 0, 5, 3), [1, 0], "a row less");
  assert.deepEqual(raised([sentTrack(1, [], { name: "Rex" }), sentTrack(2, [])], 5, 6, 4), [1, 0], "another name");
  assert.deepEqual([document.row("t1", 0), document.row("t2", 7).frame], [undefined, 7]);
});

test("an equal row stays the same object", () => {
  const document = smallDocument();
  const before = document.row("t1", 1);
  document.merge(
    { last_edit: 1, tracks: [sentTrack(1, [sentRow(0), sentRow(1), sentRow(2, { score: 0.25 })])] },
    0,
    10,
  );
  assert.equal(document.row("t1", 1), before);
  assert.equal(document.row("t1", 2).score, 0.25);
});

test("a track whose number the server assigns counts as changed for lists", () => {
  const document = smallDocument();
  const { revision } = document.tracks.get("t1");
  let count = 0;
  document.onchange = () => (count += 1);
  document.renumber("t1", 1);
  document.renumber("gone", 4);
  assert.deepEqual([count, document.tracks.get("t1").revision], [0, revision]);
  document.renumber("t1", 4);
  assert.deepEqual([count, document.byNumber(4).id, document.byNumber(4).revision > revision], [1, "t1", true]);
});

test("every change is reported once", () => {
  const document = smallDocument();
  const events = [];
  document.onchange = (...what) => events.push(what);
  document.apply({ track: "t1", frame: 2, version: 2, after: null });
  document.apply({ track: "t1", frame: null, version: 3, after: { name: "x" } });
  assert.deepEqual(events, [
    ["t1", 2],
    ["t1", null],
  ]);
});

test("human and key rows", () => {
  const row = smallDocument().row("t1", 0);
  assert.equal(isHuman(row), false);
  assert.equal(isHuman({ ...row, review: "accepted" }), true);
  assert.equal(isHuman({ ...row, source: "drawn" }), true);
  assert.equal(isKey({ ...row, source: "drawn" }), true);
  assert.equal(isKey({ ...row, source: "drawn", state: "absent" }), false);
  assert.equal(isKey({ ...row, key: true }), true);
});

test("run lengths are read once", () => {
  const { masks } = smallDocument();
  masks.add("m0", "022");
  assert.equal(masks.runs("m0"), masks.runs("m0"));
  assert.equal(masks.runs("never"), undefined);
});

test("a mask that is named without its area is counted once it is here", () => {
  const document = smallDocument();
  const events = [];
  const edit = {
    track: "t1",
    frame: 5,
    version: 7,
    after: { state: "present", source: "drawn", review: "corrected", mask: "h2" },
  };
  document.apply(edit);
  document.onchange = (track, frame) => events.push([track, frame]);
  assert.equal(document.areaOf(document.row("t1", 5)), null);
  document.measure(0, 10);
  assert.deepEqual(events, []);
  document.masks.add("h2", "123");
  document.measure(0, 5);
  assert.deepEqual(events, []);
  document.measure(5, 6);
  document.measure(5, 6);
  assert.deepEqual(events, [["t1", 5]]);
  assert.equal(document.row("t1", 5).area, document.masks.area("h2"));
  assert.ok(document.row("t1", 5).area > 0);
});

test("the area is counted where it is asked for, also after a verdict, and stays when the mask is dropped", () => {
  const document = smallDocument();
  document.apply({ track: "t1", frame: 5, version: 7, after: { state: "present", mask: "h2" } });
  document.apply({ track: "t1", frame: 5, version: 8, after: { review: "accepted" } });
  document.masks.add("h2", "123");
  const area = document.areaOf(document.row("t1", 5));
  assert.ok(area > 0);
  document.masks.counts.delete("h2");
  document.masks.decoded.clear();
  assert.equal(document.areaOf(document.row("t1", 5)), area);
});

test("a row that is absent or not there has no pixels", () => {
  const document = smallDocument();
  document.apply({ track: "t1", frame: 5, version: 7, after: { state: "absent", source: "drawn" } });
  assert.deepEqual([document.areaOf(document.row("t1", 5)), document.areaOf(undefined)], [0, 0]);
});

test("names of what proposed come with the tracks and stay with later answers", () => {
  const document = smallDocument([sentTrack(1, [])]);
  document.merge({ last_edit: 1, tracks: [], runs: { a: "DVIS" } }, 0, 1);
  document.merge({ last_edit: 2, tracks: [], runs: { b: "round 1" } }, 0, 1);
  document.merge({ last_edit: 3, tracks: [] }, 0, 1);
  assert.deepEqual(
    [...document.runs],
    [
      ["a", "DVIS"],
      ["b", "round 1"],
    ],
  );
});

test("a row that the server takes over as it is changes nothing that is shown; any other does", () => {
  const document = smallDocument();
  const values = { state: "present", source: "drawn", review: "corrected", key: false, score: null, look: null };
  const counts = stringify([1, 2, 3]);
  document.apply({ track: "t1", frame: 1, version: 0, after: { ...values, rle: { size: [2, 3], counts } } });
  const unsent = document.row("t1", 1);
  const { revision } = document.tracks.get("t1");
  const changes = [];
  document.onchange = (...change) => changes.push(change);
  document.masks.rename(unsent.hash, "h9");
  const kept = document.apply({ track: "t1", frame: 1, version: 5, after: { ...values, mask: "h9" } });
  const saved = document.row("t1", 1);
  assert.deepEqual([saved.version, saved.hash, saved.area], [5, "h9", unsent.area]);
  assert.deepEqual([changes, document.tracks.get("t1").revision], [[], revision]);
  assert.equal(kept.before, unsent);
  document.apply({ track: "t1", frame: 1, version: 6, after: { ...values, mask: "h1" } });
  assert.deepEqual(changes, [["t1", 1]], "another mask");
  document.apply({ track: "t1", frame: 1, version: 0, after: { review: "accepted" } });
  document.apply({ track: "t1", frame: 1, version: 7, after: { review: "rejected" } });
  assert.equal(changes.length, 3, "another verdict than the unsent one");
});
