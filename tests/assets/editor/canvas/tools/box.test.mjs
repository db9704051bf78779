import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { boxTool } from "../../../../../assets/editor/canvas/tools/box.js";
import { brush as brushTool } from "../../../../../assets/editor/canvas/tools/brush.js";
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
const found = (x0, y0, x1, y1, more = {}) => {
  const mask = { size: [H, W], counts: boxCounts(x0, y0, x1, y1) };
  return Response.json({ mask, confidence: 0.9, sure: true, source: "U2-Netp", ...more });
};
const bodies = (app) => app.prompts.map(([, body]) => body);
const rest = async () => {
  for (let i = 0; i < 12; i += 1) await turn();
};

test("a box becomes the mask that the server finds in it, joined by the mode", async () => {
  const app = prompting(() => found(20, 12, 24, 16));
  draw(boxTool, app, [at(26, 18), at(18, 10)]);
  await rest();
  assert.deepEqual(app.prompts, [["/data/videos/v/prompts", { frame: 0, box: [18, 10, 26, 18], draft: true }]]);
  assert.equal(app.document.row("t1", 0).area, 36 + 16);
  assert.deepEqual([app.edits[0].kind, app.view.now.measure, app.layers.sketch], ["box", "", null]);
  assert.deepEqual(app.view.now.prompted, { frame: 0, track: "t1", confidence: 0.9, source: "U2-Netp", sure: true });
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

test("nothing found, and a refusal, are said; a line asks nothing; a box is cut to the picture", async () => {
  const app = prompting(() => Response.json({ mask: null, confidence: 0, sure: false, source: "" }));
  draw(boxTool, app, [at(-9, -9), at(99, 99)]);
  await rest();
  assert.deepEqual(app.prompts[0][1].box, [0, 0, W, H]);
  draw(boxTool, app, [at(5, 5), at(6, 15)]);
  await rest();
  assert.equal(app.prompts.length, 1);
  const refusing = prompting(() => Response.json({ error: "The server is busy." }, { status: 503 }));
  draw(boxTool, refusing, [at(18, 10), at(26, 18)]);
  await rest();
  assert.deepEqual([app.asked.at(-1), refusing.asked.at(-1)], ["Nothing found in the box", "No mask from the server"]);
  assert.deepEqual([app.edits.length, refusing.edits.length], [0, 0]);
});

test("the server is asked while the box is drawn, and not again at the release", async () => {
  const app = prompting(() => found(20, 12, 24, 16));
  boxTool.down(app, at(18, 10));
  boxTool.move(app, [at(22, 14)]);
  boxTool.move(app, [at(24, 16)]);
  boxTool.move(app, [at(26, 18)]);
  await rest();
  assert.deepEqual(bodies(app), [
    { frame: 0, box: [18, 10, 22, 14], draft: true },
    { frame: 0, box: [18, 10, 26, 18], draft: true },
  ]);
  assert.equal(app.edits.length, 0, "nothing is saved before the release");
  boxTool.up(app);
  await rest();
  assert.equal(app.prompts.length, 2);
  assert.equal(app.document.row("t1", 0).area, 36 + 16);
});

test("a draft that may get better is asked for anew at the release", async () => {
  let draft = true;
  const app = prompting(() => found(20, 12, draft ? 22 : 24, 16, { draft }));
  boxTool.down(app, at(18, 10));
  boxTool.move(app, [at(26, 18)]);
  await rest();
  draft = false;
  boxTool.up(app);
  await rest();
  assert.deepEqual(
    bodies(app).map((body) => body.draft),
    [true, undefined],
  );
  assert.equal(app.document.row("t1", 0).area, 36 + 16);
});

test("boxes and clicks go to the segmenter that the person chose", async () => {
  const app = prompting(() => found(20, 12, 24, 16));
  app.preferences.set({ segmenter: "grabcut" });
  draw(boxTool, app, [at(18, 10), at(26, 18)]);
  await rest();
  draw(boxTool, app, [at(9, 5)]);
  await rest();
  assert.deepEqual(
    bodies(app).map(({ prompter }) => prompter),
    ["grabcut", "grabcut"],
  );
});

test("a refusal while the box is drawn says nothing yet", async () => {
  const app = prompting(() => Response.json({ error: "The server is busy." }, { status: 503 }));
  boxTool.down(app, at(18, 10));
  boxTool.move(app, [at(26, 18)]);
  await rest();
  assert.deepEqual([app.asked, app.prompts.length], [[], 1]);
  boxTool.up(app);
  await rest();
  assert.deepEqual([app.asked, app.prompts.length], [["No mask from the server"], 3]);
});

test("a click corrects the mask of the track: it comes with the mask, and the answer takes its place", async () => {
  const app = prompting(() => found(2, 2, 10, 8));
  draw(boxTool, app, [at(9, 5)]);
  await rest();
  const [, body] = app.prompts[0];
  assert.deepEqual(body, {
    frame: 0,
    points: [{ x: 9, y: 5, inside: true }],
    mask: { size: [H, W], counts: boxCounts(2, 2, 8, 8) },
  });
  assert.equal(app.document.row("t1", 0).area, 48);
});

test("with Alt a click takes away, also everything; a stroke with Shift has many points", async () => {
  const app = prompting(() => Response.json({ mask: null, confidence: 0, sure: false, source: "Corrected" }));
  draw(boxTool, app, [at(3, 3, { shift: true, inverse: true }), at(5, 3), at(7.5, 3)]);
  await rest();
  assert.deepEqual(
    app.prompts[0][1].points.map(({ x, inside }) => [x, inside]),
    [
      [3, false],
      [5, false],
      [7.5, false],
    ],
  );
  assert.equal(app.document.row("t1", 0).state, "absent");
});

test("a click without a mask finds the thing; one that takes away has nothing to do", async () => {
  const app = prompting(() => found(20, 12, 24, 16));
  app.view.set({ frame: 1 });
  app.layers.shownFrame = 1;
  app.layers.compose();
  draw(boxTool, app, [at(21, 13, { inverse: true })]);
  await rest();
  assert.deepEqual([app.prompts, app.asked.at(-1)], [[], "Nothing to correct"]);
  draw(boxTool, app, [at(21, 13)]);
  await rest();
  assert.deepEqual(app.prompts[0][1], { frame: 1, points: [{ x: 21, y: 13, inside: true }] });
  assert.equal(app.document.row("t1", 1).area, 16);
});

/** A server that answers when the test says so; each entry of `answers` answers one request. */
function slow() {
  const answers = [];
  const app = prompting(() => new Promise((done) => answers.push(done)));
  app.masks = () => app.prompts.map(([, { mask }]) => mask?.counts);
  return { app, answers };
}

/** A box whose draft is drawn, while the best answer is still computed. */
async function drafted() {
  const { app, answers } = slow();
  app.view.set({ tool: "box" });
  draw(boxTool, app, [at(18, 10), at(26, 18)]);
  await rest();
  answers[0](found(20, 12, 22, 16, { draft: true }));
  await rest();
  return { app, best: answers[1] };
}
const painted = (app) => app.layers.bits.reduce((sum, bit) => sum + bit, 0);
const BEST = [20, 12, 24, 16];

test("a draft is drawn at once and the best answer in place of it: one edit", async () => {
  const { app, best } = await drafted();
  assert.deepEqual([painted(app), app.edits.length, app.view.now.prompted.refining], [36 + 8, 0, true]);
  assert.equal(app.layers.sketch, null);
  best(found(20, 12, 21, 16));
  await rest();
  assert.deepEqual([app.document.row("t1", 0).area, app.edits.length], [36 + 4, 1]);
  assert.equal(app.view.now.prompted.refining, undefined);
});

test("what happens meanwhile saves the draft as it is, and the best answer comes too late", async () => {
  const meanwhile = {
    stroke: (app) => {
      boxTool.settle(app);
      draw(brushTool, app, [at(4, 15), at(6, 15)]);
    },
    box: (app) => draw(boxTool, app, [at(1, 1), at(1.2, 1)]),
    undo: (app) => assert.equal(boxTool.takeBack(app), false, "the edit itself is undone"),
    frame: (app) => boxTool.settle(app),
  };
  for (const [name, act] of Object.entries(meanwhile)) {
    const { app, best } = await drafted();
    act(app);
    await rest();
    const kinds = app.edits.map(({ kind }) => kind);
    assert.deepEqual(kinds, name === "stroke" ? ["box", "brush"] : ["box"], name);
    const { hash } = app.document.row("t1", 0);
    best(found(...BEST));
    await rest();
    assert.equal(app.document.row("t1", 0).hash, hash, name);
    assert.equal(app.edits.length, kinds.length, name);
    assert.equal(app.view.now.prompted?.refining, undefined, name);
  }
});

test("Esc throws a draft away; a best answer without a mask does too, and a refused one keeps it", async () => {
  const thrown = await drafted();
  boxTool.cancel(thrown.app);
  await rest();
  thrown.best(found(...BEST));
  await rest();
  const nothing = await drafted();
  nothing.best(Response.json({ mask: null, confidence: 0, sure: false, source: "" }));
  await rest();
  for (const { app } of [thrown, nothing]) {
    assert.deepEqual([painted(app), app.edits.length, app.layers.drawing], [36, 0, false]);
    assert.equal(app.view.now.prompted, null);
  }
  assert.deepEqual(nothing.app.asked, ["Nothing found in the box"]);
  const refused = await drafted();
  refused.best(Response.json({ error: "The server is busy." }, { status: 503 }));
  await rest();
  assert.deepEqual([refused.app.document.row("t1", 0).area, refused.app.edits.length], [36 + 8, 1]);
});

test("a draft replaces a mask, or takes from it, as the best answer does", async () => {
  for (const [mode, area] of [
    ["replace", 16],
    ["intersect", 0],
  ]) {
    const { app, answers } = slow();
    app.view.set({ tool: "box", mode });
    draw(boxTool, app, [at(18, 10), at(26, 18)]);
    await rest();
    answers[0](found(19, 12, 27, 16, { draft: true }));
    await rest();
    answers[1](found(...BEST));
    await rest();
    const row = app.document.row("t1", 0);
    assert.deepEqual([row.state === "absent" ? 0 : row.area, app.edits.length], [area, 1]);
  }
});

test("two quick clicks: the second one corrects what the first one made", async () => {
  const { app, answers } = slow();
  draw(boxTool, app, [at(9, 5)]);
  draw(boxTool, app, [at(4, 9)]);
  await rest();
  assert.equal(app.prompts.length, 1, "one correction at a time");
  const waiting = app.layers.sketch;
  answers[0](found(2, 2, 10, 8));
  await rest();
  assert.deepEqual(app.masks(), [boxCounts(2, 2, 8, 8), boxCounts(2, 2, 10, 8)]);
  assert.ok(waiting && app.layers.sketch === waiting, "the lines of the second click stay");
  answers[1](found(2, 2, 10, 10));
  await rest();
  assert.deepEqual([app.document.row("t1", 0).area, app.edits.length, app.layers.sketch], [64, 2, null]);
});

test("a click goes on after one that the server refused", async () => {
  const { app, answers } = slow();
  draw(boxTool, app, [at(9, 5)]);
  draw(boxTool, app, [at(4, 9)]);
  await rest();
  answers[0](Response.json({ error: "The server is busy." }, { status: 503 }));
  await rest();
  answers[1](found(2, 2, 10, 10));
  await rest();
  assert.deepEqual([app.asked, app.document.row("t1", 0).area], [["No mask from the server"], 64]);
});

test("a stroke made while a correction is computed is not lost: the server is asked again with it", async () => {
  const { app, answers } = slow();
  draw(boxTool, app, [at(9, 5)]);
  await rest();
  draw(brushTool, app, [at(20, 15), at(22, 15)]);
  const { hash } = app.document.row("t1", 0);
  const painted = app.document.masks.text(hash);
  assert.notEqual(painted, boxCounts(2, 2, 8, 8));
  answers[0](found(2, 2, 10, 8));
  await rest();
  assert.deepEqual(app.masks(), [boxCounts(2, 2, 8, 8), painted]);
  assert.equal(app.document.row("t1", 0).hash, hash, "the old answer is not drawn");
  answers[1](found(0, 0, 24, 18));
  await rest();
  assert.deepEqual([app.document.row("t1", 0).area, app.prompts.length], [24 * 18, 2]);
});

test("an answer that comes during a stroke waits for its end, also where the stroke is cancelled", async () => {
  for (const end of ["up", "cancel"]) {
    const { app, answers } = slow();
    draw(boxTool, app, [at(18, 10), at(26, 18)]);
    await rest();
    brushTool.down(app, at(4, 15));
    answers[0](found(20, 12, 24, 16));
    await rest();
    assert.equal(app.edits.length, 0);
    brushTool[end](app);
    await rest();
    const { area } = app.document.row("t1", 0);
    if (end === "cancel") assert.equal(area, 36 + 16);
    else assert.ok(area > 36 + 16, "the stroke and the mask of the box");
    assert.equal(app.view.now.measure, "");
  }
});

test("two quick clicks for a new track make it once, also where another frame is shown by then", async () => {
  const { app, answers } = slow();
  app.view.set({ selected: null, newTrack: { id: "new", category: null, number: 3 } });
  app.layers.compose();
  draw(boxTool, app, [at(21, 13)]);
  draw(boxTool, app, [at(25, 13)]);
  await rest();
  app.view.set({ frame: 3 });
  app.layers.shownFrame = 3;
  answers[0](found(20, 12, 24, 16));
  await rest();
  answers[1](found(20, 12, 26, 16));
  await rest();
  assert.deepEqual(
    app.edits.map(({ kind }) => kind),
    ["track", "box"],
  );
  assert.equal(app.document.row("new", 0).area, 24);
});

test("a mask that was changed elsewhere and is not loaded is left as it is", async () => {
  const { app, answers } = slow();
  draw(boxTool, app, [at(18, 10), at(26, 18)]);
  await rest();
  app.document.row("t1", 0).hash = "elsewhere";
  answers[0](found(20, 12, 24, 16));
  await rest();
  assert.deepEqual([app.asked, app.edits.length, app.view.now.prompted], [["Mask not changed"], 0, null]);
});
