import assert from "node:assert/strict";
import { test } from "node:test";
import { address, currentProject, get, poll, post, projects, remove } from "../../../assets/pages/data.js";
import { openPage, refuse, settle } from "../browser.mjs";

const KNOWN = {
  projects: [
    { id: "a", name: "alps", videos: 1 },
    { id: "d", name: "demo", videos: 6 },
  ],
  archived: [{ id: "o", name: "old", videos: 2 }],
  last: null,
};
const open = (address, more = {}) => openPage({ address, answers: { "GET /data/projects": { ...KNOWN, ...more } } });

test("a refusal carries the server's own sentence and its status", async () => {
  await openPage({ answers: { "GET /data/x": refuse("There is no x.", 404) } });
  await assert.rejects(get("/data/x"), { message: "There is no x.", status: 404 });
});

test("a missing server is distinguished from a refusal", async () => {
  await openPage();
  await assert.rejects(get("/data/x"), { message: /does not answer/, status: 0 });
});

test("an answer that is no JSON names its status and place", async () => {
  await openPage();
  globalThis.fetch = async () => new Response("<html>", { status: 500 });
  await assert.rejects(get("/data/x"), { message: "The server answered 500 to GET /data/x." });
});

test("bodies go as JSON, with an empty one where none is given", async () => {
  const page = await openPage({ answers: { "POST /data/x": { done: 1 }, "DELETE /data/x": {} } });
  assert.deepEqual(await post("/data/x", { a: [1] }), { done: 1 });
  await post("/data/x");
  await remove("/data/x", { tracks: 2 });
  assert.deepEqual(page.calls, ['POST /data/x {"a":[1]}', "POST /data/x {}", 'DELETE /data/x {"tracks":2}']);
});

test("the project of the address counts, then the last used, then the demo, then the first", async () => {
  await open("/?project=a");
  assert.equal(await currentProject(), "a");
  await open("/", { last: "a" });
  assert.equal(await currentProject(), "a");
  await open("/");
  assert.equal(await currentProject(), "d");
  await open("/", { projects: [{ id: "z", name: "zoo" }] });
  assert.equal(await currentProject(), "z");
  await open("/", { projects: [] });
  assert.equal(await currentProject(), "");
});

test("the project is added to the address, and an event reports it", async () => {
  await open("/retrain/?run=7");
  let count = 0;
  addEventListener("v-project", () => count++);
  await currentProject();
  assert.equal(location.pathname + location.search, "/retrain/?run=7&project=d");
  await currentProject();
  assert.equal(count, 1);
});

test("an address of no project and of an archived one say what to do", async () => {
  await open("/?project=none");
  await assert.rejects(currentProject(), /no project of this address/);
  await open("/?project=o");
  await assert.rejects(currentProject(), /The project old is archived; bring it back/);
});

test("a last project that is gone is passed over", async () => {
  await open("/", { last: "gone" });
  assert.equal(await currentProject(), "d");
});

test("the projects are asked for once, and again when they must be fresh", async () => {
  const page = await open("/");
  await Promise.all([projects(), projects()]);
  assert.equal(page.calls.length, 0);
  await projects(true);
  await projects();
  assert.equal(page.calls.length, 1);
});

test("polling goes on after the pause that the task names, until it is stopped", async () => {
  const page = await openPage();
  let looks = 0;
  const { stop } = poll(async () => (++looks, 1500));
  await settle();
  assert.deepEqual([looks, page.pauses], [1, [1500]]);
  await page.later();
  assert.equal(looks, 2);
  stop();
  await page.later();
  assert.equal(looks, 2);
});

test("asked at once, polling goes on from there with the new pause, and only once", async () => {
  const page = await openPage();
  let looks = 0;
  const { now } = poll(async () => (++looks === 1 ? 6000 : 1200));
  await settle();
  await Promise.all([now(), now()]);
  assert.deepEqual([looks, page.pauses], [3, [1200]]);
});

test("a task that names no pause is not repeated", async () => {
  const page = await openPage();
  poll(async () => 0);
  await settle();
  assert.deepEqual(page.pauses, []);
});

test("a hidden tab waits, and loads when it is shown", async () => {
  const page = await openPage();
  page.document.hidden = true;
  let looks = 0;
  poll(async () => (++looks, 1000));
  await settle();
  assert.equal(looks, 0);
  page.document.hidden = false;
  page.document.dispatchEvent(new Event("visibilitychange"));
  await settle();
  assert.equal(looks, 1);
});

test("addresses end with a slash and leave out what is empty", () => {
  assert.equal(address("/review", { project: "a b", video: "" }), "/review/?project=a+b");
  assert.equal(address("/", { project: "p" }), "/?project=p");
});
