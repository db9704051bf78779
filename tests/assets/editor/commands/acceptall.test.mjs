import assert from "node:assert/strict";
import { test } from "node:test";
import { waitingOn } from "../../../../assets/editor/commands/acceptall.js";
import { editor } from "./commandeditor.mjs";

/** A likely error of track 1 on frame 1. */
const jump = (app) => ({
  kind: "jump",
  tracks: ["t1"],
  masks: [app.document.row("t1", 1).hash],
  first: 1,
  last: 1,
  frame: 1,
  strength: 1,
  evidence: { sides: 2 },
});
const withVideos = (app) => {
  app.session.set({ project: { videos: [{ id: "v" }, { id: "w" }] } });
  return app;
};
const places = (waiting) => waiting.map(({ track, row }) => [track.number, row.frame]);
const reviews = (app, track) => [...app.document.tracks.get(track).rows.values()].map(({ review }) => review);

test("flagged masks and likely errors are doubtful, judged masks and rejected tracks do not wait", () => {
  const app = editor();
  app.view.set({ likely: [jump(app)] });
  const found = waitingOn(app, [0, 9]);
  assert.deepEqual(places(found.plain), [
    [1, 0],
    [1, 6],
  ]);
  assert.deepEqual(places(found.doubtful), [
    [1, 1],
    [2, 3],
  ]);
  assert.deepEqual(places(waitingOn(app, [2, 5]).doubtful), [[2, 3]]);
  app.document.tracks.get("t1").rejected = true;
  assert.deepEqual(waitingOn(app, [0, 9]).plain, []);
});

test("all tracks are accepted in one edit, doubtful masks stay unless the answer takes them", () => {
  const app = withVideos(editor());
  app.preferences.set({ scope: "whole" });
  app.commands.acceptAll();
  const { preview } = app.view.now;
  assert.equal(preview.title, "Accept all tracks on the whole video");
  assert.deepEqual(preview.facts, ["3 masks of 1 track", "1 doubtful mask stays in the queue"]);
  app.commands.nextAnswer();
  assert.deepEqual(app.view.now.preview.facts, ["4 masks of 2 tracks"]);
  app.commands.nextAnswer();
  app.commands.applyPreview();
  assert.equal(app.queue.pending, 1);
  assert.deepEqual(reviews(app, "t1"), ["accepted", "accepted", "corrected", "accepted"]);
  assert.equal(app.document.row("t2", 3).review, "unreviewed");
  assert.deepEqual(app.toasts, [], "something waits still");
  app.commands.acceptAll();
  assert.deepEqual(app.view.now.preview.facts, ["1 mask of 1 track"], "only doubtful masks are left: they are meant");
  app.commands.applyPreview();
  assert.equal(app.document.row("t2", 3).look, null);
  assert.deepEqual(
    app.toasts.at(-1).actions.map(({ label }) => label),
    ["Declare the video complete", "Next video"],
  );
  app.commands.acceptAll();
  assert.equal(app.toasts.at(-1).text, "No mask waits for a verdict on the whole video.");
});

test("masks of locked tracks are left out, and that is said", () => {
  const app = editor();
  app.preferences.set({ scope: "whole" });
  app.commands.lock("t2");
  app.commands.acceptAll();
  assert.deepEqual(app.view.now.preview.facts, ["3 masks of 1 track", "1 mask of locked tracks left out"]);
  app.commands.applyPreview();
  assert.equal(app.document.row("t2", 3).look, "Mask jumps");
  app.commands.acceptAll();
  assert.equal(app.toasts.at(-1).text, "No mask of an unlocked track waits for a verdict on the whole video.");
});

test("on one frame it needs no preview unless something there is doubtful", () => {
  const app = editor();
  app.commands.acceptAll();
  assert.deepEqual([app.view.now.preview, app.document.row("t1", 0).review], [null, "accepted"]);
  assert.equal(app.document.row("t1", 1).review, "unreviewed");
  app.commands.goto(3);
  app.commands.acceptAll();
  assert.deepEqual(app.view.now.preview.facts, ["1 mask of 1 track"]);
});

test("a video that was never searched for likely errors is named so", () => {
  const app = editor();
  app.preferences.set({ scope: "whole" });
  app.view.set({ searched: null });
  app.commands.acceptAll();
  assert.ok(app.view.now.preview.facts.includes("not searched for likely errors"));
});
