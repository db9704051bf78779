import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, leftIn } from "../../../../assets/editor/commands/completing.js";
import { Preview } from "../../../../assets/editor/commands/preview.js";
import { createSession, createView } from "../../../../assets/editor/state.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

/** An editor with a track that is judged on frame 0, open on 1, flagged on 2, and absent by a machine on 3. */
function editor() {
  const document = smallDocument([
    sentTrack(1, [
      sentRow(0, { review: "accepted" }),
      sentRow(1),
      sentRow(2, { look: "blurred" }),
      sentRow(3, { state: 0, hash: null }),
    ]),
  ]);
  const session = createSession();
  session.set({ video: { id: "v", categories: [{ id: "c1" }, { id: "c2", retired: true }] } });
  const edits = [];
  const toasts = [];
  const queue = { add: (kind, changes) => edits.push({ kind, changes }) && { id: "edit" } };
  const app = { document, session, view: createView(), queue, toast: (message) => toasts.push(message), commands: {} };
  app.registry = { get: () => ({ title: "Next video", unavailable: () => app.isLast }) };
  app.isLast = null;
  return { app, edits, toasts };
}

test("what is left are masks without a verdict, flagged ones and likely errors, in the frames alone", () => {
  const { app } = editor();
  const row = app.document.row("t1", 1);
  const error = {
    kind: "jump",
    tracks: ["t1"],
    masks: [row.hash],
    first: 1,
    last: 1,
    frame: 1,
    strength: 1,
    evidence: {},
  };
  app.view.set({ likely: [error] });
  assert.deepEqual(leftIn(app, [0, 3]).facts, ["1 unreviewed mask", "1 to look at", "1 likely error"]);
  assert.deepEqual(leftIn(app, [2, 3]).facts, ["1 to look at"]);
  assert.deepEqual(leftIn(app, [0, 0]), { facts: [], marks: [] });
});

test("frames beside each other are one mark on the lane", () => {
  const { app } = editor();
  for (const frame of [0, 2]) Object.assign(app.document.row("t1", frame), { review: "unreviewed", look: null });
  assert.deepEqual(leftIn(app, [0, 3]).marks, [{ track: "t1", first: 0, last: 2, kind: "draft" }]);
});

test("a rejected track leaves nothing to judge", () => {
  const { app } = editor();
  app.document.tracks.get("t1").rejected = true;
  assert.deepEqual(leftIn(app, [0, 3]).facts, []);
});

test("frames without anything left are declared at once", () => {
  const { app, edits, toasts } = editor();
  complete(app, [0, 0]);
  assert.deepEqual(edits[0].changes[0].after, { start: 0, stop: 1, categories: ["c1"] });
  assert.equal(toasts[0].text, "Everything of its category has a track there; the rest is background.");
});

test("a retired category that a track still has is declared too", () => {
  const { app, edits } = editor();
  app.document.tracks.get("t1").category = "c2";
  complete(app, [0, 0]);
  assert.deepEqual(edits[0].changes[0].after.categories, ["c1", "c2"]);
});

test("the next video is offered once nothing waits, where there is one", () => {
  const labels = ({ toasts }) => toasts.at(-1).actions.map(({ label }) => label);
  const one = editor();
  complete(one.app, [0, 0]);
  assert.deepEqual(labels(one), ["Undo"], "masks wait for a verdict");
  const other = editor();
  other.app.document.tracks.get("t1").rejected = true;
  complete(other.app, [0, 3]);
  assert.deepEqual(labels(other), ["Undo", "Next video"]);
  other.app.isLast = "This is the last video of the project.";
  complete(other.app, [0, 2]);
  assert.deepEqual(labels(other), ["Undo"]);
});

test("frames with something left are asked about once, and declared when that is applied", () => {
  const { app, edits } = editor();
  const asked = complete(app, [0, 2]);
  assert.ok(asked instanceof Preview);
  assert.equal(edits.length, 0);
  assert.match(asked.facts.join(", "), /1 unreviewed mask, 1 to look at, only what has no track is background/);
  assert.deepEqual(
    asked.marks.map(({ first, kind }) => [first, kind]),
    [
      [1, "draft"],
      [2, "doubt"],
    ],
  );
  asked.apply(app);
  assert.deepEqual(edits[0].changes[0].after, { start: 0, stop: 3, categories: ["c1"] });
});

test("a declaration is withdrawn without a question", () => {
  const { app, edits } = editor();
  app.document.complete.set("r", { id: "r", start: 0, stop: 3, categories: ["c1"], version: 1 });
  complete(app, [0, 2]);
  assert.deepEqual(edits[0].changes, [{ track: null, frame: null, range_id: "r", after: null }]);
});
