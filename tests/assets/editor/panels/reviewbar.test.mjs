import assert from "node:assert/strict";
import { test } from "node:test";
import { summaryOf } from "../../../../assets/editor/panels/reviewbar.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const summary = (document, { track, frame = 0 } = {}) =>
  summaryOf({
    document,
    track,
    view: { now: { frame, newTrack: null } },
    keymap: { keyOf: (id) => ({ newTrack: "N", nextTrack: "J" })[id] },
    title: () => "fish",
  });

test("a proposed mask has its score, a frame without one has none", () => {
  const document = smallDocument([sentTrack(1, [sentRow(0), sentRow(1, { state: 0, score: 0, hash: null })])]);
  const [track] = document.list();
  assert.equal(summary(document, { track }).more, "1 fish, proposed 0.80");
  assert.equal(summary(document, { track, frame: 1 }).more, "1 fish, absent");
  assert.equal(summary(document, { track, frame: 2 }).title, "Unknown here");
});

test("without a selection the next step is named: a track to select, or how to get one", () => {
  const select = summary(smallDocument());
  assert.deepEqual([select.title, select.more], ["Select a track", "click its mask, or press J"]);
  const none = summary(smallDocument([]));
  assert.deepEqual([none.title, none.more], ["No tracks yet", "Propose finds some, or press N and draw one"]);
  assert.equal(summary(smallDocument([sentTrack(1, [sentRow(0)], { deleted: true })])).title, "No tracks yet");
});
