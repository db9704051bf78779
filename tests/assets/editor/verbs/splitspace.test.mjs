/** Splitting a mask as a command: how far the cut is followed, onward at once and backward when it is asked for. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encode, stringify } from "../../../../assets/editor/masks/rle.js";
import { application, endWorker, settled, startWorker } from "./application.mjs";
import { documentOf, DRAWN, frames, HEIGHT, WIDTH } from "./scenes.mjs";

before(startWorker);
after(endWorker);

/** Two boxes with room between them. */
function two() {
  const bits = new Uint8Array(HEIGHT * WIDTH);
  for (let y = 1; y < 4; y += 1) {
    bits.fill(1, y * WIDTH, y * WIDTH + 3);
    bits.fill(1, y * WIDTH + 5, y * WIDTH + 7);
  }
  return stringify(encode(bits, HEIGHT, WIDTH));
}

/** Two things in one mask on frames 2 to 8, seen on frame 5; a person drew the mask of frame 2. */
async function split(more = {}) {
  const document = documentOf([[2, DRAWN], ...frames(3, 8, { hash: "both" })]);
  document.masks.add("both", two());
  const app = application(document, more);
  app.view.set({ frame: 5, selected: "t1" });
  app.commands.splitSpace();
  await answer(() => app.view.now.preview);
  return app;
}

/** Waits for the worker. */
async function answer(wanted) {
  for (let i = 0; i < 200 && !wanted(); i += 1) await settled();
  assert.ok(wanted());
}

const question = (app) => app.view.now.preview.questions[0];
const labels = (app) => question(app).answers.map(({ label }) => label);
const cut = (app) =>
  app.view.now.preview.marks.filter(({ track }) => track === "t1").map(({ first, last }) => [first, last]);

test("the cut is followed onward, and backward only when it is asked for", async () => {
  const app = await split();
  assert.deepEqual(labels(app), ["This frame", "Onward, 4", "Backward", "Both ways"]);
  assert.deepEqual([question(app).chosen, cut(app)], ["onward", [[5, 8]]]);
  app.commands.nextAnswer();
  await answer(() => question(app).chosen === "backward");
  assert.deepEqual(labels(app), ["This frame", "Onward, 4", "Backward, 3", "Both ways"]);
  assert.deepEqual(cut(app), [[3, 5]]);
  assert.match(app.view.now.preview.facts[0], /frame 2: a person drew or judged/);
  app.commands.nextAnswer();
  assert.deepEqual([question(app).chosen, cut(app)], ["both", [[3, 8]]]);
  app.commands.applyPreview();
  const second = app.document.byNumber(2);
  assert.deepEqual([...second.rows.keys()].sort(), [3, 4, 5, 6, 7, 8]);
  assert.deepEqual(
    [3, 5, 8].map((k) => second.rows.get(k).review),
    ["unreviewed", "corrected", "unreviewed"],
  );
});

test("a preview that was left does not come back when the way backward is found", async () => {
  const app = await split();
  app.commands.nextAnswer();
  app.commands.discardPreview();
  await settled();
  await settled();
  assert.equal(app.view.now.preview, null);
});

test("a cut that takes long says which way it is followed, and one that is quick says nothing", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const quick = await split();
  context.mock.timers.tick(10_000);
  assert.deepEqual(quick.toasts, []);
  const document = documentOf(frames(2, 8, { hash: "both" }));
  let read;
  const slow = application(document, { showing: { fetchMasks: () => new Promise((done) => (read = done)) } });
  slow.view.set({ frame: 5, selected: "t1" });
  slow.commands.splitSpace();
  await settled();
  context.mock.timers.tick(1000);
  assert.deepEqual(
    slow.toasts.map(({ text }) => text),
    ["Following the cut onward…"],
  );
  document.masks.add("both", two());
  read();
  await answer(() => slow.view.now.preview);
});

test("a cut stops before a mask that could not be loaded, and says so", async () => {
  const document = documentOf([...frames(2, 5, { hash: "both" }), ...frames(6, 8, { hash: "far" })]);
  document.masks.add("both", two());
  const asked = [];
  const app = application(document, { showing: { fetchMasks: async (...request) => asked.push(request) } });
  app.view.set({ frame: 4, selected: "t1" });
  app.commands.splitSpace();
  await answer(() => app.view.now.preview);
  assert.deepEqual(asked, [[6, 9, ["t1"]]]);
  assert.ok(app.view.now.preview.facts.includes("Stops at frame 6, whose mask is not loaded."));
});

test("a chosen range bounds the cut on both sides", async () => {
  const app = application(documentOf(frames(0, 9, { hash: "both" })));
  app.document.masks.add("both", two());
  app.view.set({ frame: 5, selected: "t1", range: [4, 6] });
  app.preferences.set({ scope: "range" });
  app.commands.splitSpace();
  await answer(() => app.view.now.preview);
  assert.deepEqual([labels(app)[1], cut(app)], ["Onward, 2", [[5, 6]]]);
  question(app)
    .choose("both")
    .then((preview) => app.view.set({ preview }));
  await answer(() => question(app).chosen === "both");
  assert.deepEqual(cut(app), [[4, 6]]);
});
