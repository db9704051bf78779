import assert from "node:assert/strict";
import { test } from "node:test";
import { Library, mount } from "../../../assets/pages/library.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { counts, job, known, project, removed, video } from "./made.mjs";

const THREE = [
  video("a", { name: "gate 10", state: "done", counts: counts({ accepted: 4 }), count: 10, tracks: 1 }),
  video("b", {
    name: "gate 9",
    state: "review",
    counts: counts({ unreviewed: 5, accepted: 1, look: 2 }),
    count: 200,
    tracks: 2,
  }),
  video("c", { name: "Harbour", state: "new", count: 30 }),
];

/** The library of a project; `answers["GET /data/projects/p"]` may be changed by the test. */
async function opened({ videos = THREE, address = "/?project=p", more = {}, answers = {}, files = {} } = {}) {
  const page = await openPage({
    address,
    answers: { ...known(files), "GET /data/projects/p": project(videos, more), ...answers },
  });
  const holder = page.place("v-library");
  const library = new Library(holder.querySelector("#v-library"));
  await library.start();
  await settle();
  return { page, library };
}
const names = (page) => page.all("a.v-vc b").map((name) => name.textContent);

test("the head counts videos, frames and states", async () => {
  const { page } = await opened();
  assert.match(page.text(".v-phead"), /^street3 videos, 240 frames\. 1 done, 1 in review, 1 open\./);
  assert.equal(document.title, "street, library");
});

test("the module fills its place", async () => {
  const page = await openPage({
    address: "/?project=p",
    answers: { ...known(), "GET /data/projects/p": project(THREE) },
  });
  await mount(page.place("v-library"));
  assert.equal(page.find("#v-library").className, "v-page");
  assert.equal(page.all("a.v-vc").length, 3);
});

test("each state has its number and shows its videos, or that there are none", async () => {
  const { page } = await opened({ videos: THREE.slice(0, 2) });
  assert.deepEqual(
    page
      .all(".v-seg button")
      .slice(0, 4)
      .map((one) => one.textContent),
    ["All 2", "Open 0", "In review 1", "Done 1"],
  );
  await page.press("Done 1");
  assert.deepEqual(names(page), ["gate 10"]);
  await page.press("Open 0");
  assert.equal(page.text(".v-none"), "Every video is in review or done.");
  assert.equal(page.all(".v-add").length, 0);
});

test("typing filters at once and keeps the field with its focus through a redraw", async () => {
  const { page, library } = await opened();
  const field = page.find(".v-search input");
  await page.type(field, "GATE");
  assert.deepEqual(names(page), ["gate 10", "gate 9"]);
  library.draw();
  assert.equal(document.activeElement, page.find(".v-search input"));
  assert.deepEqual([page.find(".v-search input"), names(page).length], [field, 2]);
  await page.type(field, "nobody");
  assert.equal(page.text(".v-none"), "No video has this in its name.");
});

test("videos are sorted by what is chosen; numbers in names count as numbers", async () => {
  const { page } = await opened();
  const by = async (words) => {
    page.find("#v-sort").click();
    await page.press(words, ".v-menu");
    return names(page);
  };
  assert.deepEqual(await by("name"), ["gate 9", "gate 10", "Harbour"]);
  assert.deepEqual(await by("needs a look"), ["gate 9", "gate 10", "Harbour"]);
  assert.deepEqual(await by("length"), ["gate 9", "Harbour", "gate 10"]);
  assert.deepEqual(await by("order added"), ["gate 10", "gate 9", "Harbour"]);
});

test("the list shows the same videos and is remembered", async () => {
  const { page } = await opened();
  await page.press("List");
  assert.deepEqual(
    page.all("tr[data-video]").map((line) => line.dataset.video),
    ["a", "b", "c"],
  );
  assert.equal(localStorage.getItem("v-library-view"), "list");
  await page.press("Grid");
  assert.equal(page.all("tr").length, 0);
});

test("looking again redraws nothing unless something changed", async () => {
  const { page, library } = await opened();
  const before = page.find(".v-phead");
  await library.refresh();
  assert.equal(page.find(".v-phead"), before);
  page.answers["GET /data/projects/p"] = project(THREE.slice(1));
  await library.refresh();
  assert.notEqual(page.find(".v-phead"), before);
  assert.equal(page.all("a.v-vc").length, 2);
});

test("progress of a job changes its own card and no other, and keeps the focus", async () => {
  const { page } = await opened();
  const [first, second] = page.all(".v-tile");
  first.querySelector("a").focus();
  await page.tell("v-jobs", [job("j", { video: "b", progress: 0.5 })]);
  assert.equal(page.all(".v-tile")[0], first);
  assert.notEqual(page.all(".v-tile")[1], second);
  assert.match(page.all(".v-tile")[1].textContent, /Proposing 50 %/);
  assert.equal(document.activeElement, first.querySelector("a"));
});

test("a job that ended is looked up", async () => {
  const { page } = await opened();
  await page.tell("v-jobs", [job("j", { video: "c" })]);
  page.answers["GET /data/projects/p"] = project([
    video("c", { name: "Harbour", state: "proposed", counts: counts({ unreviewed: 3 }) }),
  ]);
  await page.tell("v-jobs", []);
  assert.match(page.text("a.v-vc"), /Proposed.*waits for review/);
});

