import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/retrain.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { job, known } from "./made.mjs";

const FACTS = "GET /data/projects/p/retrain";
const plan = (values = {}) => ({
  reason: null,
  videos: 2,
  tracks: 8,
  masks_accepted: 145,
  masks_drawn: 25,
  masks_imported: 0,
  ignored_unreviewed: 851,
  corrected_videos: 2,
  evaluation: "k-fold",
  ...values,
});
const facts = (values = {}) => ({
  plan: plan(),
  defaults: { config: "tevit_tiny", from: "demo", steps: null },
  active: { id: "old", name: "demo" },
  runs: [],
  ...values,
});
const line = (name, before, after, more = {}) => ({ name, before, after, ...more });
const result = (values = {}) => ({
  checkpoint: "new",
  name: "round 2",
  before: { AP: 0.41, AP50: 0.6 },
  after: { AP: 0.486, AP50: 0.69 },
  per_category: [line("fish", 0.4, 0.52, { tracks: 12 }), line("star", 0.5, 0.46, { tracks: 9 })],
  per_video: [line("tide pool", { AP: 0.4 }, { AP: 0.5 })],
  evaluation: "held-out",
  proven: true,
  steps: 400,
  seconds: 95,
  snapshot: "ab".repeat(32),
  loss_last: 0.4,
  ...values,
});
const run = (id, values = {}) => job(id, { kind: "retrain", status: "done", result: result(), ...values });

async function opened(values = {}, { answers = {}, address = "/retrain/?project=p" } = {}) {
  const points = Object.fromEntries(
    (values.runs ?? []).map((one) => [
      `GET /data/jobs/${one.id}/points`,
      {
        series: {
          loss: [
            [1, 3],
            [2, 2],
          ],
        },
      },
    ]),
  );
  const page = await openPage({ address, answers: { ...known(), [FACTS]: facts(values), ...points, ...answers } });
  await mount(page.place("v-retrain"));
  await settle();
  return page;
}

test("before the first run it shows the training data and how a run is judged", async () => {
  const page = await opened();
  const text = page.text("#v-plan");
  assert.match(text, /2videos8tracks170masks/);
  assert.match(
    text,
    /851 unreviewed masks are ignored, not taken as background\. Judged video by video, each by a network/,
  );
  assert.deepEqual(
    page.all("#v-plan .v-rbar i").map((part) => Math.round(parseFloat(part.style.width))),
    [85, 15],
  );
  assert.match(page.text(), /Ready to retrain/);
});

test("without training data it gives the reason and leads to the review", async () => {
  const page = await opened({
    plan: plan({ reason: "No video has a corrected mask.", masks_accepted: 0, masks_drawn: 0 }),
  });
  assert.match(page.text(".v-invite"), /Nothing to train on yetNo video has a corrected mask\.Review videos/);
  assert.equal(page.all("#v-retrain-start").length, 0);
});

test("without a corrected video nothing is said of how it is judged", async () => {
  const page = await opened({
    plan: plan({ reason: "No category.", corrected_videos: 0, evaluation: "last-third", ignored_unreviewed: 1 }),
  });
  assert.match(page.text("#v-plan"), /1 unreviewed mask is ignored/);
  assert.doesNotMatch(page.text("#v-plan"), /Judged/);
});

test("a run starts with the steps that were typed, or with none", async () => {
  const page = await opened({}, { answers: { "POST /data/projects/p/retrain": {} } });
  await page.press("Retrain");
  await page.type("input", " 1200 ");
  document.activeElement.blur();
  await page.press("Retrain");
  assert.deepEqual(page.writes, ["POST /data/projects/p/retrain {}", 'POST /data/projects/p/retrain {"steps":1200}']);
});

for (const runs of [[], [run("r")]]) {
  test(`what is no number of steps is said beside the field and starts nothing, ${runs.length} runs before`, async () => {
    const page = await opened({ runs }, { answers: { "POST /data/projects/p/retrain": {} } });
    const start = runs.length ? "Train again" : "Retrain";
    for (const text of ["abc", "1.5", "-4", "0"]) {
      await page.type("input", text);
      await page.press(start);
      document.activeElement.blur();
      await page.later();
      assert.deepEqual([page.writes, page.find("input").value], [[], text]);
      assert.match(page.text("#v-steps-problem"), /^Type a whole number from 1 to 1,000,000, or leave the field empty/);
      assert.equal(page.find("input").getAttribute("aria-invalid"), "true");
    }
    await page.type("input", "15");
    assert.equal(page.text("#v-steps-problem"), "");
    await page.press(start);
    assert.deepEqual(page.writes, ['POST /data/projects/p/retrain {"steps":15}']);
  });
}

