import assert from "node:assert/strict";
import { test } from "node:test";
import {
  filteredQueue,
  judgeAndAdvance,
  onwardFrom,
  queueStep,
  standing,
  visit,
  wholeQueue,
} from "../../../../assets/editor/commands/queue.js";
import { createSession, createView } from "../../../../assets/editor/state.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const rows = (frames) => frames.map((frame) => sentRow(frame));

/** An editor of two tracks, and what it showed. */
function editor({ likely = [], next = null } = {}) {
  const document = smallDocument([sentTrack(1, rows([0, 1, 2])), sentTrack(2, rows([4, 5]))]);
  const view = createView();
  const session = createSession();
  const toasts = [];
  const app = {
    document,
    view,
    session,
    toast: (message) => toasts.push(message),
    registry: { get: (id) => ({ id, title: id, unavailable: () => (id === "nextVideo" ? next : null) }) },
    commands: { goto: (frame) => view.set({ frame }), nextVideo: () => {}, completeVideo: () => {} },
  };
  view.set({ likely, searched: 1 });
  return { app, toasts, document };
}

/** Accept the selected track on the shown frame. */
const accept = (app) => () => {
  app.document.row(app.view.now.selected, app.view.now.frame).review = "accepted";
  app.document.tracks.get(app.view.now.selected).revision += 1;
  app.view.set({ revision: app.view.now.revision + 1 });
  return { id: "edit" };
};

const place = ({ view }) => [view.now.selected, view.now.frame];

function swapOf(document) {
  const masks = ["t2", "t1"].map((id) => document.row(id, 5)?.hash ?? null);
  return { kind: "swap", tracks: ["t2", "t1"], masks, first: 5, last: 5, frame: 5, strength: 1, evidence: {} };
}

test("likely errors come before what is only unreviewed, and after what a person flagged", () => {
  const { app, document } = editor();
  document.row("t1", 2).look = "blurred";
  app.view.set({ likely: [swapOf(document)], revision: 1 });
  assert.deepEqual(
    wholeQueue(app).map(({ kind, at }) => [kind, at]),
    [
      ["look", 2],
      ["likely", 5],
      ["unreviewed", 0],
      ["unreviewed", 4],
    ],
  );
});

test("the filter of the tab leaves one kind", () => {
  const { app, document } = editor();
  app.view.set({ likely: [swapOf(document)], queueFilter: "likely" });
  assert.deepEqual(
    filteredQueue(app).map(({ kind }) => kind),
    ["likely"],
  );
});

test("steps walk the queue around and show the frame of each entry", () => {
  const { app } = editor();
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t1", 0]);
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t2", 4]);
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t1", 0]);
  queueStep(app, -1);
  assert.deepEqual(place(app), ["t2", 4]);
});

test("entries of one track that lead to the same frame are all reached", () => {
  const { app, document } = editor();
  const on = (id, frame) => ({ ...swapOf(document), tracks: [id], masks: [document.row(id, frame).hash], frame });
  app.view.set({ likely: [on("t2", 4), on("t1", 0)], revision: 1 });
  const seen = [];
  for (let i = 0; i < 5; i += 1) {
    queueStep(app, 1);
    seen.push(standing(app, wholeQueue(app)));
  }
  assert.deepEqual(seen, [0, 1, 2, 3, 0]);
  app.view.set({ selected: "t1", frame: 1 });
  assert.equal(standing(app, wholeQueue(app)), 2, "elsewhere the place counts, not the way");
});

test("likely errors that a search finds meanwhile come next", () => {
  const { app, document } = editor();
  queueStep(app, 1);
  app.view.set({ likely: [swapOf(document)], surfaced: true, revision: 1 });
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t2", 5]);
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t1", 0], "once");
});

