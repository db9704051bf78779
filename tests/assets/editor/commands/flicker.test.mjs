import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { showRow } from "../../../../assets/editor/canvas/earlier.js";
import { FLICKER, flicker, followFlicker } from "../../../../assets/editor/commands/flicker.js";
import { createSession, createView } from "../../../../assets/editor/state.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** An editor on a frame that a person corrected, where the server knows this row of a machine. */
function editor(row) {
  const document = smallDocument([sentTrack(1, [sentRow(0, { review: "corrected", source: "drawn" }), sentRow(1)])]);
  const session = createSession();
  session.set({ video: { id: "v" }, phase: "ready" });
  const view = createView();
  view.set({ selected: "t1", frame: 0 });
  const app = {
    document,
    session,
    view,
    toasts: [],
    composed: 0,
    toast: (message) => app.toasts.push(message),
    recompose: () => (app.composed += 1),
    get track() {
      return document.tracks.get(view.now.selected) ?? null;
    },
  };
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(String(address));
    return new Response(JSON.stringify({ row }), { headers: { "content-type": "application/json" } });
  };
  return { app, asked };
}

/** Until the listeners of a store have run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const PROPOSED = { source: "proposed", score: 0.8, hash: "old", mask: "0" };

test("the proposed mask is drawn in place of the row, and the row again at the second press", async () => {
  const { app, asked } = editor(PROPOSED);
  const own = app.document.row("t1", 0).hash;
  await flicker(app);
  assert.match(asked[0], /tracks\/t1\/proposed\?frame=0$/);
  assert.equal(app.document.shownHash("t1", 0), "old");
  assert.equal(app.document.masks.has("old"), true);
  assert.equal(app.document.row("t1", 0).hash, own);
  assert.equal(app.view.now.earlier, "before: proposed 0.80");
  await flicker(app);
  assert.equal(app.document.shownHash("t1", 0), own);
  assert.equal(app.view.now.earlier, "");
  assert.equal(app.composed, 2);
});

test("other tracks and frames are drawn as they are", async () => {
  const { app } = editor(PROPOSED);
  await flicker(app);
  assert.equal(app.document.shownHash("t1", 1), app.document.row("t1", 1).hash);
  assert.equal(app.document.shownHash("t9", 0), null);
});

test("a track that a machine saw nowhere here was absent before", async () => {
  const { app } = editor({ source: "proposed", score: null, hash: null, mask: null });
  await flicker(app);
  assert.equal(app.document.shownHash("t1", 0), null);
  assert.equal(app.view.now.earlier, "before: absent");
});

test("what only a person drew has no mask before", async () => {
  const { app } = editor(null);
  await flicker(app);
  assert.equal(app.document.earlier, null);
  assert.equal(app.toasts[0].title, "No mask before");
});

test("an answer that comes after a step is not shown", async () => {
  const { app } = editor(PROPOSED);
  const answer = flicker(app);
  app.view.set({ frame: 1 });
  await answer;
  assert.equal(app.document.earlier, null);
});

test("a step, an edit or a stroke shows the row again", async () => {
  const { app } = editor(PROPOSED);
  followFlicker(app);
  for (const change of [{ frame: 1 }, { revision: 5 }, { tool: "brush" }]) {
    app.view.set({ frame: 0 });
    await settled();
    await flicker(app);
    assert.notEqual(app.document.earlier, null);
    app.view.set(change);
    await settled();
    assert.equal(app.document.earlier, null);
  }
  app.view.set({ frame: 0 });
  await settled();
  await flicker(app);
  showRow(app);
  assert.equal(app.document.earlier, null);
});

test("the command is there only where a person changed or judged the row", () => {
  const { app } = editor(PROPOSED);
  assert.equal(FLICKER.unavailable(app), null);
  app.view.set({ frame: 1 });
  assert.equal(FLICKER.unavailable(app), "Nobody has changed track 1 on frame 1.");
});
