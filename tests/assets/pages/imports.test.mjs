import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/exchange.js";
import { takenBack } from "../../../assets/pages/imports.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { job, known } from "./made.mjs";

const JOBS = "GET /data/jobs?project=p";
const BROKEN = "GET /data/imports";

const broken = (values = {}) => ({
  id: "m",
  project_id: "s",
  project: "sea",
  file: "train.json",
  shown: 12,
  videos: 40,
  created: 1000,
  ...values,
});

async function opened({ jobs = [], imports = [], answers = {} }) {
  const page = await openPage({
    address: "/exchange/?project=p",
    answers: { ...known(), [JOBS]: { jobs }, [BROKEN]: { imports }, ...answers },
  });
  await mount(page.place("v-exchange"));
  await settle();
  return page;
}

test("without a broken import nothing of it is shown", async () => {
  const page = await opened({});
  assert.equal(page.find("#v-broken").hidden, true);
});

test("a broken import tells what came in and where", async () => {
  const page = await opened({ imports: [broken(), broken({ id: "n", shown: 40 })] });
  const [first, second] = page.all("#v-broken li");
  assert.match(first.textContent, /train\.json12 of 40 videos came into sea, begun /);
  assert.match(second.textContent, /All of 40 videos came into sea/);
  assert.equal(page.find("#v-broken a").href, "/?project=s");
});

test("it goes on, and leaves the list", async () => {
  const page = await opened({ imports: [broken()], answers: { "POST /data/imports/m/go-on": { job: {} } } });
  page.answers[BROKEN] = { imports: [] };
  page.answers[JOBS] = { jobs: [job("i", { kind: "import", status: "queued" })] };
  await page.press("Go on");
  assert.deepEqual(page.writes, ["POST /data/imports/m/go-on {}"]);
  assert.equal(page.find("#v-broken").hidden, true);
  assert.match(page.text("li[data-job]"), /waiting/);
});

test("it is taken back, and what happened is said", async () => {
  const done = { removed: ["a", "b"], restored: ["c"], categories: ["bee"] };
  const page = await opened({ imports: [broken()], answers: { "POST /data/imports/m/take-back": done } });
  page.answers[BROKEN] = { imports: [] };
  await page.press("Take back");
  assert.match(page.text("[role=status]"), /2 videos of the import are now among the removed videos/);
  assert.match(page.text("[role=status]"), /1 replaced video came back\. No longer offered: bee\./);
});

test("one video alone is one", () => {
  assert.match(
    takenBack({ removed: ["a"], restored: [], categories: [] }),
    /^1 video of the import is now .*library\.$/,
  );
});

test("a refusal is shown, and the list stays", async () => {
  const page = await opened({
    imports: [broken()],
    answers: { "POST /data/imports/m/take-back": refuse("This import is still running.", 409) },
  });
  await page.press("Take back");
  assert.equal(page.text(".v-note.bad[role=status]"), "This import is still running.");
  assert.equal(page.all("#v-broken li").length, 1);
});

test("a finished import is taken back from its line, once", async () => {
  const result = { videos: ["a"], tracks: 1, masks: 1, import_id: "m", project_id: "p" };
  const done = job("i", { kind: "import", status: "done", result });
  const page = await opened({
    jobs: [done],
    answers: { "POST /data/imports/m/take-back": { removed: ["a"], restored: [], categories: [] } },
  });
  page.answers[JOBS] = { jobs: [{ ...done, result: { ...result, taken_back: true } }] };
  await page.press("Take back");
  assert.match(page.text("li"), /Taken back\./);
  assert.ok(!page.all("li button").some((button) => button.textContent === "Take back"));
});

test("an import that finds its videos here asks, and each answer is a button", async () => {
  const asking = job("i", {
    kind: "import",
    status: "failed",
    error: "in.json: va is here already.",
    result: { question: "imported_already" },
  });
  const page = await opened({ jobs: [asking], answers: { "POST /data/jobs/i/answer": { job: {} } } });
  assert.deepEqual(
    page.all("li button").map((button) => button.textContent),
    ["Leave them", "Replace them", "Import again"],
  );
  assert.equal(page.all("li [role=alert]").length, 0, "a question is no error");
  assert.equal(page.all("li .v-badc").length, 0);
  page.answers[JOBS] = { jobs: [{ ...asking, result: { answer: "replace" } }] };
  await page.press("Replace them");
  assert.deepEqual(page.writes, ['POST /data/jobs/i/answer {"repeat":"replace"}']);
  assert.equal(page.all("li button").length, 0);
  assert.match(page.text("li"), /va is here already\.\s?Answered: Replace them\./);
});

test("a job that failed for another reason asks nothing", async () => {
  const failed = job("i", { kind: "import", status: "failed", error: "It is no JSON." });
  const page = await opened({ jobs: [failed] });
  assert.equal(page.all("li button").length, 0);
  assert.equal(page.text("li [role=alert]"), "It is no JSON.");
});
