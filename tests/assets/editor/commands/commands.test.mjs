import assert from "node:assert/strict";
import { test } from "node:test";
import { filteredQueue, wholeQueue } from "../../../../assets/editor/commands/queue.js";
import { editor } from "./commandeditor.mjs";

test("stepping stays inside the video", () => {
  const { commands, view } = editor();
  commands.previousFrame();
  assert.equal(view.now.frame, 0);
  commands.tenOn();
  assert.equal(view.now.frame, 9);
  commands.nextFrame();
  assert.equal(view.now.frame, 9);
  commands.firstFrame();
  commands.nextFrame();
  assert.equal(view.now.frame, 1);
});

test("key frames are those of the selected track, else of all", () => {
  const { commands, view } = editor();
  commands.select("t1");
  commands.nextKey();
  assert.equal(view.now.frame, 2);
  commands.nextKey();
  assert.equal(view.now.frame, 6);
  commands.nextKey();
  assert.equal(view.now.frame, 9);
  commands.previousKey();
  assert.equal(view.now.frame, 6);
});

test("J goes round the tracks both ways", () => {
  const { commands, view } = editor();
  commands.nextTrack();
  assert.equal(view.now.selected, "t1");
  commands.nextTrack();
  commands.nextTrack();
  assert.equal(view.now.selected, "t1");
  commands.previousTrack();
  assert.equal(view.now.selected, "t2");
});

test("the queue leads from the flagged to the unreviewed and round again", () => {
  const app = editor();
  const seen = [];
  for (let i = 0; i < 4; i += 1) {
    app.commands.nextInQueue();
    seen.push([app.track.number, app.view.now.frame]);
  }
  assert.deepEqual(seen, [
    [2, 3],
    [1, 0],
    [1, 6],
    [2, 3],
  ]);
  app.commands.previousInQueue();
  assert.deepEqual([app.track.number, app.view.now.frame], [1, 6]);
});

test("the queue is made anew only after a change, and can be filtered", () => {
  const app = editor();
  const before = wholeQueue(app);
  assert.equal(wholeQueue(app), before);
  app.view.set({ queueFilter: "look" });
  assert.deepEqual(
    filteredQueue(app).map((item) => item.kind),
    ["look"],
  );
  app.commands.select("t2");
  app.commands.goto(3);
  app.commands.accept();
  assert.notEqual(wholeQueue(app), before);
  assert.equal(filteredQueue(app).length, 0);
});

test("verdicts take the scope of the bar", () => {
  const app = editor();
  app.commands.select("t1");
  app.commands.accept();
  assert.deepEqual(
    app.queue.waiting[0].changes.map((c) => c.frame),
    [0],
  );
  app.commands.goto(1);
  app.commands.scopeOnward();
  app.commands.accept();
  assert.deepEqual(
    app.queue.waiting[1].changes.map((c) => c.frame),
    [1, 6],
  );
  app.preferences.set({ scope: "range" });
  app.commands.reject();
  assert.deepEqual(
    app.queue.waiting[2].changes.map((c) => c.frame),
    [1],
    "no range is chosen: the frame",
  );
});

test("without a selected track verdicts do nothing", () => {
  const app = editor();
  for (const name of ["accept", "reject", "remove", "keyFrame", "needsLook"]) app.commands[name]();
  assert.equal(app.queue.pending, 0);
});

test("deleting a whole track selects nothing and offers undo", () => {
  const app = editor();
  app.commands.select("t1");
  app.commands.scopeWhole();
  app.commands.remove();
  assert.equal(app.view.now.selected, null);
  assert.equal(app.document.list().length, 1);
  assert.equal(app.toasts[0].actions[0].label, "Undo");
});

test("complete names the categories that are not retired, for the frames that the scope names", () => {
  const app = editor();
  const declared = () => app.queue.waiting.at(-1).changes[0].after;
  for (const track of app.document.list()) {
    for (const row of track.rows.values()) Object.assign(row, { review: "accepted", look: null });
  }
  app.view.set({ frame: 3 });
  app.commands.complete();
  assert.deepEqual(declared(), { start: 3, stop: 4, categories: ["c1"] });
  assert.equal(app.toasts.at(-1).title, "Frame 3 declared complete");
  app.view.set({ range: [2, 4] });
  app.preferences.set({ scope: "range" });
  app.commands.complete();
  assert.deepEqual(declared(), { start: 2, stop: 5, categories: ["c1"] });
  app.preferences.set({ scope: "onward" });
  app.commands.complete();
  assert.deepEqual(declared(), { start: 3, stop: 10, categories: ["c1"] });
  app.preferences.set({ scope: "whole" });
  app.commands.complete();
  assert.deepEqual(declared(), { start: 0, stop: 10, categories: ["c1"] });
  assert.equal(app.toasts.at(-1).title, "The whole video declared complete");
  app.session.now.video.categories.push({ id: "c3" });
  app.commands.completeVideo();
  assert.deepEqual(declared(), { start: 0, stop: 10, categories: ["c1", "c3"] }, "a category that came later");
  app.commands.complete();
  assert.equal(declared(), null);
});

