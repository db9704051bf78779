import assert from "node:assert/strict";
import { test } from "node:test";
import { h } from "../../../assets/kit/dom.js";
import { mount } from "../../../assets/pages/shell.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { job, known } from "./made.mjs";

const JOBS = "GET /data/jobs?project=p&active=1";

/** A page with the constant bar that Gradio sends, and the module at work on it. */
async function opened({ address = "/?project=p", jobs = [], more = {}, sheets = [], answers = {} } = {}) {
  const page = await openPage({ address, answers: { ...known(more), [JOBS]: { jobs }, ...answers } });
  const links = [
    ["/", "Library"],
    ["/review", "Review"],
  ].map(([href, words]) => h("a", { href }, words));
  const bar = h(
    "header.v-top",
    null,
    h("a.v-brand", { href: "/" }),
    h("nav.v-nav", null, ...links),
    h("span.v-top-right"),
  );
  const holder = h("div.v-plain", null, bar);
  document.body.append(holder, ...sheets.map((name) => h("div.v-sheet", { id: `v-sheet-${name}` })));
  const mounted = mount(holder);
  await settle();
  return { page, mounted };
}
const hrefs = (page) => page.all(".v-nav a").map((link) => link.href);

test("links keep the project, also when it is found only later", async () => {
  const { page } = await opened();
  assert.deepEqual(hrefs(page), ["/?project=p", "/review/?project=p"]);
  const later = await opened({ address: "/" });
  assert.deepEqual(hrefs(later.page), ["/?project=p", "/review/?project=p"]);
});

test("the forms may begin once the project is known", async () => {
  const { page } = await opened({ address: "/" });
  const pages = await vReady;
  assert.deepEqual([pages === vPages, pages.project()], [true, "p"]);
  assert.equal(page.text("#v-project-menu"), "street");
});

test("forms are not kept waiting by a server that does not answer", async () => {
  await opened({ answers: { "GET /data/projects": refuse("Busy.", 503) } });
  assert.equal(typeof (await vReady).answer, "function");
});

test("without a project the menu shows so", async () => {
  const { page } = await opened({ address: "/", more: { projects: [], last: null } });
  assert.equal(page.text("#v-project-menu"), "No project");
});

test("the menu lists the projects and opens another one on the same page", async () => {
  const projects = [
    { id: "p", name: "street", videos: 1 },
    { id: "q", name: "<i>quay", videos: 12 },
  ];
  const { page } = await opened({ address: "/retrain/?project=p", more: { projects } });
  await page.press("street");
  const lines = page.all(".v-menu a").slice(0, 2);
  assert.deepEqual(
    lines.map((line) => [line.textContent, line.href]),
    [
      ["street1 video", "/retrain/?project=p"],
      ["<i>quay12 videos", "/retrain/?project=q"],
    ],
  );
  assert.deepEqual(
    lines.map((line) => line.getAttribute("aria-current")),
    ["true", null],
  );
});

test("on the library the menu opens its sheets, elsewhere it goes there", async () => {
  const away = await opened({ address: "/models/?project=p" });
  await away.page.press("street");
  const links = away.page
    .all(".v-menu a")
    .slice(1)
    .map((link) => `${link.textContent} ${link.href}`);
  assert.deepEqual(links, [
    "Categories of this project /?project=p&sheet=categories",
    "Attributes of this project /?project=p&sheet=attributes",
    "Annotation guide /?project=p&sheet=guide",
    "Rename or archive /?project=p&sheet=manage",
    "New project /?project=p&sheet=project",
  ]);
  const here = await opened({ sheets: ["categories", "manage", "project"] });
  await here.page.press("street");
  await here.page.press("Rename or archive");
  assert.deepEqual(
    here.page.all(".v-sheet[data-open]").map((sheet) => sheet.id),
    ["v-sheet-manage"],
  );
});

test("a project that got another name has it in the bar", async () => {
  const { page } = await opened();
  page.answers["GET /data/projects"] = { projects: [{ id: "p", name: "north", videos: 2 }], archived: [], last: "p" };
  await page.tell("v-projects-changed");
  assert.equal(page.text("#v-project-menu"), "north");
});

test("one running job is named with its share and time left", async () => {
  const { page } = await opened({ jobs: [job("j", { progress: 0.4, eta_seconds: 65 })] });
  assert.equal(page.text(".v-top-right [role=status]"), "Proposing, 40 %, 1:05 left");
});

test("several jobs are summed up", async () => {
  const two = await opened({ jobs: [job("a", { progress: 0.2 }), job("b", { progress: 0.4 })] });
  assert.equal(two.page.text(".v-top-right [role=status]"), "Proposing 2 videos, 30 %");
  const mixed = await opened({ jobs: [job("a", { progress: null }), job("b", { kind: "retrain", progress: 1 })] });
  assert.equal(mixed.page.text(".v-top-right [role=status]"), "2 jobs, 50 %");
});

test("it is quiet without jobs, and looks more often while one runs", async () => {
  const { page } = await opened();
  assert.equal(page.find(".v-top-right [role=status]").hidden, true);
  const calm = page.pauses[0];
  page.answers[JOBS] = { jobs: [job("j")] };
  await page.later();
  assert.equal(page.find(".v-top-right [role=status]").hidden, false);
  assert.ok(page.pauses[0] < calm);
});

test("modules of the page hear what runs", async () => {
  const page = await opened();
  const events = [];
  addEventListener("v-jobs", (event) => events.push(event.detail.map((one) => one.id)));
  page.page.answers[JOBS] = { jobs: [job("j")] };
  await page.page.later();
  assert.deepEqual(events, [["j"]]);
});

test("a refusal is said in the server's own words, and no longer once it is over", async () => {
  const { page } = await opened({ answers: { [JOBS]: refuse("The disk is full.", 503) } });
  assert.equal(page.text(".v-top-right [role=status]"), "The disk is full.");
  page.answers["GET /data/projects"] = refuse("The database is damaged.", 503);
  await page.press("street");
  assert.equal(page.text("[role=alert]"), "The database is damaged.");
});

test("a server that is gone is said, and no longer once it is back", async () => {
  const { page } = await opened({ answers: { [JOBS]: refuse("", 503) } });
  assert.equal(page.text(".v-top-right [role=status]"), "Server not reached");
  page.answers[JOBS] = { jobs: [] };
  await page.later();
  assert.equal(page.find(".v-top-right [role=status]").hidden, true);
});

test("the sun switches the theme, and its label names the next one", async () => {
  const { page } = await opened();
  const sun = page.find("#v-theme-toggle");
  assert.equal(sun.getAttribute("aria-label"), "Light theme");
  sun.click();
  assert.deepEqual([vTheme.dark, sun.getAttribute("aria-label")], [false, "Dark theme"]);
});
