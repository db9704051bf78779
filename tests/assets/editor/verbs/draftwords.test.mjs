import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOf, describe, factsOf, marksOf } from "../../../../assets/editor/verbs/draftwords.js";
import { sentDraft, sentRow, sentTrack } from "../memory.mjs";
import { VideoDocument } from "../../../../assets/editor/document/document.js";
import { boxCounts, COUNT, HEIGHT, WIDTH } from "./scenes.mjs";

/** Track 1 with the mask `left` on frames 1 and 2, absent on 3. */
function scene() {
  const document = new VideoDocument({ height: HEIGHT, width: WIDTH, count: COUNT });
  document.masks.add("left", boxCounts(0, 0, 2, 2));
  document.masks.add("right", boxCounts(1, 0, 3, 2));
  const rows = [sentRow(1, { hash: "left" }), sentRow(2, { hash: "left" }), sentRow(3, { state: 0, hash: null })];
  document.merge({ last_edit: 1, tracks: [sentTrack(1, rows)] }, 0, COUNT);
  return document;
}

const draft = (frame, values = {}) => sentDraft(frame, { mask: "right", confidence: 0.875, ...values });

test("the change is what the masks do not share, where there are two", () => {
  const document = scene();
  assert.equal(changeOf(document, draft(1, { mask: "left" })), 0);
  assert.equal(changeOf(document, draft(1)).toFixed(4), (1 - 2 / 6).toFixed(4));
  assert.equal(changeOf(document, draft(1, { mask: null })), 1);
  assert.deepEqual([changeOf(document, draft(3)), changeOf(document, draft(7))], [null, null]);
  assert.equal(changeOf(document, draft(1, { mask: "not loaded" })), null);
});

test("the change of the same two masks is computed once, that of a new mask when it comes", () => {
  const document = scene();
  const read = [];
  const runs = document.masks.runs.bind(document.masks);
  document.masks.runs = (hash) => {
    read.push(hash);
    return runs(hash);
  };
  const changes = (...drafts) => marksOf(document, drafts, () => true).flatMap((mark) => mark.changes);
  const late = draft(2, { mask: "late" });
  assert.deepEqual([changes(draft(1), late)[1], read.splice(0)], [null, ["left", "right", "left", "late"]]);
  document.masks.add("late", boxCounts(0, 0, 1, 2));
  assert.deepEqual([changes(draft(1), late)[1], read.splice(0)], [0.5, ["left", "late"]]);
  assert.deepEqual([changes(draft(1), late)[1], read.splice(0)], [0.5, []]);
  document.tracks.get("t1").rows.get(1).hash = "late";
  assert.deepEqual([changes(draft(1)), read], [[1], ["late", "right"]], "the mask that stands there is another one");
  assert.equal(changeOf(scene(), late), null, "another video has masks of its own");
});

test("a frame says how sure, how much changed, and why it needs a look", () => {
  const document = scene();
  const drafts = [draft(1, { doubt: "Spreading is not sure" }), draft(4), draft(5, { state: "absent", mask: null })];
  assert.equal(describe(document, drafts, 1, "t1"), "Frame 1: 88 % sure, 67 % changed, Spreading is not sure");
  assert.equal(describe(document, drafts, 4, null), "Frame 4: 88 % sure");
  assert.equal(describe(document, drafts, 5, null), "Frame 5: absent");
  assert.equal(describe(document, drafts, 9, null), "");
  const both = [draft(4), draft(4, { track: "t2", confidence: 0.5 })];
  document.tracks.set("t2", { ...document.tracks.get("t1"), id: "t2", number: 2 });
  assert.equal(describe(document, both, 4, "t1"), "Track 1: 88 % sure");
  assert.equal(describe(document, both, 4, "t9"), "Track 2: 50 % sure", "the least sure one");
});

test("the facts count frames, and while the job runs how long it takes", () => {
  const job = { status: "running", eta_seconds: 65 };
  assert.deepEqual(factsOf([], { ...job, status: "queued" }), ["waiting for the worker"]);
  assert.deepEqual(factsOf([], job), ["begins"]);
  assert.deepEqual(factsOf([draft(1), draft(1, { track: "t2", doubt: "x" }), draft(2)], null), [
    "2 frames",
    "1 needs a look",
  ]);
  assert.match(factsOf([draft(1)], job).at(-1), /left$/);
});

test("the lanes get runs of frames with their levels; doubt and what Apply leaves out are runs of their own", () => {
  const drafts = [draft(1), draft(1, { track: "t2" }), draft(2), draft(3, { doubt: "x", confidence: 0.2 }), draft(5)];
  const marks = marksOf(scene(), drafts, ({ frame }) => frame < 5);
  assert.deepEqual(
    marks.map(({ track, first, last, kind, faint, levels }) => [track, first, last, kind, faint, levels]),
    [
      ["t1", 1, 2, "draft", false, [0.875, 0.875]],
      ["t2", 1, 1, "draft", false, [0.875]],
      ["t1", 3, 3, "doubt", false, [0.2]],
      ["t1", 5, 5, "draft", true, [0.875]],
    ],
  );
  assert.deepEqual(
    marks[0].changes.map((change) => change?.toFixed(2)),
    ["0.67", "0.67"],
  );
  const [absent] = marksOf(scene(), [draft(3, { state: "absent", mask: null })], () => true);
  assert.deepEqual([absent.levels, absent.changes], [[0], [null]]);
});
