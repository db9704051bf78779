import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/exchange.js";
import { problems } from "../../../assets/pages/joblist.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { h } from "../../../assets/kit/dom.js";
import { showMessage } from "../../../assets/pages/sheets.js";
import { job, known } from "./made.mjs";

const JOBS = "GET /data/jobs?project=p";
const BROKEN = "GET /data/imports";
const VERSIONS = "GET /data/projects/p/versions";

async function opened(jobs, answers = {}) {
  const page = await openPage({
    address: "/exchange/?project=p",
    answers: { ...known(), [JOBS]: { jobs }, [BROKEN]: { imports: [] }, [VERSIONS]: { versions: [] }, ...answers },
  });
  await mount(page.place("v-exchange"));
  await settle();
  return page;
}
const imported = (result, values = {}) =>
  job("i", {
    kind: "import",
    status: "done",
    result: { videos: ["a"], tracks: 2, masks: 3000, new_categories: [], skipped: [], ...result },
    ...values,
  });
const exported = (result, values = {}) =>
  job("e", {
    kind: "export",
    status: "done",
    result: { videos: 1, tracks: 2, masks: 3, out: "/data/exports/street", left_out: [], ...result },
    ...values,
  });

test("a project without imports and exports shows so", async () => {
  assert.match((await opened([])).text(), /Nothing was imported or exported in this project yet\./);
});

test("jobs of other kinds are not its business", async () => {
  assert.match((await opened([job("p"), job("r", { kind: "retrain" })])).text(), /Nothing was imported/);
});

test("an import shows its content, new categories, and a link", async () => {
  const page = await opened([imported({ new_categories: ["owl", "<b>ape"] })]);
  assert.match(page.text("li"), /1 video, 2 tracks, 3,000 masks\. New categories: owl, <b>ape\./);
  assert.equal(page.find("li a").href, "/?project=p");
});

test("many new categories are counted, not listed", async () => {
  const names = Array.from({ length: 11 }, (_, k) => `c${k}`);
  assert.match((await opened([imported({ new_categories: names })])).text(), /c7 and 3 more\./);
});

test("an export shows its folder and offers its JSON", async () => {
  const page = await opened([exported({})]);
  assert.match(page.text("li"), /1 video, 2 tracks, 3 masks\.\/data\/exports\/street/);
  assert.equal(page.find("#v-json-e").href, "/data/jobs/e/annotations");
});

test("what was left out is a list, open while it is short", async () => {
  await openPage();
  assert.equal(problems([], "Left out"), null);
  const few = problems(["one", "two"], "Left out");
  assert.match(few.textContent, /^Left out: 2 lines1one2two$/);
  assert.ok(few.hasAttribute("open"));
  const many = problems(
    Array.from({ length: 500 }, (_, k) => `no ${k}`),
    "Left out",
  );
  assert.ok(!many.hasAttribute("open"));
  assert.equal(many.querySelectorAll("tr").length, 200);
});

test("a running job shows how far it is and can be stopped", async () => {
  const running = exported(null, { status: "running", progress: 0.42, message: "tide pool", eta_seconds: 61 });
  const page = await opened([running], { "POST /data/jobs/e/cancel": {} });
  assert.match(page.text("li"), /Export.*42 %, 1:01 lefttide poolStop/);
  assert.equal(page.find("[role=progressbar]").getAttribute("aria-valuenow"), "42");
  page.answers[JOBS] = { jobs: [{ ...running, status: "cancelling" }] };
  await page.press("Stop");
  assert.deepEqual(page.writes, ["POST /data/jobs/e/cancel {}"]);
  assert.equal(page.find("li button").disabled, true);
});

test("a queued job waits; a failed one shows the reason; a stopped one kept nothing", async () => {
  const words = async (values) => (await opened([exported(null, values)])).text("li");
  assert.match(await words({ status: "queued", eta_seconds: null }), /waiting/);
  assert.match(
    await words({ status: "failed", error: "There is no room on the disk." }),
    /There is no room on the disk\./,
  );
  assert.match(await words({ status: "failed", error: null }), /It failed\./);
  assert.match(await words({ status: "cancelled" }), /nothing of it was kept/);
});

test("it looks often while something runs and seldom otherwise", async () => {
  const busy = (await opened([imported(null, { status: "running" })])).pauses[0];
  const calm = (await opened([imported({})])).pauses[0];
  assert.ok(busy < 2000 && calm > 2 * busy);
});

test("a form's answer makes it look at once", async () => {
  const page = await opened([]);
  page.answers[JOBS] = { jobs: [exported({})] };
  await page.tell("v-answer", {});
  assert.equal(page.all("li").length, 1);
});

test("a new job is followed closely from then on", async () => {
  const page = await opened([]);
  page.answers[JOBS] = { jobs: [exported(null, { status: "queued" })] };
  await page.tell("v-answer", {});
  assert.match(page.text("li"), /waiting/);
  assert.equal(page.pauses.length, 1);
  assert.ok(page.pauses[0] < 2000);
  page.answers[JOBS] = { jobs: [exported({})] };
  await page.later();
  assert.match(page.text("li"), /3 masks/);
});

