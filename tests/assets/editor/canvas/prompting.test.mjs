import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { BoxQuestions, REST } from "../../../../assets/editor/canvas/prompting.js";
import { keepReady, STAY } from "../../../../assets/editor/canvas/ready.js";
import { createStore } from "../../../../assets/editor/store.js";

const settle = async () => {
  for (let i = 0; i < 8; i += 1) await turn();
};
const SMALL = [0, 0, 10, 10];
const LARGE = [0, 0, 12, 12];

/** Questions whose answers the test gives; `asked` are their boxes, and whether each was a draft. */
function questions() {
  const [asked, shown, answers] = [[], [], []];
  const ask = (box, draft) => {
    asked.push([box, draft]);
    return new Promise((done, fail) => answers.push({ done, fail }));
  };
  const made = new BoxQuestions(ask, (box, answer) => shown.push([box, answer]));
  return { made, asked, shown, answers };
}

test("while one draft is computed the boxes in between are left out", async () => {
  const { made, asked, shown, answers } = questions();
  made.look(SMALL);
  made.look([0, 0, 11, 11]);
  made.look(LARGE);
  assert.deepEqual(asked, [[SMALL, true]]);
  answers[0].done({ mask: "a", draft: false });
  await settle();
  assert.deepEqual([asked[1], shown.length], [[LARGE, true], 1]);
  made.cancel();
  answers[1].done({ mask: "b", draft: false });
  await settle();
  assert.equal(shown.length, 1, "nothing is shown after the end");
});

test("a pointer that rests on a draft gets the best answer, which the release takes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { made, asked, answers } = questions();
  made.look(LARGE);
  answers[0].done({ mask: "draft", draft: true });
  await settle();
  assert.equal(asked.length, 1);
  t.mock.timers.tick(REST);
  await settle();
  assert.deepEqual(asked[1], [LARGE, false]);
  const best = { mask: "best", draft: false };
  answers[1].done(best);
  assert.equal(await made.finish(LARGE), best);
  assert.equal(asked.length, 2);
});

test("an answer to a draft that cannot get better is not asked for again, neither at rest nor at the release", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { made, asked, answers } = questions();
  made.look(LARGE);
  const best = { mask: "best", draft: false };
  answers[0].done(best);
  await settle();
  t.mock.timers.tick(10 * REST);
  await settle();
  assert.equal(await made.finish(LARGE), best);
  assert.equal(asked.length, 1);
});

test("a draft that fails says nothing, and the release asks again", async () => {
  const { made, asked, answers } = questions();
  made.look(LARGE);
  answers[0].fail(new Error("busy"));
  await settle();
  const last = made.finish(LARGE);
  await settle();
  assert.deepEqual(asked, [
    [LARGE, true],
    [LARGE, false],
  ]);
  answers[1].fail(new Error("still busy"));
  await assert.rejects(last, /still busy/);
});

test("the server gets ready for the frame where a person stays with a tool that prompts", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [];
  let ok = false;
  globalThis.fetch = async (path, { body }) => {
    const { frame, prompter = "" } = JSON.parse(body);
    sent.push([path, `${frame}${prompter}`]);
    return ok ? Response.json({ ready: true }) : Response.json({ error: "Busy." }, { status: 503 });
  };
  const app = {
    view: createStore({ tool: "brush", frame: 0, playing: false }),
    session: createStore({ phase: "ready", video: { id: "v" } }),
    preferences: createStore({ segmenter: "cursor" }),
  };
  const pass = async (milliseconds) => {
    await settle();
    t.mock.timers.tick(milliseconds);
    await settle();
  };
  keepReady(app);
  app.view.set({ frame: 1 });
  await pass(2 * STAY);
  assert.deepEqual(sent, [], "a brush needs nothing");
  app.view.set({ tool: "box" });
  await pass(STAY - 50);
  app.view.set({ frame: 2 });
  await pass(STAY - 50);
  assert.deepEqual(sent, []);
  await pass(50);
  assert.deepEqual(sent, [["/data/videos/v/prompts/ready", "2"]]);
  ok = true;
  app.view.set({ tool: "brush" });
  await pass(STAY);
  app.view.set({ tool: "box" });
  await pass(STAY);
  assert.equal(sent.length, 2, "after a refusal it is tried again");
  app.view.set({ frame: 3, playing: true });
  await pass(2 * STAY);
  app.view.set({ frame: 2, playing: false });
  await pass(2 * STAY);
  assert.equal(sent.length, 2, "not for frames that pass by, nor twice for one");
  app.preferences.set({ segmenter: "own" });
  await pass(STAY);
  assert.equal(sent[2][1], "2own", "another segmenter gets ready too");
});

test("of the frames that one passes while the server is busy only the latest is asked for", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [sent, answers] = [[], []];
  globalThis.fetch = (_path, { body }) => {
    sent.push(JSON.parse(body).frame);
    return new Promise((done) => answers.push(() => done(Response.json({ ready: true }))));
  };
  const app = {
    view: createStore({ tool: "box", frame: 0, playing: false }),
    session: createStore({ phase: "ready", video: { id: "v" } }),
    preferences: createStore({ segmenter: "cursor" }),
  };
  const stay = async (frame) => {
    app.view.set({ frame });
    await settle();
    t.mock.timers.tick(STAY);
    await settle();
  };
  keepReady(app);
  for (const frame of [1, 2, 3]) await stay(frame);
  assert.deepEqual(sent, [1]);
  answers[0]();
  await settle();
  t.mock.timers.tick(STAY);
  await settle();
  assert.deepEqual(sent, [1, 3]);
});