test("a started run is followed closely at once", async () => {
  const page = await opened(
    {},
    { answers: { "POST /data/projects/p/retrain": {}, "GET /data/jobs/r/points": { series: {} } } },
  );
  page.answers[FACTS] = facts({ runs: [run("r", { status: "queued", result: null })] });
  await page.press("Retrain");
  assert.equal(page.pauses.length, 1);
  assert.ok(page.pauses[0] < 2000);
});

test("a refused start is said above the rest", async () => {
  const page = await opened(
    {},
    { answers: { "POST /data/projects/p/retrain": refuse("This project is already retraining.") } },
  );
  await page.press("Retrain");
  assert.equal(page.text("[role=alert]"), "This project is already retraining.");
  assert.match(page.text(), /Ready to retrain/);
});

test("typing is not disturbed by looking again", async () => {
  const page = await opened();
  await page.type("input", "12");
  const field = document.activeElement;
  await page.later();
  assert.equal(page.find("input"), field);
  assert.equal(field.value, "12");
});

test("a running run shows what it does, its share, its curve, and can be stopped", async () => {
  const running = run("r", {
    status: "running",
    result: null,
    progress: 0.3,
    message: "Training (loss): step 30 of 100",
    eta_seconds: 70,
  });
  const page = await opened({ runs: [running] }, { answers: { "POST /data/jobs/r/cancel": {} } });
  assert.match(page.text("#v-progress"), /^Training \(loss\)30 %.*1:10 leftstep 30 of 100Stop and keep$/);
  assert.equal(page.all("svg.v-chart").length, 1);
  assert.equal(page.all("polyline").length, 2);
  assert.match(page.text(), /Before and after, and the promote button, appear when the run ends\./);
  await page.press("Stop and keep");
  assert.deepEqual(page.writes, ["POST /data/jobs/r/cancel {}"]);
});

test("when a run ends its last points are fetched, once", async () => {
  const page = await opened({ runs: [run("r", { status: "running", result: null })] });
  page.answers[FACTS] = facts({ runs: [run("r")] });
  page.answers["GET /data/jobs/r/points"] = {
    series: {
      loss: [
        [1, 3],
        [2, 2],
        [3, 1],
      ],
    },
  };
  const corners = () => page.all("polyline")[0].getAttribute("points").trim().split(/\s+/).length;
  assert.equal(corners(), 2);
  await page.later();
  assert.equal(corners(), 3);
  await page.later();
  assert.equal(page.calls.filter((call) => call.endsWith("/points")).length, 2);
});

test("it looks often while a run goes and seldom otherwise", async () => {
  const busy = (await opened({ runs: [run("r", { status: "running", result: null })] })).pauses[0];
  const calm = (await opened()).pauses[0];
  assert.ok(busy < 2000 && calm > 5 * busy);
});

test("a waiting run is shown without requesting its curve", async () => {
  const page = await opened({ runs: [run("r", { status: "queued", result: null, progress: 0 })] });
  assert.match(page.text("#v-progress"), /Waiting for its turn0 %/);
  assert.ok(!page.calls.some((call) => call.endsWith("/points")));
});

test("a finished run is a report with a verdict, a table and figures", async () => {
  const page = await opened({ runs: [run("r")] });
  assert.equal(page.text("h1"), "round 2");
  assert.match(
    page.text(".v-verdict"),
    /Held-out APproven48\.6 \+7\.6on 1 video: video by video, each by a network that did not learn itBetter than demo on 1 of 2 categoriesWorse on 1: star −4\.0/,
  );
  assert.deepEqual(
    page.all("#v-comparison tbody tr").map((tr) =>
      tr
        .querySelectorAll("td")
        .slice(0, 5)
        .map((td) => td.textContent),
    ),
    [
      ["All", "21", "41.0", "48.6", "+7.6"],
      ["fish", "12", "40.0", "52.0", "+12.0"],
      ["star", "9", "50.0", "46.0", "−4.0"],
    ],
  );
  assert.match(page.text("#v-next-plan"), /170masks/);
  assert.match(page.text("#v-cautions"), /correct 3 more videos/);
  await page.press("Video");
  assert.deepEqual(
    page.all("#v-comparison tbody tr").map((tr) => tr.querySelector("td").textContent),
    ["All", "tide pool"],
  );
});

