import assert from "node:assert/strict";
import { test } from "node:test";
import { invitation, nextCard, planCard, rounds } from "../../../assets/pages/plan.js";
import { openPage } from "../browser.mjs";

const plan = (values = {}) => ({
  videos: 1,
  tracks: 3,
  masks_accepted: 30,
  masks_drawn: 10,
  masks_imported: 0,
  ignored_unreviewed: 0,
  corrected_videos: 1,
  evaluation: "last-third",
  reason: null,
  ...values,
});
const facts = (values = {}) => ({
  plan: plan(),
  active: null,
  defaults: { steps: null, config: "tevit_tiny", from: null },
  runs: [],
  ...values,
});
const card = (values = {}) =>
  planCard({ facts: facts(), run: null, running: false, before: "demo", steps: 0, ...values });

test("the bar of masks has a part for each kind that occurs, as wide as its share", async () => {
  await openPage();
  const parts = card()
    .querySelector(".v-rbar")
    .childNodes.map((part) => [part.className, part.style.width]);
  assert.deepEqual(parts, [
    ["a", "75%"],
    ["c", "25%"],
  ]);
  const empty = card({ facts: facts({ plan: plan({ masks_accepted: 0, masks_drawn: 0 }) }) });
  assert.deepEqual(
    empty.querySelector(".v-rbar").childNodes.map((part) => part.className),
    ["u"],
  );
});

test("the golden set of the user is named in the plan of the next run", async () => {
  await openPage();
  const golden = "What it knew before is judged by 20 videos of YouTube-VIS in the folder golden.";
  assert.match(card({ facts: facts({ golden }) }).textContent, /judged by 20 videos of YouTube-VIS/);
  assert.match(nextCard(facts({ golden }), { plan: plan(), result: {} }).textContent, /judged by 20 videos/);
  assert.equal(card().querySelector("#v-golden-set"), null);
});

test("a run under way or finished shows its own plan, not the next one", async () => {
  await openPage();
  const own = plan({ videos: 7 });
  const title = (values) => card(values).querySelector("h2").textContent;
  assert.equal(title({}), "What it would train on");
  assert.equal(title({ running: true, run: { plan: own, result: null } }), "What it trains on");
  assert.match(card({ running: true, run: { plan: own, result: null } }).textContent, /7videos/);
  assert.equal(title({ running: true, run: { plan: null, result: null } }), "What it will train on");
  assert.equal(title({ run: { plan: own, result: null } }), "What it would train on");
  assert.equal(title({ run: { plan: own, result: {} } }), "What it trained on");
  assert.equal(title({ run: { plan: null, result: {} } }), "What it would train on");
  assert.match(card({ run: { plan: own, result: {} } }).textContent, /7videos/);
});

test("a stopped run that can go on shows what was frozen for it, another one the present plan", async () => {
  await openPage();
  const run = { id: "r", plan: plan({ videos: 7 }), result: null };
  const shown = (stopped, own = run) => card({ facts: facts({ stopped }), run: own }).textContent;
  assert.match(shown("r"), /^What it would go on with7videos/);
  for (const text of [shown(null), shown("s"), shown("r", { ...run, plan: null })])
    assert.match(text, /^What it would train on1video/);
});

test("the frames with a mask stand between videos and tracks, where they were counted", async () => {
  await openPage();
  const numbers = (values) => card({ facts: facts({ plan: plan(values) }) }).querySelector(".v-trio").textContent;
  assert.equal(numbers({ labelled_frames: 1200 }), "1video1,200frames3tracks40masks");
  assert.equal(numbers({}), "1video3tracks40masks");
});

test("unreviewed masks and the way of measuring are named only where there are any", async () => {
  await openPage();
  const remarks = (values) => card({ facts: facts({ plan: plan(values) }) }).querySelector(".v-small")?.textContent;
  assert.equal(
    remarks({ ignored_unreviewed: 1 }),
    "1 unreviewed mask is ignored, not taken as background. Judged on the last third of the one corrected video.",
  );
  assert.equal(remarks({ corrected_videos: 0 }), undefined);
});

test("what it is judged on is told from what it keeps out of training for good", async () => {
  await openPage();
  const remarks = (values) => card({ facts: facts({ plan: plan(values) }) }).querySelector(".v-small")?.textContent;
  const held = { corrected_videos: 8, evaluation: "held-out", measured_videos: 8, folded_videos: 6, trainings: 4 };
  assert.equal(
    remarks({ ...held, held_out: ["reef", "bay"] }),
    "Judged on 8 videos. reef, bay are held out: no round trains on them. " +
      "The other 6 are judged by networks that did not learn them. " +
      "For this it trains 4 networks, one after another, and keeps the last.",
  );
  const one = remarks({
    ...held,
    held_out: ["a", "b", "c", "d", "e", "f"],
    measured_videos: 6,
    folded_videos: 0,
    trainings: 1,
  });
  assert.match(one, /^Judged on 6 videos\. a, b, c, d and 2 more are held out: no round trains on them\.\s*$/);
  assert.match(
    remarks({ ...held, held_out: ["reef", "a copy of reef"], folded_videos: 7 }),
    /The other 7 are judged by/,
  );
  assert.match(
    remarks({ ...held, held_out: [], folded_videos: 8 }),
    /^Judged on 8 videos\. All 8 are judged by networks that did not learn them\. For this/,
  );
  assert.match(
    remarks({ evaluation: "k-fold", trainings: 3 }),
    /^Judged video by video.*For this it trains 3 networks/,
  );
});