test("new videos are proposed together, and a refusal is said", async () => {
  const videos = [video("a"), video("b")];
  const { page } = await opened({
    videos,
    answers: {
      "POST /data/videos/a/propose": { job: job("j", { video: "a" }) },
      "POST /data/videos/b/propose": refuse("There is no checkpoint."),
    },
  });
  await page.press("Propose 2 new videos");
  assert.deepEqual(page.writes, ["POST /data/videos/a/propose {}", "POST /data/videos/b/propose {}"]);
  assert.equal(page.text("[role=alert]"), "There is no checkpoint.");
  await page.press("Dismiss");
  assert.equal(page.all("[role=alert]").length, 0);
});

test("a video is renamed under its own button", async () => {
  const { page } = await opened({
    answers: { "POST /data/videos/a": ({ name }) => ({ video: { id: "a", name }, stopped: 0 }) },
  });
  await page.press("Rename or remove gate 10");
  await page.press("Rename");
  await page.type(".v-ask input", "north gate");
  page.answers["GET /data/projects/p"] = project([video("a", { name: "north gate" })]);
  await page.press("Save");
  assert.deepEqual(page.writes, ['POST /data/videos/a {"name":"north gate"}']);
  assert.deepEqual(names(page), ["north gate"]);
});

test("removing shows what is kept and can be undone", async () => {
  const answers = {
    "POST /data/videos/a": ({ removed: away }) => ({
      video: { id: "a", name: "gate 10", removed: away ? 5 : null },
      stopped: away ? 1 : 0,
    }),
  };
  const { page } = await opened({ answers });
  page.answers["GET /data/projects/p"] = project(THREE.slice(1), { removed: 1 });
  await page.press("Rename or remove gate 10");
  await page.press("Remove from the library");
  assert.match(page.text(".v-notice"), /gate 10 is removed; its tracks and its file are kept, 1 job on it stopped\./);
  assert.deepEqual(names(page), ["gate 9", "Harbour"]);
  page.answers["GET /data/projects/p"] = project(THREE);
  await page.press("Restore");
  assert.deepEqual(page.writes, ['POST /data/videos/a {"removed":true}', 'POST /data/videos/a {"removed":false}']);
  assert.deepEqual([names(page).length, page.text(".v-notice")], [3, "gate 10 is in the library again."]);
});

test("a video that cannot be removed stays and the reason is said", async () => {
  const { page } = await opened({ answers: { "POST /data/videos/a": refuse("The database is busy.") } });
  await page.press("Rename or remove gate 10");
  await page.press("Remove from the library");
  assert.deepEqual([page.text("[role=alert]"), names(page).length], ["The database is busy.", 3]);
});

test("removed videos have a view of their own, which goes with the last of them", async () => {
  const answers = {
    "GET /data/projects/p/removed": { videos: [removed("x")] },
    "POST /data/videos/x": { video: { name: "video x" } },
  };
  const { page } = await opened({ more: { removed: 1 }, answers });
  await page.press("Removed 1");
  assert.deepEqual(
    [page.all("a.v-vc").length, page.all("[data-removed]").length, page.all(".v-search").length],
    [0, 1, 0],
  );
  page.answers["GET /data/projects/p"] = project([...THREE, video("x")]);
  await page.press("Restore");
  assert.deepEqual([page.all("a.v-vc").length, page.all("[data-removed]").length], [4, 0]);
});

test("a project without videos invites, and shows the way to what was removed", async () => {
  const { page } = await opened({
    videos: [],
    more: { removed: 2 },
    answers: { "GET /data/projects/p/removed": { videos: [removed("x")] } },
  });
  assert.match(page.text(), /No videos yet/);
  await page.press("Removed 2");
  assert.equal(page.all("[data-removed]").length, 1);
  await page.press("All 0");
  assert.match(page.text(), /No videos yet/);
});

test("the demo is a press away from an empty project", async () => {
  const projects = [
    { id: "p", name: "street", videos: 0 },
    { id: "d", name: "demo", videos: 6 },
  ];
  const { page } = await opened({ videos: [], files: { projects } });
  await page.press("Open the demo");
  assert.deepEqual(page.visited, ["/?project=d"]);
});

test("without any project the page asks for one", async () => {
  const { page } = await opened({ address: "/", files: { projects: [], last: null } });
  assert.match(page.text(), /No project yet/);
});

test("a library that cannot be loaded shows the reason and tries again", async () => {
  const { page } = await opened({ answers: { "GET /data/projects/p": refuse("The database is busy.", 503) } });
  assert.match(page.text(), /The library cannot be shown.*The database is busy\./);
  page.answers["GET /data/projects/p"] = project(THREE);
  await page.press("Try again");
  assert.equal(names(page).length, 3);
});

test("a link that names a sheet opens it once, when the page is ready for it", async () => {
  await opened({ address: "/?project=p&sheet=manage" });
  assert.equal(location.search, "?project=p");
  const asked = [];
  vMakeReady({ open: (name) => asked.push(name) });
  await settle();
  assert.deepEqual(asked, ["manage"]);
});