test("where no further run can start the reason stands beside the button", async () => {
  const page = await opened({ runs: [run("r")], plan: plan({ reason: "No video has a corrected mask." }) });
  assert.equal(page.text("#v-no-start"), "No video has a corrected mask.");
  assert.ok(page.find("#v-retrain-start").disabled);
  assert.equal(page.all("#v-next-plan").length, 0);
});

test("a report is found by its checkpoint, also where its job is gone", async () => {
  const lost = { ...run("old"), job: false, result: result({ checkpoint: "lost", name: "round 1" }) };
  const page = await opened({ runs: [run("r"), lost] }, { address: "/retrain/?project=p&checkpoint=lost" });
  assert.equal(page.text("h1"), "round 1");
  assert.deepEqual(
    page.calls.filter((call) => call.includes("/points")),
    [],
  );
  assert.match(page.text(".v-nochart"), /This run left no curve\./);
});

test("after a promotion it offers to propose again, and going back is one click", async () => {
  const lineage = { before: "old", before_name: "demo", parent_name: "demo", snapshot: "ab", config: "c", steps: 1 };
  const page = await opened(
    { runs: [run("r", { result: result({ lineage }) })], active: { id: "new", name: "round 2" } },
    {
      answers: {
        "POST /data/projects/p/checkpoints/old/activate": {},
        "GET /data/projects/p/next": { videos: [], unsearched: 0, outdated: 3, checkpoint: "round 2" },
        "POST /data/projects/p/propose-again": { jobs: 3, checkpoint: "round 2" },
      },
    },
  );
  await settle();
  assert.match(page.text("#v-next"), /3 unreviewed videos have proposals of another checkpoint than round 2/);
  await page.press("Propose again with round 2");
  await settle();
  assert.match(page.text(".v-note.ok"), /3 videos are proposed again/);
  await page.press("Go back to demo");
  assert.ok(page.calls.some((call) => call.startsWith("POST /data/projects/p/checkpoints/old/activate")));
});

test("before pressing, the time and what is too little are said", async () => {
  const page = await opened({ seconds: 250, categories: [{ name: "crab", tracks: 0, videos: 0 }] });
  assert.match(page.text("#v-plan"), /Takesabout 4 min/);
  assert.match(page.text("#v-cautions"), /correct 3 more videos, and a better checkpoint.*Nothing teaches crab/);
});

test("masks that look spoiled are left out of the next run only where a person says so", async () => {
  const one = { video: "v", name: "reef", track: 1, frame: 4, mask: "aa", reason: "It jumps." };
  const check = { running: false, masks: 170, named: [one], outdated: false, problem: null };
  const page = await opened({ corrections: check }, { answers: { "POST /data/projects/p/retrain": {} } });
  assert.match(page.text("#v-suspicions"), /1 of 170 masks looks spoiled/);
  const box = page.find("#v-leave-out");
  box.checked = true;
  box.dispatchEvent(new Event("change"));
  await page.press("Retrain");
  assert.ok(page.writes.some((call) => call === 'POST /data/projects/p/retrain {"leave_out":true}'));
});

test("corrections that were not checked yet are checked when the page opens, once", async () => {
  const check = { running: false, masks: null, named: [], outdated: false, problem: null };
  const answers = { "POST /data/projects/p/check-corrections": { job: job("c") } };
  const asked = "POST /data/projects/p/check-corrections {}";
  const page = await opened({ corrections: check }, { answers });
  await page.later();
  assert.deepEqual(page.writes, [asked]);
  const again = await opened({ corrections: { ...check, masks: 170 } }, { answers });
  assert.deepEqual(again.writes, [], "nothing was edited since");
  await again.press("Check again");
  assert.deepEqual(again.writes, [asked]);
});

test("a report names the masks that looked spoiled when it was trained", async () => {
  const one = { video_id: "v", video: "reef", track: 1, frame: 4, mask: "aa", reason: "It jumps." };
  const page = await opened({
    runs: [run("r", { result: result({ corrections: { masks: 170, suspicious: 1, named: [one] } }) })],
  });
  assert.match(page.text("#v-spoiled"), /1 of 170 masks that this run was given\.reeftrack 1, frame 4It jumps\./);
});

