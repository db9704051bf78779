import assert from "node:assert/strict";
import { test } from "node:test";
import { suggestionOf } from "../../../../assets/editor/panels/suggestion.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const drawn = (frame, version = 1) => sentRow(frame, { source: "drawn", review: "corrected", score: null, version });
const spread = (frame, score, version = 2) => sentRow(frame, { source: "propagated", score, version });

/** An editor on a frame of a track that was spread from frame 0. */
function editor(frame, rows = [drawn(0), ...[1, 2, 3, 4].map((k) => spread(k, 0.5))]) {
  const document = smallDocument([sentTrack(1, rows)]);
  const ran = [];
  const commands = { spreadAgain: () => ran.push("again"), goto: (to) => ran.push(to) };
  const view = { now: { frame, range: [0, 4], locked: new Set(), newTrack: null } };
  const preferences = { now: { scope: "frame" } };
  return { track: document.tracks.get("t1"), view, preferences, commands, ran };
}

test("the frame whose correction helps most is one press away", () => {
  const app = editor(0);
  const found = suggestionOf(app);
  assert.deepEqual([found.label, found.command], ["Correct 4 next", undefined]);
  assert.match(found.title, /^Frame 4 is 50 % sure/);
  found.run();
  assert.deepEqual(app.ran, [4]);
  assert.equal(suggestionOf(editor(4)), null, "it is shown already");
});

test("a correction inside of a spread is spread again first", () => {
  const app = editor(2, [drawn(0), spread(1, 0.5), drawn(2, 3), spread(3, 0.5), spread(4, 0.1)]);
  const found = suggestionOf(app);
  assert.deepEqual([found.label, found.command], ["Spread again", "spread"]);
  found.run();
  assert.deepEqual(app.ran, ["again"]);
  app.preferences.now.scope = "range";
  assert.equal(suggestionOf(app).command, undefined, "the key of Spread fills the chosen range");
});

test("nothing is suggested without a track to change", () => {
  const app = editor(0);
  for (const changed of [
    { ...app, track: null },
    { ...app, track: { ...app.track, rejected: true } },
    { ...app, view: { now: { ...app.view.now, locked: new Set(["t1"]) } } },
    { ...app, view: { now: { ...app.view.now, newTrack: {} } } },
  ])
    assert.equal(suggestionOf(changed), null);
});

test("after a mask of a model was corrected, tracks with the same edges are listed elsewhere", () => {
  const opened = [];
  globalThis.open = (address) => opened.push(address);
  const app = { ...editor(0, [drawn(0)]), session: { now: { project: { id: "p" } } } };
  app.document = {};
  app.track.run = null;
  assert.equal(suggestionOf(app), null, "what a person drew alone");
  app.track.run = "r1";
  app.track.category = "c1";
  const found = suggestionOf(app);
  assert.equal(found.label, "Edges of others");
  found.run();
  assert.deepEqual(opened, ["/tracks?project=p&like=t1&category=c1&run_of=t1&untouched=true&mend=look%3A0"]);
  delete globalThis.open;
});