test("nothing is declared complete while masks that may wait in it are still being read", () => {
  const app = editor();
  app.rows = { covers: (first, last) => first >= 3 && last <= 3, share: 0.25 };
  app.view.set({ frame: 4 });
  app.commands.complete();
  app.commands.completeVideo();
  assert.deepEqual(
    [app.queue.pending, ...app.toasts.map(({ text }) => text)],
    [0, ...Array(2).fill("The masks of this video are still being read (25 %).")],
  );
  app.view.set({ frame: 6 });
  app.rows.covers = (first, last) => first === 6 && last === 6;
  app.commands.complete();
  assert.deepEqual(app.view.now.preview.facts.slice(0, 1), ["1 unreviewed mask"]);
});

test("a locked track is neither judged, nor deleted, nor made absent, nor relabelled", () => {
  const app = editor();
  app.commands.select("t1");
  app.commands.lock();
  for (const command of ["accept", "reject", "needsLook", "keyFrame", "remove", "absent"])
    assert.equal(app.commands[command](), null);
  assert.equal(app.commands.setCategory("c2"), null);
  assert.equal(app.queue.pending, 0);
  assert.deepEqual(
    app.toasts.map(({ title, text }) => [title, text]),
    ["Accept", "Reject", "Needs a look", "Key frame", "Delete", "Absent", "Relabel"].map((title) => [
      title,
      "Track 1 is locked. Unlock it first (L).",
    ]),
  );
  app.commands.lock();
  assert.ok(app.commands.remove());
});

test("accepting where nothing is visible changes nothing and shows what to do", () => {
  const app = editor();
  app.commands.select("t1");
  app.view.set({ frame: 9 });
  assert.equal(app.commands.accept(), null);
  assert.match(app.toasts.at(-1).text, /absent \(O\)/);
  app.view.set({ frame: 2 });
  assert.equal(app.commands.accept(), null);
  assert.equal(app.toasts.length, 1, "what is corrected already needs no word");
});

test("a half drawn shape takes the undo and the delete key for itself", async () => {
  const app = editor();
  app.commands.select("t1");
  app.commands.accept();
  let steps = 2;
  app.stage.takeBack = () => steps > 0 && Boolean((steps -= 1) + 1);
  app.commands.remove();
  app.session.set({ saving: "offline" });
  app.commands.undo();
  assert.deepEqual([steps, app.queue.pending], [0, 1]);
});

test("the undo of a toast names its edit, whatever came after it", async () => {
  const app = editor();
  const sent = [];
  globalThis.fetch = async (path, { body }) => {
    sent.push([path, JSON.parse(body)]);
    return Response.json({ status: "nothing", rows: [] });
  };
  app.preferences.set({ scope: "whole" });
  app.commands.select("t2");
  const edit = app.commands.remove();
  const [{ actions }] = app.toasts;
  app.commands.select("t1");
  app.commands.rename("later");
  app.queue.waiting = [];
  app.queue.out = [];
  await actions[0].run();
  const [[path, body]] = sent;
  assert.deepEqual([path, body.edit], ["/data/videos/v/undo", edit.id]);
});

test("the undo of a toast takes back its edit while that waits", () => {
  const app = editor();
  app.queue.timer = 1;
  app.preferences.set({ scope: "whole" });
  app.commands.select("t2");
  app.commands.remove();
  app.toasts[0].actions[0].run();
  assert.deepEqual([app.queue.pending, app.document.tracks.get("t2").deleted], [0, false]);
});

test("hide, lock and solo switch marks of a track", () => {
  const { commands, view } = editor();
  commands.select("t2");
  commands.hide();
  commands.lock("t1");
  commands.solo();
  assert.deepEqual([[...view.now.hidden], [...view.now.locked], view.now.solo], [["t2"], ["t1"], "t2"]);
  commands.hide("t2");
  commands.solo();
  assert.deepEqual([[...view.now.hidden], view.now.solo], [[], ""]);
});

test("a new track waits for its first stroke, with a drawing tool at hand", () => {
  const app = editor();
  app.commands.startTrack("c1");
  assert.equal(app.view.now.tool, "brush");
  assert.equal(app.view.now.newTrack.number, 3);
  assert.equal(app.queue.pending, 0);
  app.commands.select("t1");
  assert.equal(app.view.now.newTrack, null);
});

