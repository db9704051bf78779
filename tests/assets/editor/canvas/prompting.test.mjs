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
const LARGER = [0, 0, 120, 124];
const NEARLY = [0, 0, 120, 120];

/** Questions whose answers the test gives; `asked` are their boxes, and whether each was a draft. */
function questions() {
  const [asked, shown, answers] = [[], [], []];
  const ask = (box, draft, left) => {
    asked.push([box, draft]);
    return new Promise((done, fail) => {
      left.addEventListener("abort", () => fail(new Error("left")));
      answers.push({ done, fail, left });
    });
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
  await settle();
  const last = made.finish(LARGE);
  assert.deepEqual([await last.first, await last.best], [null, best]);
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
  const last = made.finish(LARGE);
  assert.deepEqual([await last.first, await last.best], [null, best]);
  assert.equal(asked.length, 1);
});

test("at the release a draft of nearly the same box is there at once, and the best answer is asked for", async () => {
  const { made, asked, answers } = questions();
  made.look(NEARLY);
  const draft = { mask: "draft", draft: true };
  answers[0].done(draft);
  await settle();
  made.look(LARGER);
  const last = made.finish(LARGER);
  assert.equal(await last.first, draft);
  assert.ok(answers[1].left.aborted, "the next draft is not computed to its end");
  assert.deepEqual(asked.slice(1), [
    [LARGER, true],
    [LARGER, false],
  ]);
  const best = { mask: "best", draft: false };
  answers[2].done(best);
  assert.equal(await last.best, best);
});

test("a draft of another box that is under way at the release is ended, one of nearly the same box is waited for", async () => {
  for (const [box, ended] of [
    [SMALL, true],
    [NEARLY, false],
  ]) {
    const { made, asked, answers } = questions();
    made.look(box);
    const last = made.finish(LARGER);
    assert.equal(answers[0].left.aborted, ended);
    const draft = { mask: "draft", draft: true };
    answers[ended ? 1 : 0].done(draft);
    assert.equal(await last.first, draft);
    await settle();
    assert.deepEqual(asked.at(-1), [LARGER, false]);
    assert.equal(asked.length, ended ? 3 : 2);
  }
});

test("where the pointer moves on, the best answer for the box where it rested is not computed to its end", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { made, asked, answers } = questions();
  made.look(SMALL);
  answers[0].done({ mask: "draft", draft: true });
  await settle();
  t.mock.timers.tick(REST);
  made.look(LARGE);
  await settle();
  assert.ok(answers[1].left.aborted);
  assert.deepEqual(asked.slice(1), [
    [SMALL, false],
    [LARGE, true],
  ]);
});

test("a draft that fails says nothing, and the release asks again", async () => {
  const { made, asked, answers } = questions();
  made.look(LARGE);
  answers[0].fail(new Error("busy"));
  await settle();
  const last = made.finish(LARGE);
  answers[1].fail(new Error("still busy"));
  assert.equal(await last.first, null);
  await settle();
  assert.deepEqual(asked, [
    [LARGE, true],
    [LARGE, true],
    [LARGE, false],
  ]);
  answers[2].fail(new Error("busy to the end"));
  await assert.rejects(last.best, /busy to the end/);
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
