/** Interpolation as a command: which range is meant, and what happens while it loads what it needs. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { application, endWorker, settled, startWorker } from "./application.mjs";
import { documentOf, DRAWN, frames } from "./scenes.mjs";

before(startWorker);
after(endWorker);

/** A person drew frames 0 and 9; frames 1 to 8 are a model's. Frame 6 is shown. @param more parts of the editor */
function scene(more = {}) {
  const app = application(documentOf([[0, DRAWN], ...frames(1, 8), [9, DRAWN]]), more);
  app.view.set({ selected: "t1", frame: 6 });
  return app;
}

/** The first and last frame that the command would fill. */
async function filled(app) {
  app.commands.interpolate();
  for (let i = 0; i < 200 && !app.view.now.preview; i += 1) await settled();
  const [{ first, last }] = app.view.now.preview.marks;
  return [first, last];
}

test("a chosen range elsewhere is not meant, one at the shown frame or with verdicts for it is", async () => {
  const elsewhere = scene();
  elsewhere.view.set({ range: [2, 3] });
  assert.deepEqual(await filled(elsewhere), [1, 8]);
  const scoped = scene();
  scoped.view.set({ range: [2, 3] });
  scoped.preferences.set({ scope: "range" });
  assert.deepEqual(await filled(scoped), [2, 3]);
  const here = scene();
  here.view.set({ range: [5, 6] });
  assert.deepEqual(await filled(here), [5, 6]);
});

test("the range is the one that was chosen when the command began", async () => {
  const app = scene({ rows: { covers: () => true, cover: async () => app.view.set({ range: null }) } });
  app.view.set({ range: [5, 6] });
  assert.deepEqual(await filled(app), [5, 6]);
});

test("nothing is offered or reported once another video is open", async () => {
  const other = documentOf([]);
  let app = null;
  for (const more of [
    { rows: { covers: () => true, cover: async () => (app.document = other) } },
    { showing: { fetchMasks: async () => (app.document = other) } },
  ]) {
    app = scene(more);
    app.document.masks.has = () => false;
    app.document.masks.text = () => assert.fail("masks of a video that was left");
    app.commands.interpolate();
    await settled();
    assert.deepEqual([app.view.now.preview, app.toasts], [null, []]);
  }
});

test("an interpolation that takes long says so, and leaves nothing where it is stopped", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  endWorker();
  globalThis.Worker = class {
    postMessage(_, [port]) {
      this.port = port;
    }

    terminate() {
      this.port.close();
    }
  };
  const app = scene();
  app.commands.interpolate();
  await settled();
  context.mock.timers.tick(1000);
  const [{ text, actions }] = app.toasts.splice(0);
  assert.equal(text, "Computing 8 masks…");
  actions[0].run();
  await settled();
  assert.deepEqual([app.view.now.preview, app.toasts], [null, []]);
  endWorker();
  startWorker();
});
