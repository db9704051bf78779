/** Copies, pastes, interpolation and restoring: rows that are made from other rows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { clipOf, copyOnward, paste } from "../../../../assets/editor/verbs/copies.js";
import { interpolate, rowBeside, spanAround } from "../../../../assets/editor/verbs/interpolate.js";
import { restore } from "../../../../assets/editor/verbs/restore.js";
import { split } from "../../../../assets/editor/verbs/split.js";
import { ownValues } from "../../../../assets/editor/verbs/moving.js";
import { valuesOf } from "../../../../assets/editor/document/rows.js";
import {
  ABSENT,
  anyDocument,
  apply,
  boxCounts,
  chance,
  content,
  COUNT,
  documentOf,
  DRAWN,
  frames,
  framesOf,
  HUMAN_ABSENT,
  NONE,
} from "./scenes.mjs";

const locked = NONE;
const last = COUNT - 1;
const onward = (document, more = {}) =>
  copyOnward(document, { track: "t1", frame: 0, frames: [1, last], offset: [0, 0], locked, ...more });

test("copies point at the same mask, unreviewed, and stop before what a person said", () => {
  for (const [row, words] of [
    [HUMAN_ABSENT, "a person marked it absent there"],
    [DRAWN, "a person drew or judged its mask there"],
    [{ review: "accepted" }, "a person drew or judged its mask there"],
  ]) {
    const document = documentOf([
      [0, DRAWN],
      [1, {}],
      [2, ABSENT],
      [5, row],
    ]);
    const plan = onward(document);
    assert.deepEqual(framesOf(plan, "t1"), [1, 2, 3, 4]);
    const wanted = { state: "present", mask: "h0", source: "propagated", review: "unreviewed" };
    assert.deepEqual(plan.changes[3].after, wanted);
    assert.deepEqual(plan.summary.numbers, { frames: 4, replaced: 1 });
    assert.deepEqual(plan.summary.doubts, [`Track 1 stops before frame 5: ${words}.`]);
  }
});

test("copies are refused where the next frame is a person's, and without a mask to copy", () => {
  const blocked = documentOf([
    [0, {}],
    [1, HUMAN_ABSENT],
  ]);
  assert.equal(onward(blocked).refused, "Track 1 stops before frame 1: a person marked it absent there.");
  assert.equal(onward(documentOf([[0, ABSENT]])).refused, "Track 1 has no mask on frame 0 to copy.");
  assert.equal(onward(blocked, { frames: [1, 0] }).refused, "Frame 0 is the last one.");
});

test("an offset moves copies further with every frame, until the mask leaves the picture", () => {
  const document = documentOf([[0, DRAWN]]);
  const plan = onward(document, { offset: [2, 1] });
  assert.deepEqual(
    plan.changes.map(({ frame, after }) => [frame, after.rle.counts]),
    [
      [1, boxCounts(2, 2, 4, 5)],
      [2, boxCounts(4, 3, 6, 6)],
      [3, boxCounts(6, 4, 8, 6)],
    ],
  );
  assert.deepEqual(plan.summary.doubts, ["Copies stop before frame 4: the mask leaves the picture there."]);
});

test("a paste is a person's mask, in the selected track or a new one", () => {
  const document = documentOf([[0, { source: "proposed" }]], [[3, HUMAN_ABSENT]]);
  const clip = clipOf(document, "t1", 0);
  const into = (track, offset = [0, 0]) => paste(document, { clip, track, frame: 3, offset, id: "n", locked });
  const [change] = into("t2", [1, 0]).changes;
  assert.deepEqual(change.after, {
    state: "present",
    rle: { size: [6, 8], counts: boxCounts(1, 1, 3, 4) },
    source: "drawn",
    review: "corrected",
  });
  const plan = into(null);
  apply(document, plan);
  assert.deepEqual([document.tracks.get("n").category, document.tracks.get("n").score], ["c1", null]);
  assert.equal(document.row("n", 3).review, "corrected");
  assert.equal(into("t2", [20, 0]).refused, "The mask would lie outside of the picture.");
  const other = paste(document, {
    clip: { ...clip, size: [9, 9] },
    track: "t2",
    frame: 3,
    offset: [0, 0],
    id: "n",
    locked,
  });
  assert.match(other.refused, /of a video of 9 x 9 pixels; this one has 8 x 6\.$/);
  assert.equal(clipOf(document, "t2", 3), null);
});

const span = (document, frame) => spanAround(document, { track: "t1", frame, locked });

test("interpolation goes between the two nearest masks of a person", () => {
  const document = documentOf([
    [0, DRAWN],
    [3, { review: "accepted" }],
    [4, {}],
    [8, DRAWN],
    [12, DRAWN],
  ]);
  const ends = (frame) => {
    const found = span(document, frame);
    return found.refused ?? [found.from.frame, found.to.frame];
  };
  assert.deepEqual(
    [ends(0), ends(2), ends(3), ends(5), ends(8), ends(12)],
    [
      [0, 3],
      [0, 3],
      [3, 8],
      [3, 8],
      [8, 12],
      [8, 12],
    ],
  );
  assert.equal(ends(13), "Track 1 has no mask of a person after frame 12; draw or accept one first.");
});

test("an absence of a person, a rejected mask and a missing one are each named", () => {
  const refusal = (rows, frame) => span(documentOf(rows), frame).refused;
  assert.equal(
    refusal(
      [
        [0, DRAWN],
        [4, HUMAN_ABSENT],
        [8, DRAWN],
      ],
      2,
    ),
    "A person marked track 1 absent on frame 4; nothing is computed across that.",
  );
  assert.match(
    refusal(
      [
        [0, DRAWN],
        [4, { review: "rejected" }],
      ],
      2,
    ),
    /on frame 4 is rejected\.$/,
  );
  assert.match(refusal([[4, DRAWN]], 2), /no mask of a person before frame 4/);
  assert.match(refusal([[4, {}]], 2), /no mask of a person anywhere/);
  assert.equal(
    refusal(
      [
        [4, DRAWN],
        [5, DRAWN],
      ],
      4,
    ),
    "There is no frame between 4 and 5.",
  );
});

test("a hole between masks that nobody judged, and a chosen range, need no mask of a person", () => {
  const document = documentOf([
    [0, {}],
    [1, {}],
    [4, {}],
    [5, {}],
    [6, {}],
  ]);
  const ends = (frame, range = null) => {
    const found = spanAround(document, { track: "t1", frame, range, locked });
    return found.refused ?? [found.from.frame, found.to.frame];
  };
  assert.deepEqual(
    [ends(1), ends(2), ends(3)],
    [
      [1, 4],
      [1, 4],
      [1, 4],
    ],
  );
  assert.match(ends(5), /no mask of a person anywhere/);
  assert.deepEqual(ends(5, [5, 5]), [4, 6], "what is in the range is replaced");
  assert.match(ends(6, [5, 6]), /no mask of a person anywhere/, "nothing behind the range");
  Object.assign(document.row("t1", 5), { review: "accepted" });
  assert.match(ends(6, [5, 5]), /after frame 5/, "a person's mask in the range stays");
  document.tracks.get("t1").rows.set(3, { ...document.row("t1", 1), ...HUMAN_ABSENT, frame: 3 });
  assert.match(ends(2), /before frame 3/, "nothing crosses an absence of a person");
});

test("the speed at an end comes from the masks beside it, without a hole in between", () => {
  const document = documentOf([
    [0, {}],
    [1, {}],
    [2, {}],
    [6, {}],
    [8, {}],
  ]);
  const beside = (frame, step) => rowBeside(document, "t1", document.row("t1", frame), step)?.frame ?? null;
  assert.deepEqual([beside(2, -1), beside(1, -1), beside(0, -1), beside(6, 1)], [0, 0, null, null]);
});

test("interpolated masks are unreviewed, and are refused where a person drew meanwhile", () => {
  const document = documentOf([
    [0, DRAWN],
    [1, {}],
    [4, DRAWN],
  ]);
  const found = span(document, 2);
  const masks = [1, 2, 3].map((x) => boxCounts(x, 0, x + 2, 3));
  const plan = interpolate(document, { track: "t1", span: found, masks, locked });
  assert.deepEqual(plan.summary.numbers, { frames: 3, replaced: 1 });
  const undo = apply(document, plan);
  assert.deepEqual([document.row("t1", 2).source, document.row("t1", 2).review], ["interpolated", "unreviewed"]);
  undo();
  document.apply({
    track: "t1",
    frame: 3,
    version: 0,
    after: { state: "absent", source: "drawn", review: "corrected" },
  });
  const late = interpolate(document, { track: "t1", span: found, masks, locked });
  assert.equal(late.refused, "Track 1 was changed on frame 3 meanwhile; interpolate again.");
});

/** A track as the server would tell it. */
function versionOf(document, id, number = 3) {
  const track = document.tracks.get(id);
  const rows = [...track.rows.values()].sort((a, b) => a.frame - b.frame);
  return {
    number,
    own: ownValues(track),
    rows: rows.map((row) => [row.frame, valuesOf(document.masks, document, row)]),
  };
}

