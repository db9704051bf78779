/** The verbs as commands: what they ask, their previews, and the one edit that they make. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit, wholeQueue } from "../../../../assets/editor/commands/queue.js";
import { renewPreview } from "../../../../assets/editor/commands/previewing.js";
import { VERBS } from "../../../../assets/editor/verbs/index.js";
import { application, settled } from "./application.mjs";
import { ABSENT, boxCounts, COUNT, documentOf, DRAWN, frames, HUMAN_ABSENT } from "./scenes.mjs";

const preview = (app) => app.view.now.preview;
const edits = (app) => app.queue.waiting.map(({ kind, changes }) => [kind, changes.length]);

function open(document, { frame = 0, selected = "t1", ...more } = {}) {
  const app = application(document, more);
  app.view.set({ frame, selected });
  return app;
}

test("splitting shows what would change, applies one edit, and selects the new track", () => {
  const app = open(documentOf(frames(0, 5)), { frame: 3 });
  app.commands.split();
  assert.equal(preview(app).title, "Split track 1 at frame 3");
  assert.deepEqual(preview(app).facts, ["3 frames become track 2", "track 1 keeps 3 frames"]);
  const kinds = preview(app).marks.map(({ first, last, kind }) => [first, last, kind]);
  assert.deepEqual(kinds, [
    [3, 5, "gone"],
    [3, 5, "draft"],
  ]);
  assert.equal(preview(app).masks(4).length, 1);
  assert.equal(preview(app).masks(2).length, 0);
  app.commands.applyPreview();
  assert.deepEqual(edits(app), [["split", 7]]);
  assert.equal(app.track.number, 2);
});

test("a refusal is a toast with the reason, and nothing changes", () => {
  const app = open(documentOf(frames(3, 5)), { frame: 3 });
  app.commands.split();
  assert.deepEqual([preview(app), app.toasts.at(-1).text], [null, "Track 1 has no mask before frame 3."]);
  app.view.set({ selected: null });
  app.commands.merge();
  assert.equal(app.toasts.at(-1).text, "Select a track first.");
  app.view.now.locked.add("t1");
  app.view.set({ selected: "t1" });
  app.commands.endHere();
  assert.match(app.toasts.at(-1).text, /^Track 1 is locked/);
});

test("merging asks for the other track, the likeliest first, and lets the overlap be decided", async () => {
  const app = open(documentOf(frames(0, 4), frames(3, 8), frames(6, 9)));
  app.answer = "t2";
  app.commands.merge();
  await settled();
  assert.deepEqual(app.asked[0], [
    "Merge track 1 with",
    [
      [3, "1 frame apart"],
      [2, "both on 2"],
    ],
  ]);
  assert.deepEqual(preview(app).facts[0], "both on 2 frames: track 1 holds");
  const [keep, both] = preview(app).questions;
  assert.deepEqual([keep.answers.map(({ label }) => label), both.chosen], [["Keep 1", "Keep 2"], "first"]);
  app.view.set({ preview: both.choose("second") });
  assert.equal(preview(app).facts[0], "both on 2 frames: track 2 holds");
  app.view.set({ preview: preview(app).questions[0].choose("t2") });
  assert.equal(preview(app).title, "Merge track 1 into track 2");
  app.commands.applyPreview();
  assert.equal(app.document.tracks.get("t1").deleted, true);
  assert.equal(app.track.number, 2);
  assert.equal(app.queue.pending, 1);
});

test("the preview of a merge counts masks that the track gains, not frames where a model found nothing", () => {
  const app = open(documentOf([...frames(0, 2), ...frames(3, 6, ABSENT)], [...frames(0, 3, ABSENT), ...frames(4, 6)]));
  app.commands.merge("t2");
  assert.deepEqual(preview(app).facts, ["track 1 gains 3 masks", "track 2 goes"]);
});

test("a key answers the questions of a preview one after another", () => {
  const app = open(documentOf(frames(0, 4), frames(3, 8)));
  app.commands.merge("t2");
  const chosen = () => preview(app).questions.map((question) => question.chosen);
  app.commands.nextAnswerOfSecond();
  assert.deepEqual(chosen(), ["t1", "second"]);
  app.commands.nextAnswer();
  assert.equal(preview(app).title, "Merge track 1 into track 2");
  app.commands.nextAnswer();
  assert.equal(preview(app).title, "Merge track 2 into track 1");
  app.commands.discardPreview();
  app.commands.nextAnswer();
  assert.equal(app.toasts.at(-1).text, "There is no preview to decide on.");
  app.view.set({ frame: 2 });
  app.commands.split();
  app.commands.nextAnswer();
  assert.equal(app.toasts.at(-1).text, "The preview asks nothing more.");
});

test("choosing no other track changes nothing", async () => {
  const app = open(documentOf(frames(0, 4), frames(3, 8)));
  app.commands.swap();
  await settled();
  assert.deepEqual([preview(app), app.queue.pending], [null, 0]);
});

test("identities swap from here on, or over the chosen range", () => {
  const app = open(documentOf(frames(0, 9), frames(0, 9, { hash: "h5" })), { frame: 4 });
  app.commands.swap("t2");
  assert.equal(preview(app).title, `Swap tracks 1 and 2 on frames 4 – ${COUNT - 1}`);
  app.commands.discardPreview();
  app.view.set({ range: [2, 3] });
  app.preferences.set({ scope: "range" });
  app.commands.swap("t2");
  assert.equal(preview(app).title, "Swap tracks 1 and 2 on frames 2 – 3");
  app.commands.applyPreview();
  assert.deepEqual(edits(app), [["swap", 4]]);
});

test("the other track of a suspected swap is offered first", async () => {
  const app = open(documentOf(frames(0, 9), frames(0, 9, { hash: "h2" }), frames(0, 9, { hash: "h5" })), { frame: 4 });
  const masks = ["t1", "t3"].map((id) => app.document.row(id, 4).hash);
  const error = { kind: "swap", tracks: ["t1", "t3"], masks, first: 3, last: 4, frame: 4, strength: 1, evidence: {} };
  app.view.set({ likely: [error] });
  app.commands.swap();
  await settled();
  assert.deepEqual(
    app.asked[0][1].map(([number]) => number),
    [3, 2],
  );
});

test("one mask goes, two masks go", () => {
  const app = open(documentOf(frames(0, 5)), { frame: 4 });
  app.commands.endHere();
  assert.ok(preview(app).facts.includes("1 mask goes"));
});

test("joining here takes the masks of this frame together", () => {
  const app = open(documentOf(frames(0, 4), frames(0, 4, { hash: "h5" })), { frame: 1 });
  app.commands.join("t2");
  assert.equal(preview(app).title, "Join track 2 to track 1 on frame 1");
  app.commands.applyPreview();
  assert.deepEqual(edits(app), [["join", 2]]);
});

test("ends, starts and absences are previews where they are long", () => {
  const app = open(documentOf([...frames(0, 4), ...frames(8, 9)]), { frame: 3 });
  app.commands.endHere();
  assert.deepEqual(preview(app).facts, ["10 frames", "3 masks go"]);
  app.commands.discardPreview();
  app.commands.startHere();
  assert.equal(preview(app).title, "Track 1 starts at frame 3");
  app.commands.discardPreview();
  app.commands.absentUntilBack();
  assert.equal(preview(app).title, "Track 1 is absent until frame 8");
  app.commands.applyPreview();
  assert.deepEqual(edits(app), [["absent", 5]]);
});

test("absent is a verdict: from an entry of the queue it leads to the next one, also after a preview", () => {
  const place = ({ view }) => [view.now.selected, view.now.frame];
  for (const scope of ["frame", "onward"]) {
    const app = open(documentOf(frames(0, 4), frames(2, 6)));
    visit(app, wholeQueue(app)[0]);
    app.preferences.set({ scope });
    app.commands.absent();
    if (scope === "onward") app.commands.applyPreview();
    assert.deepEqual(place(app), scope === "frame" ? ["t1", 1] : ["t2", 2]);
  }
});

test("absent holds for the scope: one frame at once, more of them after a preview", () => {
  const app = open(documentOf([...frames(0, 4), [6, HUMAN_ABSENT]]), { frame: 3 });
  app.commands.absent();
  assert.deepEqual([preview(app), edits(app)], [null, [["absent", 1]]]);
  app.commands.absent();
  assert.match(app.toasts.at(-1).text, /is absent on frame 3 already/);
  app.preferences.set({ scope: "onward" });
  app.session.set({ video: { id: "v", categories: [], confirmed: 8 } });
  app.commands.absent();
  assert.equal(preview(app).title, "Track 1 is absent on frames 3 – 7");
  assert.deepEqual(preview(app).facts, ["3 frames", "1 mask goes"]);
  app.commands.discardPreview();
  assert.deepEqual(edits(app), [["absent", 1]]);
  app.preferences.set({ scope: "whole" });
  app.commands.absent();
  app.commands.applyPreview();
  const absent = [...app.track.rows.values()].filter(({ state }) => state === "absent").map(({ frame }) => frame);
  assert.deepEqual(
    absent.sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
});

test("while frames are still counted, nothing is said about those that cannot carry masks", () => {
  const app = open(documentOf(frames(0, 4)), { frame: 3 });
  app.session.set({ video: { id: "v", categories: [], confirmed: 7 } });
  app.commands.endHere();
  assert.deepEqual(preview(app).marks, [{ track: "t1", first: 4, last: 6, kind: "gone" }]);
});

test("an end moves to a frame by a drag or a key; one frame needs no preview", () => {
  const app = open(documentOf(frames(2, 4, DRAWN)), { frame: 5 });
  app.commands.endToHere();
  assert.deepEqual([preview(app), edits(app)], [null, [["extend", 1]]]);
  app.registry.run("moveEnd", { track: "t1", from: 5, to: 9 });
  assert.equal(preview(app).title, "Extend track 1 to frame 9");
});

test("a mask is copied and pasted, and the arrow keys move it", () => {
  const app = open(documentOf(frames(0, 0, DRAWN)));
  assert.equal(app.registry.reason("pasteMask"), "No mask was copied yet.");
  app.commands.copyMask();
  assert.equal(app.toasts.at(-1).title, "Mask of track 1 copied");
  app.view.set({ frame: 6 });
  app.commands.pasteMask();
  app.view.set({ preview: preview(app).keys.ArrowRight() });
  app.view.set({ preview: preview(app).keys["Shift+ArrowUp"]() ?? preview(app) });
  assert.match(app.toasts.at(-1).text, /outside of the picture/);
  assert.deepEqual(preview(app).facts, ["frame 6", "moved by 1, 0 pixels"]);
  app.commands.applyPreview();
  assert.equal(app.document.row("t1", 6).review, "corrected");
  app.view.set({ selected: null, frame: 7 });
  app.commands.pasteMask();
  app.commands.applyPreview();
  assert.equal(app.track.number, 2);
});

test("a mask is copied onward to as many frames as are chosen, and stops at an absence of a person", () => {
  const app = open(
    documentOf([
      [0, DRAWN],
      [12, HUMAN_ABSENT],
      [3, ABSENT],
    ]),
  );
  app.commands.copyOnward();
  const [{ answers, chosen, choose }] = preview(app).questions;
  assert.deepEqual([answers.map(({ label }) => label), chosen], [["5", "10", "25", "All"], "10"]);
  assert.equal(preview(app).facts[0], "10 copies, unreviewed");
  app.view.set({ preview: choose("0") });
  assert.equal(preview(app).facts[0], "Track 1 stops before frame 12: a person marked it absent there.");
  app.commands.applyPreview();
  assert.deepEqual(edits(app), [["copy", 11]]);
});

test("a duplicate is the whole track unless a range is meant", () => {
  const app = open(documentOf(frames(0, 5)), { frame: 3 });
  app.commands.duplicate();
  assert.equal(preview(app).facts[0], "6 masks");
  app.commands.applyPreview();
  assert.deepEqual([edits(app), app.track.number], [[["duplicate", 7]], 2]);
});

test("a preview follows its tracks, and goes where the verb would be refused", async () => {
  const app = open(documentOf(frames(0, 5)), { frame: 3 });
  app.commands.split();
  const before = preview(app);
  app.document.apply({ track: "t1", frame: 9, version: 2, after: { state: "present", mask: "h1" } });
  assert.equal(before.again(app).facts[0], "4 frames become track 2");
  for (let k = 3; k <= 9; k += 1) app.document.apply({ track: "t1", frame: k, version: 3, after: null });
  assert.equal(before.again(app), null);
});

test("rows that are not loaded yet are waited for, with a word about it", async () => {
  const covered = [];
  const rows = {
    covers: () => covered.length > 0,
    cover: async (...range) => covered.push(range),
    share: 0.5,
  };
  const app = open(documentOf(frames(0, 5)), { frame: 3, rows });
  app.commands.split();
  assert.equal(preview(app), null);
  assert.equal(app.toasts.at(-1).text, "The masks of this video are still being read.");
  await settled();
  assert.deepEqual([covered, preview(app).title], [[[0, COUNT - 1]], "Split track 1 at frame 3"]);
});

test("masks that a union needs are loaded first, of its two tracks alone; a merge without one loads none", async () => {
  const document = documentOf(frames(0, 9), frames(5, 9, { hash: "far" }), frames(5, 9, { hash: "unneeded" }));
  const loaded = [];
  const showing = {
    fetchMasks: async (...asked) => {
      loaded.push(asked);
      document.masks.add("far", document.masks.text("h1"));
    },
  };
  const app = open(document, { showing });
  app.commands.merge("t2");
  assert.deepEqual([loaded, preview(app).title], [[], "Merge track 2 into track 1"]);
  app.commands.nextAnswerOfSecond();
  app.commands.nextAnswerOfSecond();
  await settled();
  assert.deepEqual(loaded, [[5, 10, ["t2"]]]);
  assert.equal(preview(app).facts[0], "both on 5 frames: both masks together");
});

test("masks that the page cannot hold at once are refused in words, and one that was dropped is loaded again", async () => {
  const document = documentOf(frames(0, 3), frames(0, 3, { hash: "far" }));
  const text = document.masks.text("h1");
  let kept = false;
  const showing = { fetchMasks: async () => kept && document.masks.add("far", text) };
  const app = open(document, { showing });
  app.preferences.set({ scope: "whole" });
  app.commands.join("t2");
  await settled();
  assert.match(app.toasts.at(-1).text, /^The masks of so many frames are too large/);
  kept = true;
  app.commands.join("t2");
  await settled();
  document.masks.counts.delete("far");
  document.masks.forget("far");
  document.apply({ track: "t1", frame: 0, version: 0, after: null });
  renewPreview(app);
  await settled();
  assert.equal(preview(app).facts[0], "3 masks grow by that of track 2");
});

test("categories are hidden, locked and shown alone as a whole, and all tracks are hidden and locked", () => {
  const document = documentOf(frames(0, 1), frames(0, 1), frames(0, 1));
  document.tracks.get("t3").category = "c2";
  const app = open(document);
  const shown = () => [[...app.view.now.hidden], [...app.view.now.locked]];
  app.commands.hideCategory();
  app.commands.lockCategory();
  assert.deepEqual(shown(), [
    ["t1", "t2"],
    ["t1", "t2"],
  ]);
  app.commands.hideCategory();
  app.commands.lockCategory();
  app.commands.soloCategory();
  assert.deepEqual(shown(), [["t3"], []]);
  app.commands.soloCategory();
  assert.deepEqual(shown(), [[], []]);
  app.view.set({ selected: null });
  app.commands.hideAll();
  app.commands.lockAll();
  const all = ["t1", "t2", "t3"];
  assert.deepEqual(shown(), [all, all]);
  app.commands.hideAll();
  assert.deepEqual(shown(), [[], all]);
  app.view.set({ selected: "t1", preview: {} });
  for (const id of ["lock", "lockCategory", "lockAll"])
    assert.match(app.registry.reason(id) ?? "", /preview first/, "Apply would write into what was locked meanwhile");
  for (const id of ["hide", "hideCategory", "hideAll", "soloCategory"]) assert.equal(app.registry.reason(id), null);
});

test("names, categories and colours are one edit, and many tracks are shown first", () => {
  const app = open(documentOf(frames(0, 1), frames(0, 1), frames(0, 1)), { categoryName: () => "fish" });
  app.commands.rename(" Tom ");
  app.commands.setCategory("c2");
  app.commands.setColour(7);
  assert.deepEqual([app.track.name, app.track.category, app.track.extra], ["Tom", "c2", { colour: 7 }]);
  assert.deepEqual([app.queue.pending, preview(app)], [3, null]);
  app.commands.rename("Tom");
  app.commands.setCategory("c2");
  assert.equal(app.queue.pending, 3);
  app.commands.select("t2");
  app.commands.setCategoryOfAll("c2");
  assert.equal(preview(app).title, "Relabel 2 tracks as fish");
  app.commands.applyPreview();
  assert.deepEqual(
    app.document.list().map(({ category }) => category),
    ["c2", "c2", "c2"],
  );
});

test("an earlier version is fetched with the masks that are gone, compared, and restored as one edit", async () => {
  const app = open(documentOf(frames(0, 2)), { frame: 1 });
  const asked = [];
  globalThis.fetch = async (path) => {
    asked.push(path);
    const rows = [[1, { state: "present", source: "drawn", review: "corrected", mask: "gone" }]];
    return Response.json({ number: 4, own: { name: "Tom" }, rows, blobs: { gone: boxCounts(0, 0, 2, 2) } });
  };
  app.registry.run("restore", { track: "t1", number: 4 });
  await settled();
  assert.deepEqual(asked, ["/data/videos/v/tracks/t1/versions/4"]);
  assert.equal(preview(app).title, "Restore track 1 as of edit 4");
  assert.deepEqual(preview(app).facts, ["1 frame back", "2 later frames cleared", "name as before"]);
  assert.equal(preview(app).masks(1).length, 1);
  app.commands.applyPreview();
  assert.deepEqual([[...app.track.rows.keys()], app.track.name], [[1], "Tom"]);
  assert.deepEqual(edits(app), [["restore", 4]]);
});

test("every verb that a menu offers has a key", () => {
  for (const { id, keys = [], places = [] } of VERBS) if (places.length) assert.ok(keys.length, id);
});