const BACKGROUND = {
  complete_frames: 1280,
  absences: 12,
  rejected_masks: 40,
  rejected_tracks: 1,
  background: [
    { name: "street", complete: 1280, absent: 0, rejected: 0 },
    { name: "harbour", complete: 0, absent: 12, rejected: 40 },
  ],
};

test("what teaches background stands there in numbers, and by video", async () => {
  await openPage();
  const box = card({ facts: facts({ plan: plan(BACKGROUND) }) }).querySelector("#v-background");
  assert.deepEqual(
    box.childNodes.slice(1, 4).map((row) => row.textContent),
    ["complete frames in 1 video1,280", "frames where a track is absent12", "rejected masks of 1 track40"],
  );
  assert.match(box.querySelector("details").textContent, /By videostreet1,280 completeharbour12 absent, 40 rejected/);
});

test("a plan without background says how to teach it, and one that did not count it says nothing", async () => {
  await openPage();
  const nothing = { complete_frames: 0, absences: 0, rejected_masks: 0, rejected_tracks: 0, background: [] };
  const box = card({ facts: facts({ plan: plan(nothing) }) }).querySelector("#v-background");
  assert.match(box.textContent, /Nothing yet: declare frames complete/);
  assert.equal(card().querySelector("#v-background"), null);
  const early = facts({ plan: plan({ ...BACKGROUND, corrected_videos: 0 }) });
  assert.equal(card({ facts: early }).querySelector("#v-background"), null);
});

test("what is left out is named", async () => {
  await openPage();
  const left = { ignored_uncategorised: 2, background_only: 1 };
  assert.match(
    card({ facts: facts({ plan: plan(left) }) }).querySelector(".v-small").textContent,
    /2 reviewed masks left out, not taken as background: no category in use\. 1 video left out: background, but no accepted or corrected mask\./,
  );
});

test("a plan with a reason against it leads to the review and makes no field", async () => {
  await openPage();
  const node = invitation({
    plan: plan({ reason: "Nothing was accepted yet." }),
    project: "p",
    steps: () => assert.fail("no field is needed"),
    begin: () => undefined,
  });
  assert.match(node.textContent, /Nothing to train on yet.*Nothing was accepted yet\..*Review videos/);
  assert.equal(node.querySelector("a").href, "/review/?project=p");
});

test("a plan without one can be started", async () => {
  await openPage();
  const calls = [];
  const node = invitation({
    plan: plan(),
    project: "p",
    steps: () => document.createElement("input"),
    begin: () => calls.push("begin"),
  });
  node.querySelector("#v-retrain-start").click();
  assert.deepEqual([calls, node.querySelectorAll("input").length], [["begin"], 1]);
});

test("beside a report the next run has its own plan, its time and what it is judged on", async () => {
  await openPage();
  const now = facts({
    plan: plan({ masks_drawn: 50, held_out: ["reef"], measured_videos: 5, evaluation: "held-out" }),
  });
  const node = nextCard({ ...now, seconds: 250 }, { plan: plan(), result: {} });
  assert.match(node.textContent, /^What the next one would train on1video3tracks80masks/);
  assert.match(node.textContent, /reef is held out: no round trains on it\..*Takesabout 4 min$/);
});

test("where nothing more was judged the next plan is one sentence, and where none can start there is no card", async () => {
  await openPage();
  const run = { plan: plan(), result: {} };
  const node = nextCard(facts(), run);
  assert.match(node.textContent, /No more than this one: 40 masks in 1 video\./);
  assert.equal(node.querySelector(".v-trio"), null);
  assert.ok(nextCard(facts(), { plan: null, result: {} }).querySelector(".v-trio"), "of this run nothing is known");
  assert.equal(nextCard(facts({ plan: plan({ reason: "Nothing yet." }) }), run), null);
  const plain = nextCard(facts({ plan: plan({ corrected_videos: 0 }) }), run);
  assert.equal(plain.querySelector("p.v-small"), null, "no empty line where nothing is left to say");
});

test("a round has four steps", async () => {
  await openPage();
  assert.deepEqual(
    rounds()
      .querySelectorAll("li b")
      .map((title) => title.textContent),
    ["Review", "Retrain", "Compare", "Promote"],
  );
});
