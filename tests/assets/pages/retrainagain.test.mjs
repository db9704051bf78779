import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/retrain.js";
import { openPage, settle } from "../browser.mjs";
import { job, known } from "./made.mjs";

const plan = { reason: null, videos: 2, tracks: 8, masks_accepted: 145, masks_drawn: 25, masks_imported: 0 };
const facts = (values) => ({
  plan: { ...plan, ignored_unreviewed: 0, corrected_videos: 2, evaluation: "k-fold" },
  defaults: { config: "tevit_tiny", from: "demo", steps: null },
  active: { id: "old", name: "demo" },
  runs: [],
  ...values,
});
const figures = { before: { AP: 0.41 }, after: { AP: 0.486 }, per_category: [], per_video: [], steps: 400 };
const result = { checkpoint: "new", name: "round 2", evaluation: "held-out", proven: true, ...figures };

async function opened(values, answers = {}) {
  const page = await openPage({
    address: "/retrain/?project=p",
    answers: {
      ...known(),
      "GET /data/projects/p/retrain": facts(values),
      "GET /data/jobs/r/points": { series: {} },
      ...answers,
    },
  });
  await mount(page.place("v-retrain"));
  await settle();
  return page;
}

test("proposing again after a promotion can be declined, and the report says what it did", async () => {
  const page = await opened({ again: 3 }, { "POST /data/projects/p/retrain": {} });
  assert.match(page.text("#v-plan"), /If it is promoted, propose again in 3 unreviewed videos/);
  page.find("#v-again").checked = false;
  page.find("#v-again").dispatchEvent(new Event("change"));
  await page.press("Retrain");
  await settle();
  assert.deepEqual(page.writes, ['POST /data/projects/p/retrain {"again":false}']);

  const next = { videos: [], unsearched: 0, outdated: 0, again: 2, checkpoint: "round 2" };
  const done = job("r", {
    kind: "retrain",
    status: "done",
    again: true,
    result: { ...result, promoted: true, again: 3 },
  });
  const answers = {
    "GET /data/projects/p/next": next,
    "POST /data/projects/p/checkpoints/new/activate": { again: 3 },
  };
  const report = await opened({ runs: [done], again: 3, active: { id: "new", name: "round 2" } }, answers);
  assert.match(report.text("#v-next"), /2 unreviewed videos are still to be proposed again with round 2/);
  assert.match(report.find("#v-in-order").getAttribute("href"), /^\/\?project=p&sort=next$/);
  next.again = 0;
  const later = await opened({ runs: [done], active: { id: "new", name: "round 2" } }, answers);
  assert.equal(later.all("#v-next").length, 0, "every video is reviewed");
  next.videos = [{ id: "a", gain: 0.5, reasons: ["No proposals yet."] }];
  const ended = await opened({ runs: [done], active: { id: "new", name: "round 2" } }, answers);
  assert.match(ended.text("#v-next"), /3 unreviewed videos were put in line to be proposed again with round 2\./);
  const open = await opened({ runs: [done], again: 3 }, answers);
  assert.match(open.find("#v-promote").title, /propose again in 3 unreviewed videos/);
  await open.press("Promote round 2");
  assert.deepEqual(open.writes, ['POST /data/projects/p/checkpoints/new/activate {"again":true}']);
});