test("a verdict on the way through the queue goes on: along the run, then to the next one", () => {
  const { app } = editor();
  queueStep(app, 1);
  const seen = [];
  for (let i = 0; i < 4; i += 1) {
    judgeAndAdvance(app, accept(app));
    seen.push(place(app));
  }
  assert.deepEqual(seen, [
    ["t1", 1],
    ["t1", 2],
    ["t2", 4],
    ["t2", 5],
  ]);
});

/** A likely error of a track on a frame of it. */
const errorOn = (document, id, frame) => ({
  ...swapOf(document),
  tracks: [id],
  masks: [document.row(id, frame).hash],
  ...{ first: frame, last: frame, frame },
});

/** A person draws another mask. */
function mend(app, id, frame) {
  Object.assign(app.document.row(id, frame), { hash: `drawn ${frame}`, source: "drawn", review: "corrected" });
  app.document.tracks.get(id).revision += 1;
  app.view.set({ revision: app.view.now.revision + 1 });
}

test("after an entry was mended by drawing, steps go on from it in both directions", () => {
  for (const [step, expected] of [
    [1, ["t1", 2]],
    [-1, ["t2", 5]],
  ]) {
    const { app, document } = editor();
    const likely = [errorOn(document, "t2", 5), errorOn(document, "t1", 1), errorOn(document, "t1", 2)];
    app.view.set({ likely, revision: 1 });
    queueStep(app, 1);
    queueStep(app, 1);
    mend(app, "t1", 1);
    queueStep(app, step);
    assert.deepEqual(place(app), expected);
  }
});

test("who looks at frames around an entry, or selects another track while mending it, does not lose the way", () => {
  const { app, document } = editor();
  app.view.set({ likely: [errorOn(document, "t1", 0), errorOn(document, "t2", 5)], revision: 1 });
  queueStep(app, 1);
  app.view.set({ frame: 1 });
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t2", 5], "not the unreviewed run behind it");
  mend(app, "t2", 5);
  app.view.set({ selected: "t1", frame: 9 });
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t1", 0], "the first entry that was only unreviewed");
});

test("an entry that a person came to otherwise is where steps go on", () => {
  const { app } = editor();
  queueStep(app, 1);
  app.view.set({ selected: "t2", frame: 5 });
  queueStep(app, -1);
  assert.deepEqual(place(app), ["t1", 0]);
});

/** An editor whose person stands on the only entry that needs a look, found with the filter for those. */
function standingOnLook() {
  const found = editor();
  const { app, document } = found;
  document.row("t1", 2).look = "blurred";
  app.view.set({ queueFilter: "look", revision: 1 });
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t1", 2]);
  app.view.set({ likely: [errorOn(document, "t2", 5)], queueFilter: "all" });
  return found;
}

test("with another filter the way goes on from the entry that is shown, not from the beginning", () => {
  const { app } = standingOnLook();
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t2", 5], "the likely error behind it");
  const { app: back } = standingOnLook();
  queueStep(back, -1);
  assert.deepEqual(place(back), ["t2", 4], "around to the last one");
});

test("an entry that is gone keeps its place in the whole queue, so that another filter goes on behind it", () => {
  const { app, document } = editor();
  document.row("t1", 2).look = document.row("t2", 4).look = "blurred";
  app.view.set({ queueFilter: "look", likely: [errorOn(document, "t2", 5)], revision: 1 });
  queueStep(app, -1);
  assert.deepEqual(place(app), ["t2", 4]);
  document.row("t2", 4).look = null;
  accept(app)();
  app.view.set({ queueFilter: "all" });
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t2", 5], "not the first one, which was before it");
});

test("a verdict after another filter was chosen goes to the entry behind too", () => {
  const { app } = standingOnLook();
  judgeAndAdvance(app, accept(app));
  assert.deepEqual(place(app), ["t2", 5]);
});

