import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { boxTool } from "../../../../../assets/editor/canvas/tools/box.js";
import { at, boxCounts, draw, editor, H, W } from "../drawing.mjs";

/** An editor whose server answers prompts; `asked` are their bodies. */
function prompting(answer) {
  const app = editor();
  app.session = { now: { video: { id: "v" } } };
  app.prompts = [];
  globalThis.fetch = async (path, { body }) => {
    app.prompts.push([path, JSON.parse(body)]);
    return answer();
  };
  return app;
}
const found = (...box) => Response.json({ mask: { size: [H, W], counts: boxCounts(...box) }, confidence: 0.9 });
const rest = async () => {
  for (let i = 0; i < 12; i += 1) await turn();
};

test("a box becomes the mask that the server finds in it, joined by the mode", async () => {
  const app = prompting(() => found(20, 12, 24, 16));
  draw(boxTool, app, [at(26, 18), at(18, 10)]);
  await rest();
  assert.deepEqual(app.prompts, [["/data/videos/v/prompts", { frame: 0, box: [18, 10, 26, 18] }]]);
  assert.equal(app.document.row("t1", 0).area, 36 + 16);
  assert.deepEqual([app.edits[0].kind, app.view.now.measure, app.layers.sketch], ["box", "", null]);
});

test("an answer that comes on another frame goes to the frame of the box", async () => {
  let answer;
  const app = prompting(() => new Promise((done) => (answer = done)));
  draw(boxTool, app, [at(18, 10), at(26, 18)]);
  await rest();
  app.view.set({ frame: 3 });
  app.layers.shownFrame = 3;
  app.layers.compose();
  answer(found(20, 12, 24, 16));
  await rest();
  assert.equal(app.document.row("t1", 0).area, 36 + 16);
  assert.equal(app.document.row("t1", 3), undefined);
});

test("nothing found, and a refusal, are said; a tiny box asks nothing; a box is cut to the picture", async () => {
  const app = prompting(() => Response.json({ mask: null, confidence: 0 }));
  draw(boxTool, app, [at(-9, -9), at(99, 99)]);
  await rest();
  assert.deepEqual(app.prompts[0][1].box, [0, 0, W, H]);
  draw(boxTool, app, [at(5, 5), at(6, 6)]);
  await rest();
  assert.equal(app.prompts.length, 1);
  const refusing = prompting(() => Response.json({ error: "The server is busy." }, { status: 503 }));
  draw(boxTool, refusing, [at(18, 10), at(26, 18)]);
  await rest();
  assert.deepEqual([app.asked.at(-1), refusing.asked.at(-1)], ["Nothing found in the box", "No mask from the box"]);
  assert.deepEqual([app.edits.length, refusing.edits.length], [0, 0]);
});