test("restoring brings a track back as it was, and leaves the others", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const document = anyDocument(seed);
    const before = content(document, "t1");
    const version = versionOf(document, "t1");
    const random = chance(seed);
    const done = split(document, { track: "t1", frame: Math.floor(random() * COUNT), id: "n", locked });
    if ("refused" in done) continue;
    apply(document, done);
    document.apply({
      track: "t1",
      frame: 0,
      version: 0,
      after: { state: "absent", source: "drawn", review: "corrected" },
    });
    document.apply({ track: "t1", frame: null, version: 0, after: { name: "other", category: null } });
    const half = content(document, "n");
    apply(document, restore(document, { track: "t1", version, locked }));
    assert.deepEqual(content(document, "t1"), before);
    assert.deepEqual(content(document, "n"), half);
  }
});

test("restoring the present is refused, and masks of people that change are named", () => {
  const document = documentOf([
    [0, {}],
    [1, {}],
  ]);
  const version = versionOf(document, "t1", 9);
  assert.equal(restore(document, { track: "t1", version, locked }).refused, "Track 1 is as it was then.");
  document.apply({ track: "t1", frame: 1, version: 0, after: { review: "accepted" } });
  document.apply({
    track: "t1",
    frame: 5,
    version: 0,
    after: { state: "absent", source: "drawn", review: "corrected" },
  });
  const plan = restore(document, { track: "t1", version, locked });
  assert.deepEqual(plan.summary.numbers, { frames: 2, back: 1, gone: 1, human: 2 });
  assert.deepEqual(plan.changes, [
    {
      track: "t1",
      frame: 1,
      after: { state: "present", source: "proposed", review: "unreviewed", mask: "h1", score: 0.8, run: "run-1" },
    },
    { track: "t1", frame: 5, after: null },
  ]);
});

test("restoring brings back attributes that were set, and takes away those that were not", () => {
  const document = documentOf([[0, {}]]);
  const bare = versionOf(document, "t1", 9);
  document.apply({ track: "t1", frame: null, version: 0, after: { truncated: true, attributes: { a: "wet" } } });
  const dressed = versionOf(document, "t1", 10);
  Object.assign(dressed.own, { truncated: true, attributes: { a: "wet" } });
  Object.assign(bare.own, { truncated: false, attributes: null });
  const [undress] = restore(document, { track: "t1", version: bare, locked }).changes;
  assert.deepEqual(undress.after, { truncated: false, attributes: null });
  document.apply({ track: "t1", frame: null, version: 0, after: undress.after });
  const [dress] = restore(document, { track: "t1", version: dressed, locked }).changes;
  assert.deepEqual(dress.after, { truncated: true, attributes: { a: "wet" } });
});