test("promoting puts the new checkpoint in use; keeping the old one is remembered", async () => {
  const page = await opened(
    { runs: [run("r")] },
    { answers: { "POST /data/projects/p/checkpoints/new/activate": {} } },
  );
  assert.ok(page.find("#v-promote").classList.contains("pri"));
  assert.match(page.text(".v-phead"), /demo stays in use until you promote it\./);
  await page.press("Keep demo");
  assert.match(page.text(".v-verdict"), /demo stays in use/);
  page.answers[FACTS] = facts({ runs: [run("r")], active: { id: "new", name: "round 2" } });
  await page.press("Promote round 2");
  assert.deepEqual(page.writes, ["POST /data/projects/p/checkpoints/new/activate {}"]);
  assert.match(page.text(".v-verdict"), /In use$/);
  assert.match(page.text(".v-phead"), /finished in 1:35\. It is in use\./);
  assert.doesNotMatch(page.text(".v-phead"), /stays in use/);
});

test("an unproven checkpoint can be promoted, but is not pressed upon anybody", async () => {
  const page = await opened({ runs: [run("r", { result: result({ proven: false, evaluation: "k-fold" }) })] });
  assert.equal(page.text("#v-proven"), "not proven");
  assert.ok(!page.find("#v-promote").classList.contains("pri"));
});

test("a failed run shows the reason, a stopped one that nothing was made", async () => {
  const failed = await opened({
    runs: [run("r", { status: "failed", result: null, error: "The loss was not finite." })],
  });
  assert.equal(failed.text("#v-run-problem"), "The loss was not finite.");
  const stopped = await opened({ runs: [run("r", { status: "cancelled", result: null })] });
  assert.equal(stopped.text("#v-run-problem"), "This run was stopped; no checkpoint was made.");
  const kept = await opened(
    { runs: [run("r", { status: "cancelled", result: null, plan: plan() })], stopped: "r" },
    { answers: { "POST /data/projects/p/retrain/go-on": {} } },
  );
  assert.match(kept.text("#v-run-problem"), /What it has done is kept until another run begins\./);
  assert.match(kept.text("#v-plan"), /^What it would go on with/);
  assert.match(kept.text("#v-next-plan"), /^What the next one would train on/);
  await kept.press("Go on");
  assert.deepEqual(kept.writes, ["POST /data/projects/p/retrain/go-on {}"]);
  const failing = [run("r", { status: "failed", result: null, error: "The disk is away." })];
  const mended = await opened({ runs: failing, stopped: "r" });
  assert.match(mended.text("#v-run-problem"), /^The disk is away\. What it has done is kept/);
});

test("the address chooses the run, else the running one, else the newest", async () => {
  const runs = [run("new"), run("old", { result: result({ name: "round 1" }) })];
  assert.equal((await opened({ runs })).text("h1"), "round 2");
  assert.equal((await opened({ runs }, { address: "/retrain/?project=p&run=old" })).text("h1"), "round 1");
  assert.equal(
    (await opened({ runs: [...runs, run("r", { status: "running", result: null })] })).text("h1"),
    "Retraining",
  );
});

test("an earlier run is opened from the list, and the address follows", async () => {
  const runs = [
    run("new"),
    run("old", { result: result({ name: "round 1", checkpoint: "old" }) }),
    run("bad", { status: "failed", result: null }),
  ];
  const page = await opened({ runs });
  const states = page.all(".v-table.left tbody tr").map((tr) => tr.querySelectorAll("td")[2].textContent);
  assert.deepEqual(states, ["kept aside", "in use", "failed"]);
  await page.press("round 1");
  assert.equal(page.text("h1"), "round 1");
  assert.equal(new URLSearchParams(location.search).get("run"), "old");
});

test("a server that is gone before the first look is said; later the page stays", async () => {
  const gone = await opened({}, { answers: { [FACTS]: refuse("The database is busy.", 503) } });
  assert.match(gone.text(), /This page cannot be shown.*The database is busy\./);
  const page = await opened({ runs: [run("r")] });
  page.answers[FACTS] = refuse("The database is busy.", 503);
  await page.later();
  assert.equal(page.text("h1"), "round 2");
  assert.equal(page.text(".v-note.bad"), "The database is busy.");
  page.answers[FACTS] = facts({ runs: [run("r")] });
  await page.later();
  assert.equal(page.all(".v-note.bad").length, 0);
});

test("without a project it leads to making one", async () => {
  const page = await openPage({ address: "/retrain/", answers: known({ projects: [], last: null }) });
  await mount(page.place("v-retrain"));
  assert.match(page.text(), /No project yet.*New project/);
});
