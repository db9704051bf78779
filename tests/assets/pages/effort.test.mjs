import assert from "node:assert/strict";
import { test } from "node:test";
import { effortCard, Pace, paceOf } from "../../../assets/pages/effort.js";
import { openPage, refuse, settle } from "../browser.mjs";

const of = (name, values = {}) => ({
  name,
  seconds: 90,
  gestures: 30,
  frames: 20,
  seconds_per_frame: 4.5,
  gestures_per_frame: 1.5,
  ...values,
});
const nothing = { frames: 0, seconds_per_frame: null, gestures_per_frame: null };
const effort = (values = {}) => ({
  ...of(""),
  by_tool: [of("brush"), of("accept", { gestures: 1200, seconds: 61 }), of("delete", { seconds: 6, ...nothing })],
  by_model: [of("", { frames: 2, seconds_per_frame: 40 }), of("round 1", { frames: 18, seconds_per_frame: 0.25 })],
  idle_seconds: 120,
  ...values,
});
const PATH = "GET /data/projects/p/effort";

test("the pace is one phrase, and none before there is any", () => {
  assert.equal(paceOf(effort()), "4.5 s a track-frame, 20 accepted");
  for (const none of [null, effort({ frames: 0, seconds_per_frame: null }), effort({ gestures: 4 })])
    assert.equal(paceOf(none), "");
});

test("the card has the whole, each model and each tool, and how pauses count", async () => {
  await openPage();
  const made = effortCard(effort(), "so far");
  const text = made.textContent;
  assert.match(text, /^What correcting tookso far20 track-frames accepted1:304\.5 s/);
  assert.match(text, /Without proposals2, 1\.50 gestures each40\.0 sround 118, 1\.50 gestures each0\.25 s/);
  assert.match(
    text,
    /Brush1:30204\.5 sAccepted1:01204\.5 sDeleted0:060–Pauses of more than 2 minutes are not counted\.$/,
  );
  const titles = made.querySelectorAll("span.v-ell.v-t2").map(({ title }) => title);
  assert.deepEqual(titles.slice(2), [
    "Brush: 30 gestures, 1.50 gestures each",
    "Accepted: 1,200 gestures, 1.50 gestures each",
    "Deleted: 30 gestures",
  ]);
  assert.equal(effortCard(effort({ frames: 0 }), "so far"), null);
});

test("the library's line follows its project, and goes where there is none", async () => {
  const page = await openPage({ answers: { [PATH]: effort() } });
  let drawn = 0;
  const pace = new Pace(() => drawn++);
  assert.equal(pace.link(), null);
  await pace.load("p");
  await pace.load("p");
  assert.equal(drawn, 1);
  assert.equal(pace.link().textContent, "4.5 s a track-frame, 20 accepted");
  assert.equal(pace.link().href, "/retrain/?project=p");
  page.answers[PATH] = refuse("no");
  await pace.load("p");
  await settle();
  assert.equal(pace.link(), null);
});