test("entries that came meanwhile are next", () => {
  const { app, document } = editor();
  queueStep(app, -1);
  assert.deepEqual(place(app), ["t2", 4]);
  const before = [sentTrack(1, rows([0, 1, 2])), sentTrack(2, rows([4, 5]))];
  document.merge({ last_edit: 2, tracks: [...before, sentTrack(3, rows([7, 8]))] }, 0, document.count);
  app.view.set({ revision: app.view.now.revision + 1 });
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t3", 7]);
});

test("a verdict that comes later goes on too, unless the person has gone on meanwhile", () => {
  const { app } = editor();
  queueStep(app, 1);
  const [first, second] = [onwardFrom(app), onwardFrom(app)];
  accept(app)();
  first();
  assert.deepEqual(place(app), ["t1", 1]);
  second();
  assert.deepEqual(place(app), ["t1", 1], "once");
});

test("a verdict elsewhere stays where it is", () => {
  const { app } = editor();
  queueStep(app, 1);
  app.view.set({ frame: 2 });
  judgeAndAdvance(app, accept(app));
  assert.deepEqual(place(app), ["t1", 2]);
});

test("a verdict that changed nothing stays where it is", () => {
  const { app } = editor();
  queueStep(app, 1);
  assert.equal(
    judgeAndAdvance(app, () => null),
    null,
  );
  assert.deepEqual(place(app), ["t1", 0]);
});

test("the end of the queue is told, with the way to the next video where there is one", () => {
  for (const [next, actions] of [
    [null, ["completeVideo", "nextVideo"]],
    ["This is the last video of the project.", ["completeVideo"]],
  ]) {
    const { app, toasts, document } = editor({ next });
    for (const [id, frames] of [
      ["t1", [0, 1, 2]],
      ["t2", [4]],
    ]) {
      for (const frame of frames) document.row(id, frame).review = "accepted";
      document.tracks.get(id).revision += 1;
    }
    app.view.set({ revision: 1 });
    visit(app, wholeQueue(app)[0]);
    judgeAndAdvance(app, accept(app));
    assert.equal(toasts.length, 1);
    assert.deepEqual(
      toasts[0].actions.map(({ command }) => command),
      actions,
    );
    assert.equal(app.view.now.walk, null);
  }
});

test("the end of one kind is not told as the end of the queue", () => {
  const { app, toasts, document } = editor();
  app.view.set({ likely: [errorOn(document, "t2", 5)], queueFilter: "likely", revision: 1 });
  queueStep(app, 1);
  judgeAndAdvance(app, accept(app));
  const [{ title, text, actions }] = toasts;
  assert.deepEqual(
    [title, text, actions.map(({ label }) => label)],
    ["No likely error is left", "2 other entries wait in the review queue.", ["Show all"]],
  );
  actions[0].run();
  assert.equal(filteredQueue(app).length, 2);
});

test("a likely error that was judged gives way to the next entry", () => {
  const { app, document } = editor();
  app.view.set({ likely: [swapOf(document)], revision: 1 });
  queueStep(app, 1);
  assert.deepEqual(place(app), ["t2", 5]);
  judgeAndAdvance(app, accept(app));
  assert.deepEqual(place(app), ["t1", 0]);
  assert.equal(
    wholeQueue(app).some(({ kind }) => kind === "likely"),
    false,
  );
});

test("the first step through the queue of a video that nobody searched asks for one search", async () => {
  const { app } = editor();
  app.view.set({ searched: null });
  app.session.set({ video: { id: "v" } });
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    return new Response(JSON.stringify({ job: { id: "j", kind: "find_errors", status: "done", video: "v" } }));
  };
  for (const step of [1, 1, -1]) {
    queueStep(app, step);
    await new Promise((done) => setTimeout(done));
  }
  delete globalThis.fetch;
  assert.equal(asked.length, 1);
  assert.match(asked[0], /videos\/v\/likely-errors$/);
  const { app: searched } = editor();
  searched.session.set({ video: { id: "v" } });
  queueStep(searched, 1);
  assert.equal(asked.length, 1);
});