test("the brush grows and shrinks by at least a pixel, inside its limits", () => {
  const app = editor();
  for (let i = 0; i < 60; i += 1) app.commands.smaller();
  assert.equal(app.preferences.now.brush, 1);
  app.commands.larger();
  assert.equal(app.preferences.now.brush, 2);
  for (let i = 0; i < 60; i += 1) app.commands.larger();
  assert.equal(app.preferences.now.brush, 400);
});

test("offline, undo takes back what was not sent and redo gives it back", () => {
  const app = editor();
  app.session.set({ saving: "offline" });
  app.queue.timer = 1;
  app.commands.select("t1");
  app.commands.accept();
  app.commands.undo();
  assert.equal(app.document.row("t1", 0).review, "unreviewed");
  app.commands.redo();
  assert.equal(app.document.row("t1", 0).review, "accepted");
});

test("a verdict on frames whose rows are still being read waits, one on what is here does not", () => {
  const app = editor();
  app.view.set({ selected: "t1", frame: 1 });
  app.rows = { covers: (first, last) => last - first < 5, share: 0.34 };
  app.preferences.set({ scope: "whole" });
  assert.equal(app.commands.accept(), null);
  assert.match(app.toasts[0].text, /still being read \(34 %\)/);
  assert.equal(app.document.row("t1", 0).review, "unreviewed");
  app.preferences.set({ scope: "frame" });
  assert.ok(app.commands.accept());
  assert.equal(app.document.row("t1", 1).review, "accepted");
});

/** Where the playhead stands after an undo whose answer covers these frames. */
async function afterUndo(at, answer) {
  const app = editor();
  globalThis.fetch = async () => new Response(JSON.stringify({ status: "applied", number: 9, rows: [], ...answer }));
  Object.assign(app, { author: "me", asked: 0, applyRows: () => {}, refreshVideo: () => {} });
  app.view.set({ frame: at });
  await app.commands.undo();
  return app.view.now.frame;
}

test("undo goes to the edit only from outside of its frames", async () => {
  const wide = { frame: 2, last_frame: 7 };
  assert.deepEqual(await Promise.all([0, 2, 5, 7, 8].map((at) => afterUndo(at, wide))), [2, 2, 5, 7, 2]);
  assert.equal(await afterUndo(5, { frame: 3, last_frame: 3 }), 3);
  assert.equal(await afterUndo(5, { frame: null, last_frame: null }), 5);
});

test("the range is set by keys, and verdicts hold for it", () => {
  const app = editor();
  app.commands.goto(4);
  app.commands.rangeEnd();
  app.commands.goto(2);
  app.commands.rangeStart();
  assert.deepEqual([app.view.now.range, app.preferences.now.scope], [[2, 4], "range"]);
  app.commands.goto(6);
  app.commands.rangeStart();
  assert.deepEqual(app.view.now.range, [6, 6], "an end never lies before its start");
  app.commands.clearRange();
  assert.equal(app.view.now.range, null);
  app.commands.scopeRange();
  assert.match(app.toasts.at(-1).text, /Choose a range first/);
});

test("next and previous video stop at the ends of the project", () => {
  const app = editor();
  const opened = [];
  app.open = (id) => opened.push(id);
  app.session.set({ project: { videos: [{ id: "u" }, { id: "v" }, { id: "w" }] } });
  app.commands.nextVideo();
  app.commands.previousVideo();
  assert.deepEqual(opened, ["w", "u"]);
  app.session.set({ video: { id: "w", categories: [] } });
  app.commands.nextVideo();
  assert.equal(app.toasts.at(-1).text, "This is the last video of the project.");
});

test("the key of the range takes the frames of the shown entry of the queue where no range is chosen", () => {
  const app = editor();
  assert.match(app.registry.get("scopeRange").unavailable(app), /Choose a range first/);
  app.view.set({ selected: "t1", frame: 0 });
  app.commands.scopeRange();
  assert.deepEqual([app.view.now.range, app.preferences.now.scope], [[0, 1], "range"]);
  app.view.set({ range: [3, 4] });
  app.commands.scopeRange();
  assert.deepEqual(app.view.now.range, [3, 4], "a chosen one stays");
});

test("a range that came from an entry of the queue gives way to the next entry", () => {
  const app = editor();
  app.view.set({ selected: "t1", frame: 0 });
  app.commands.scopeRange();
  app.view.set({ selected: "t1", frame: 6 });
  app.commands.scopeRange();
  assert.deepEqual(app.view.now.range, [6, 6]);
  app.view.set({ selected: "t1", frame: 9 });
  app.commands.scopeRange();
  assert.deepEqual(app.view.now.range, [6, 6], "without an entry it stays");
});