test("that a job is under way stands as long as it is; a refusal stays", async () => {
  const page = await opened([exported(null, { status: "running" })]);
  for (const [sheet, kind] of [
    ["export", "ok"],
    ["import", "error"],
  ]) {
    document.body.append(h("p.v-msg", { "data-sheet": sheet, hidden: true }));
    showMessage(sheet, kind, `${sheet}: ${kind}`);
  }
  const said = () =>
    page
      .all(".v-msg")
      .filter((line) => !line.hidden)
      .map((line) => line.textContent);
  await page.later();
  assert.deepEqual(said(), ["export: ok", "import: error"]);
  page.answers[JOBS] = { jobs: [exported(null, { status: "failed", error: "The disk is full." })] };
  await page.later();
  assert.deepEqual(said(), ["import: error"]);
});

test("only the newest few jobs are shown", async () => {
  const page = await opened(Array.from({ length: 20 }, (_, k) => exported({}, { id: `e${k}` })));
  assert.deepEqual([page.all("li").length, page.find("li").dataset.job], [6, "e0"]);
});

test("a server that does not answer for a moment leaves the list as it is", async () => {
  const page = await opened([exported({})]);
  page.answers[JOBS] = refuse("The database is busy.", 503);
  await page.later();
  assert.equal(page.all("li").length, 1);
  assert.equal(page.text(".v-note.bad"), "The database is busy.");
  page.answers[JOBS] = { jobs: [exported({})] };
  await page.later();
  assert.equal(page.find(".v-note.bad").hidden, true);
});

test("a job that cannot be stopped shows the reason", async () => {
  const page = await opened([exported(null, { status: "running" })], {
    "POST /data/jobs/e/cancel": refuse("The disk is full.", 503),
  });
  await page.press("Stop");
  assert.equal(page.text(".v-note.bad"), "The disk is full.");
});

test("no project, or none of this address, is said", async () => {
  const answers = { ...known({ projects: [], last: null }), "GET /data/jobs": { jobs: [] }, [BROKEN]: { imports: [] } };
  const none = await openPage({ address: "/exchange/", answers });
  await mount(none.place("v-exchange"));
  await settle();
  assert.match(none.text(), /There is no project yet/);
  const wrong = await openPage({ address: "/exchange/?project=x", answers: known() });
  await mount(wrong.place("v-exchange"));
  assert.match(wrong.text("[role=alert]"), /no project of this address/);
});

test("an import into a new project leads there; the page's own project stays", async () => {
  const page = await opened([imported({ project_id: "sea", import_id: "m" })]);
  assert.equal(page.find("li a").href, "/?project=sea");
});

test("without any project the jobs of all are listed", async () => {
  const answers = {
    ...known({ projects: [], last: null }),
    "GET /data/jobs": { jobs: [imported(null, { status: "running" })] },
    [BROKEN]: { imports: [] },
  };
  const page = await openPage({ address: "/exchange/", answers });
  await mount(page.place("v-exchange"));
  await settle();
  assert.equal(page.all("li").length, 1);
});

test("an answer from before a form's answer neither removes its message nor its job", async () => {
  const page = await opened([]);
  const place = h("p.v-msg", { "data-sheet": "export" });
  document.body.append(place);
  let release = () => {};
  page.answers[JOBS] = () => new Promise((resolve) => (release = () => resolve({ jobs: [] })));
  await page.later(); // it asks, and the server takes its time
  page.answers[JOBS] = { jobs: [exported(null, { status: "queued" })] };
  showMessage("export", "ok", "The export is under way.");
  await page.tell("v-answer", {});
  release();
  await settle();
  assert.equal(place.textContent, "The export is under way.");
  assert.match(page.text("li"), /waiting/);
  assert.ok(page.pauses.length === 1 && page.pauses[0] < 2000);
});

const proposed = {
  as: "proposals",
  source: "DVIS",
  digest: "abc",
  project_id: "p",
  videos: ["a", "b"],
  tracks: 4,
  masks: 40,
  added: 1,
  replaced: 2,
  deleted: 0,
  dropped: 1,
  unmapped: { horse: 3 },
  skipped: [],
  notes: [],
};

test("results of a model show their source and what became of them", async () => {
  const page = await opened([job("i", { kind: "import", status: "done", result: proposed })]);
  assert.match(
    page.text("li"),
    /Proposals of DVIS in 2 videos: 40 masks, 1 new track, 2 in place of earlier ones, 1 rejected before\. Without a category of the project: horse \(3\)\./,
  );
  const gone = await opened([job("i", { kind: "import", status: "done", result: { ...proposed, taken_back: true } })]);
  assert.match(gone.text("li"), /Taken back\./);
});

test("proposals are taken back by their file", async () => {
  const path = "POST /data/projects/p/proposals/take-back";
  const page = await opened([job("i", { kind: "import", status: "done", result: proposed })], {
    [path]: { videos: ["a"], kept: ["b keeps its proposals."] },
  });
  await page.press("Take back");
  assert.match(page.text("[role=status]"), /The proposals of 1 video were taken back\. b keeps its proposals\./);
  assert.match(page.writes[0], /^POST \/data\/projects\/p\/proposals\/take-back {"digest":"abc","author":"person:/);
});
