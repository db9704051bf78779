/** Answers to a preview that come while its tracks change, and later than another answer. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { renewPreview, takeResult } from "../../../../assets/editor/commands/previewing.js";
import { application, settled } from "../verbs/application.mjs";
import { COUNT, documentOf, frames } from "../verbs/scenes.mjs";

/** A merge in preview; the masks that "Both" needs come when the test calls `arrive`. */
function merging() {
  const document = documentOf(frames(0, 9), frames(5, 9, { hash: "far" }));
  const loads = [];
  const app = application(document, { showing: { fetchMasks: () => new Promise((done) => loads.push(done)) } });
  app.view.set({ selected: "t1" });
  app.view.on(["revision"], () => renewPreview(app));
  app.commands.merge("t2");
  const arrive = async () => {
    document.masks.add("far", document.masks.text("h1"));
    document.measure(0, COUNT);
    for (const done of loads.splice(0)) done();
    await settled();
  };
  const answer = async (name) => {
    takeResult(app, app.view.now.preview.questions[1].choose(name));
    await settled();
  };
  return { app, document, arrive, answer, chosen: () => app.view.now.preview?.questions[1].chosen };
}

test("an answer counts also where tracks change while its masks are loaded", async () => {
  const { app, document, arrive, answer, chosen } = merging();
  const before = app.view.now.preview;
  await answer("union");
  document.apply({ track: "t1", frame: 0, version: 0, after: null });
  await settled();
  assert.notEqual(app.view.now.preview, before, "made anew");
  await arrive();
  assert.equal(chosen(), "union");
});

test("an answer that comes after a later one, or after the preview was discarded, is dropped", async () => {
  const { app, document, arrive, answer, chosen } = merging();
  await answer("union");
  await answer("second");
  await arrive();
  assert.equal(chosen(), "second");
  document.masks.counts.delete("far");
  document.masks.forget("far");
  await answer("union");
  app.commands.discardPreview();
  await arrive();
  assert.equal(app.view.now.preview, null);
});
