import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Editor } from "../../../assets/editor/editor.js";
import { OfflineError, RefusedError } from "../../../assets/kit/request.js";
import { memoryStorage } from "./memory.mjs";

const facts = (values = {}) => ({
  id: "v",
  project: { id: "p" },
  count: 100,
  confirmed: 60,
  partial: false,
  ...values,
});
const ended = { id: "j", kind: "index", status: "done", project: "p", video: "v" };

/** An editor that looks at a video of which not every frame is counted, and the questions to the server that are out. */
let app;
let out;

beforeEach(() => {
  globalThis.localStorage = memoryStorage();
  Object.defineProperty(globalThis, "navigator", { value: { locks: { request() {} } }, configurable: true });
  out = [];
  globalThis.fetch = (address) =>
    new Promise((done) => out.push({ address, answer: (body) => done(new Response(JSON.stringify(body))) }));
  app = new Editor({});
  app.document.count = 100;
  app.session.set({ video: facts(), phase: "ready" });
  app.recounts = [];
  app.onrecount = (before) => app.recounts.push(before);
  app.forgotten = [];
  app.showing = { frames: { count: 100, forget: (sure) => app.forgotten.push(sure) }, show: async () => {} };
  app.keepAddress = () => {};
});

test("who asks how many frames there are while that question is out waits for the same answer", async () => {
  const both = Promise.all([app.recount(), app.recount()]);
  app.onjob(ended);
  assert.equal(out.length, 1);
  out[0].answer(facts({ count: 103, confirmed: 103 }));
  await both;
  assert.deepEqual([app.document.count, app.showing.frames.count, app.session.now.video.confirmed], [103, 103, 103]);
  assert.deepEqual([app.recounts, app.forgotten], [[100], [60]]);
});

test("once all frames are counted, the end of the job that did it asks no more", async () => {
  const counted = app.recount();
  out[0].answer(facts({ confirmed: 100 }));
  await counted;
  app.onjob(ended);
  assert.equal(out.length, 1);
});

test("an answer that does not know the end yet is asked for again at the end", async () => {
  const early = app.recount();
  out[0].answer(facts({ confirmed: 80 }));
  await early;
  assert.deepEqual([app.session.now.video.confirmed, app.recounts], [80, []]);
  app.onjob(ended);
  assert.equal(out.length, 2);
});

test("the question of a video that was left does not answer for the next one", async () => {
  const left = app.recount();
  app.session.set({ video: facts({ id: "w", count: 7, confirmed: 2 }) });
  const next = app.recount();
  assert.deepEqual(
    out.map(({ address }) => address.split("/").at(-1)),
    ["v", "w"],
  );
  out[0].answer(facts({ count: 500, confirmed: 500 }));
  await left;
  assert.equal(app.document.count, 100);
  const again = app.recount();
  assert.equal(out.length, 2, "the second question is still out");
  out[1].answer(facts({ id: "w", count: 9, confirmed: 9 }));
  await Promise.all([next, again]);
  assert.equal(app.document.count, 9);
});

test("a server that is silent leaves the number as it is, and is asked again", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("Failed to fetch");
  };
  await app.recount();
  assert.deepEqual([app.document.count, app.recounting], [100, null]);
});

test("refused rows and masks are shown in the server's own words", async () => {
  const refused = new RefusedError("The database is damaged.", 503);
  app.rows = { again: () => Promise.reject(refused) };
  await app.reload();
  assert.equal(app.session.now.problem, "The database is damaged.");
  app.rows = { again: () => Promise.reject(new OfflineError()) };
  await app.reload();
  assert.equal(app.session.now.problem, "", "the save state tells that nobody answers");
  app.layers = { drawing: false };
  app.document.hasMasks = () => false;
  app.view.set({ shown: 3 });
  app.showing = { fetchMasks: () => Promise.reject(refused) };
  await app.afterChange();
  assert.equal(app.session.now.problem, "The database is damaged.");
});
