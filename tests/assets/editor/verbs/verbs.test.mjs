/** What each verb does on documents of a few rows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { absentOver, absentUntilBack, endHere, startHere } from "../../../../assets/editor/verbs/absence.js";
import { duplicate } from "../../../../assets/editor/verbs/duplicate.js";
import { moveEnd } from "../../../../assets/editor/verbs/extend.js";
import { join } from "../../../../assets/editor/verbs/join.js";
import { overlap } from "../../../../assets/editor/verbs/fuse.js";
import { merge } from "../../../../assets/editor/verbs/merge.js";
import { recolour, relabel, rename } from "../../../../assets/editor/verbs/naming.js";
import { extentOf } from "../../../../assets/editor/verbs/plan.js";
import { runsOf } from "../../../../assets/editor/document/frameruns.js";
import { split } from "../../../../assets/editor/verbs/split.js";
import { swap } from "../../../../assets/editor/verbs/swap.js";
import { parse } from "../../../../assets/editor/masks/rle.js";
import { union } from "../../../../assets/editor/masks/combine.js";
import {
  ABSENT,
  apply,
  boxCounts,
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
const hashes = (document, id) =>
  Object.fromEntries([...document.tracks.get(id).rows.values()].map((row) => [row.frame, row.hash]));

test("the first half of a split keeps id and number, the second half is a new track of the same kind", () => {
  const document = documentOf(frames(0, 5));
  const plan = split(document, { track: "t1", frame: 3, id: "n", locked });
  assert.deepEqual(plan.summary.numbers, { frames: 3, stay: 3 });
  assert.deepEqual(plan.summary.facts, ["3 frames become track 2", "track 1 keeps 3 frames"]);
  assert.deepEqual(plan.lanes, [
    { track: "t1", how: "loses", runs: [[3, 5]] },
    { track: "n", how: "gains", runs: [[3, 5]] },
  ]);
  apply(document, plan);
  assert.deepEqual(hashes(document, "t1"), { 0: "h0", 1: "h1", 2: "h2" });
  assert.deepEqual(hashes(document, "n"), { 3: "h3", 4: "h4", 5: "h5" });
  assert.deepEqual([document.tracks.get("t1").number, document.tracks.get("n").number], [1, 2]);
  assert.equal(document.tracks.get("n").category, "c1");
});

test("there is nothing to split before the first mask or after the last one", () => {
  const document = documentOf([...frames(2, 4), [5, ABSENT]]);
  assert.equal(
    split(document, { track: "t1", frame: 2, id: "n", locked }).refused,
    "Track 1 has no mask before frame 2.",
  );
  assert.equal(
    split(document, { track: "t1", frame: 5, id: "n", locked }).refused,
    "Track 1 has no mask from frame 5.",
  );
});

test("identities swap from a frame on, with their verdicts, and the frames before stay", () => {
  const document = documentOf(frames(0, 4, { hash: "h1" }), [
    ...frames(0, 3, { ...DRAWN, hash: "h2" }),
    [6, { hash: "h3" }],
  ]);
  const plan = swap(document, { first: "t1", second: "t2", frames: [3, last], locked });
  assert.deepEqual(plan.summary.numbers, { frames: 3, both: 1, human: 1 });
  apply(document, plan);
  assert.deepEqual(hashes(document, "t1"), { 0: "h1", 1: "h1", 2: "h1", 3: "h2", 6: "h3" });
  assert.deepEqual(hashes(document, "t2"), { 0: "h2", 1: "h2", 2: "h2", 3: "h1", 4: "h1" });
  assert.equal(document.row("t1", 3).source, "drawn");
  assert.equal(document.row("t2", 3).source, "proposed");
  assert.match(swap(document, { first: "t1", second: "t2", frames: [9, 10], locked }).refused, /^Neither track 1 nor/);
  assert.equal(
    swap(document, { first: "t1", second: "t1", frames: [0, 1], locked }).refused,
    "Choose two different tracks.",
  );
});

test("a mask that only this page has moves with its run lengths", () => {
  const document = documentOf(frames(0, 1), frames(0, 1));
  document.apply({
    track: "t1",
    frame: 1,
    version: 0,
    after: { rle: { size: [6, 8], counts: boxCounts(0, 0, 2, 2) } },
  });
  const plan = swap(document, { first: "t1", second: "t2", frames: [1, 1], locked });
  const change = plan.changes.find(({ track }) => track === "t2");
  assert.deepEqual(change.after.rle, { size: [6, 8], counts: boxCounts(0, 0, 2, 2) });
  assert.equal("mask" in change.after, false);
});

const overlapping = () =>
  documentOf(
    [...frames(0, 4, { hash: "h0" }), [5, ABSENT], [6, HUMAN_ABSENT]],
    [...frames(3, 8, { hash: "h2" }), [9, { hash: "h2", review: "rejected" }]],
  );

test("merging makes one track of two; where both say something, the choice holds and is shown", () => {
  for (const [choice, three, six, words] of [
    ["first", "h0", null, "track 1 holds"],
    ["second", "h2", null, "track 2 holds, but what a person judged holds on 1"],
    ["union", "both", null, "both masks together, but what a person judged holds on 1"],
  ]) {
    const document = overlapping();
    assert.deepEqual(overlap(document.tracks.get("t1"), document.tracks.get("t2")), [3, 4, 6]);
    const plan = merge(document, { first: "t1", second: "t2", choice, locked });
    assert.equal(plan.summary.numbers.overlap, 3);
    assert.deepEqual(plan.summary.doubts, [`both on 3 frames: ${words}`]);
    assert.ok(plan.lanes.some(({ doubtful }) => doubtful));
    apply(document, plan);
    const got = hashes(document, "t1");
    if (three === "both") {
      const wanted = union(parse(document.masks.text("h0")), parse(document.masks.text("h2")));
      assert.deepEqual([...document.masks.runs(got[3])], wanted);
      assert.equal(document.row("t1", 3).review, "unreviewed");
    } else assert.equal(got[3], three);
    assert.deepEqual([got[5], got[6], got[7], got[0]], ["h2", six, "h2", "h0"]);
    assert.equal(document.row("t1", 9).review, "rejected");
    assert.deepEqual([document.tracks.get("t2").deleted, document.tracks.get("t2").rows.size], [true, 0]);
  }
});

test("a mask of a person holds against one of a model in a merge, and what changes of people's is told", () => {
  const rows = [
    [0, {}],
    [1, { ...DRAWN, hash: "h4" }],
    [2, { ...DRAWN, hash: "h4" }],
  ];
  const others = [
    [0, { ...DRAWN, hash: "h5" }],
    [1, { hash: "h5" }],
    [2, { ...DRAWN, hash: "h5" }],
  ];
  for (const [choice, kept, doubts] of [
    [
      "first",
      ["h5", "h4", "h4"],
      ["track 1 holds, but what a person judged holds on 1", "1 frame that a person judged changes"],
    ],
    [
      "second",
      ["h5", "h4", "h5"],
      ["track 2 holds, but what a person judged holds on 1", "1 frame that a person judged changes"],
    ],
    ["union", null, ["both masks together", "3 frames that a person judged change"]],
  ]) {
    const document = documentOf(rows, others);
    const plan = merge(document, { first: "t1", second: "t2", choice, locked });
    assert.deepEqual(plan.summary.doubts, [`both on 3 frames: ${doubts[0]}`, doubts[1]]);
    apply(document, plan);
    if (kept) assert.deepEqual(Object.values(hashes(document, "t1")), kept);
    else assert.equal(document.row("t1", 0).review, "corrected");
  }
});

test("a merge takes over what the first track has not: category and name", () => {
  const document = documentOf(frames(0, 1), frames(3, 4));
  Object.assign(document.tracks.get("t1"), { category: null, name: "" });
  document.tracks.get("t2").name = "left one";
  apply(document, merge(document, { first: "t1", second: "t2", choice: "first", locked }));
  assert.deepEqual([document.tracks.get("t1").category, document.tracks.get("t1").name], ["c1", "left one"]);
});

test("a rejected track is neither merged nor joined", () => {
  const document = documentOf(frames(0, 1), frames(3, 4));
  document.tracks.get("t2").rejected = true;
  const plan = merge(document, { first: "t1", second: "t2", choice: "first", locked });
  assert.equal(plan.refused, "Track 2 is rejected; accept it before it is merged.");
  const joined = join(document, { first: "t1", second: "t2", frames: [3, 4], locked });
  assert.equal(joined.refused, "Track 2 is rejected; accept it before it is joined.");
});

test("joining unites masks on some frames, and the second track goes once nothing of it is left", () => {
  const document = documentOf(frames(0, 4, { ...DRAWN, hash: "h0" }), [...frames(2, 6, { hash: "h2" }), [7, ABSENT]]);
  const part = join(document, { first: "t1", second: "t2", frames: [2, 3], locked });
  assert.deepEqual(part.summary.numbers, { frames: 2, united: 2, left: 3 });
  apply(document, part);
  assert.deepEqual([...document.tracks.get("t2").rows.keys()], [4, 5, 6, 7]);
  const wanted = union(parse(document.masks.text("h0")), parse(document.masks.text("h2")));
  assert.deepEqual([...document.masks.runs(document.row("t1", 2).hash)], wanted);
  assert.deepEqual([document.row("t1", 2).source, document.row("t1", 2).review], ["drawn", "corrected"]);
  const rest = join(document, { first: "t1", second: "t2", frames: [0, last], locked });
  assert.deepEqual(rest.summary.numbers, { frames: 3, united: 1, left: 0 });
  apply(document, rest);
  assert.deepEqual([document.tracks.get("t2").deleted, document.tracks.get("t2").rows.size], [true, 0]);
  assert.equal(document.row("t1", 6).hash, "h2");
});

test("a join leaves a person's absence as it is for a model's mask, and counts only masks that grow", () => {
  const document = documentOf(
    [
      [0, HUMAN_ABSENT],
      [1, HUMAN_ABSENT],
      [2, { ...DRAWN, hash: "h0" }],
    ],
    [
      [0, { hash: "h2" }],
      [1, { ...DRAWN, hash: "h2" }],
      [2, { hash: "h2" }],
    ],
  );
  const one = { first: "t1", second: "t2", locked };
  assert.equal(join(document, { ...one, frames: [0, 0] }).refused, "A person marked track 1 absent on frame 0.");
  const plan = join(document, { ...one, frames: [0, 2] });
  assert.deepEqual(plan.summary.facts, ["1 mask grows by that of track 2", "1 frame new", "track 2 keeps 1 frame"]);
  assert.deepEqual(plan.summary.doubts, [
    "a person marked track 1 absent on 1 frame",
    "2 frames that a person judged change",
  ]);
  apply(document, plan);
  assert.deepEqual([document.row("t1", 0).state, document.row("t1", 1).hash], ["absent", "h2"]);
  assert.deepEqual([...document.tracks.get("t2").rows.keys()], [0]);
});

test("a track ends and starts by a person's absence, which names the masks of people that go", () => {
  const document = documentOf([...frames(0, 3), [4, DRAWN], [5, HUMAN_ABSENT]]);
  const end = endHere(document, { track: "t1", frame: 2, last, locked });
  assert.deepEqual(end.summary.numbers, { frames: last - 2 - 1, masks: 2, human: 1 });
  assert.deepEqual(end.summary.doubts, ["1 frame that a person judged becomes absent"]);
  apply(document, end);
  for (let k = 3; k <= last; k += 1) {
    const { state, source, review } = document.row("t1", k);
    assert.deepEqual([state, source, review], ["absent", "drawn", "corrected"]);
  }
  assert.equal(endHere(document, { track: "t1", frame: last, last, locked }).refused, `Frame ${last} is the last one.`);
  const start = startHere(document, { track: "t1", frame: 2, locked });
  apply(document, start);
  assert.deepEqual(framesOf(start, "t1"), [0, 1]);
  assert.equal(document.row("t1", 2).state, "present");
  assert.match(absentOver(document, { track: "t1", frames: [0, 1], locked }).refused, /absent on frames 0 – 1 already/);
});

test("absent until it comes back ends before the first mask after a gap, or before one of a person", () => {
  const until = (rows, frame) => {
    const plan = absentUntilBack(documentOf(rows), { track: "t1", frame, last, locked });
    return plan.refused ?? framesOf(plan, "t1");
  };
  assert.deepEqual(until([...frames(0, 1), ...frames(6, 8)], 2), [2, 3, 4, 5]);
  assert.deepEqual(until([...frames(0, 4), [5, ABSENT], ...frames(7, 8)], 3), [3, 4, 5, 6]);
  assert.deepEqual(until([...frames(0, 4), [5, DRAWN]], 3), [3, 4]);
  assert.equal(until(frames(0, 4), 3), "Track 1 does not come back after frame 3; end it here instead.");
});

test("an end that is dragged outwards copies the last mask, and stops at a person's rows and at other masks", () => {
  const document = documentOf([...frames(2, 4, DRAWN), [6, HUMAN_ABSENT], [0, {}]]);
  const move = (from, to) => moveEnd(document, { track: "t1", from, to, last, locked });
  const plan = move(4, 9);
  assert.deepEqual(framesOf(plan, "t1"), [5]);
  assert.deepEqual(plan.changes[0].after, { state: "present", mask: "h4", source: "propagated", review: "unreviewed" });
  assert.deepEqual(plan.summary.doubts, ["Track 1 stops before frame 6: a person marked it absent there."]);
  assert.deepEqual(framesOf(move(2, 0), "t1"), [1]);
  assert.deepEqual(move(2, 0).summary.doubts, ["Track 1 stops before frame 0: it has a mask there."]);
  assert.equal(move(3, 9).refused, "No visible stretch of track 1 begins or ends at frame 3.");
  assert.equal(move(4, 4).refused, "The end stays where it is.");
});

test("an end that is dragged inwards makes frames absent, and leaves one", () => {
  const document = documentOf([...frames(0, 1), ...frames(4, 8)]);
  const move = (from, to) => framesOf(moveEnd(document, { track: "t1", from, to, last, locked }), "t1");
  assert.deepEqual(move(8, 6), [8, 7]);
  assert.deepEqual(move(4, 6), [4, 5]);
  assert.deepEqual(move(8, 0), [8, 7, 6, 5]);
  assert.deepEqual(move(1, 6), [2, 3]);
});

test("a duplicate is a track of its own, also of a locked one", () => {
  const document = documentOf(frames(0, 5));
  const plan = duplicate(document, { track: "t1", frames: [2, 3], id: "n", locked: new Set(["t1"]) });
  apply(document, plan);
  assert.deepEqual(hashes(document, "n"), { 2: "h2", 3: "h3" });
  assert.equal(content(document, "t1").rows.length, 6);
  assert.match(
    duplicate(document, { track: "t1", frames: [8, 9], id: "n", locked }).refused,
    /no mask on frames 8 – 9/,
  );
});

test("names, categories and colours change the tracks that differ, many at once", () => {
  const document = documentOf(frames(0, 1), frames(0, 1), frames(0, 1));
  document.tracks.get("t2").category = "c2";
  const plan = relabel(document, { tracks: ["t1", "t2", "t3"], category: "c2", label: "fish", locked });
  assert.deepEqual([plan.changes.map(({ track }) => track), plan.summary.numbers], [["t1", "t3"], { tracks: 2 }]);
  assert.equal(plan.summary.title, "Relabel 3 tracks as fish");
  apply(document, recolour(document, { tracks: ["t1"], colour: 7, locked }));
  assert.deepEqual(document.tracks.get("t1").extra, { colour: 7 });
  assert.equal(recolour(document, { tracks: ["t1"], colour: 7, locked }).refused, "Track 1 has this colour already.");
  apply(document, recolour(document, { tracks: ["t1"], colour: null, locked }));
  assert.deepEqual(document.tracks.get("t1").extra, {});
  assert.equal(rename(document, { track: "t1", name: "  ", locked }).refused, "Track 1 has this name already.");
  assert.deepEqual(rename(document, { track: "t1", name: " Tom ", locked }).changes[0].after, { name: "Tom" });
});

test("frames are told as runs, and a plan by its first and last", () => {
  assert.deepEqual(runsOf([5, 1, 2, 2, 9]), [
    [1, 2],
    [5, 5],
    [9, 9],
  ]);
  const document = documentOf(frames(0, 5));
  assert.deepEqual(extentOf(absentOver(document, { track: "t1", frames: [2, 4], locked })), [2, 4]);
  assert.equal(extentOf(rename(document, { track: "t1", name: "x", locked })), null);
});
