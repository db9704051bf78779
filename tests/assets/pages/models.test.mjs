import assert from "node:assert/strict";
import { test } from "node:test";
import { lossOf, mount } from "../../../assets/pages/models.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { job, known } from "./made.mjs";

const FACTS = "GET /data/projects/p/checkpoints";
const JOBS = "GET /data/jobs?project=p";
const checkpoint = (id, values = {}) => ({
  id,
  name: `round ${id}`,
  config: "tevit_tiny",
  classes: ["fish", "star"],
  known_here: ["fish"],
  parent: null,
  measured: { ap: 0.486, before: 0.4, before_name: "demo", set: "2 held-out videos" },
  size_bytes: 14_700_000,
  deletes_file: true,
  builtin_demo: false,
  created: 1000,
  ...values,
});
const release = (name, values = {}) => ({
  name,
  classes: 40,
  size_bytes: 647e6,
  url: `https://example/${name}.pth`,
  have: false,
  ...values,
});
const facts = (values = {}) => ({
  active: "1",
  proposes: "1",
  checkpoints: [checkpoint("1", { parent: "demo" }), checkpoint("2")],
  releases: [release("tevit_r50")],
  ...values,
});

async function opened(values = {}, answers = {}) {
  const page = await openPage({
    address: "/models/?project=p",
    answers: { ...known(), [FACTS]: facts(values), [JOBS]: { jobs: [] }, ...answers },
  });
  await mount(page.place("v-models"));
  await settle();
  return page;
}
const cells = (page, name) =>
  page
    .find(`[data-checkpoint="${name}"]`)
    .querySelectorAll("td")
    .map((cell) => cell.textContent.replace(/\s+/g, " "));

test("the table shows each checkpoint's classes, origin, verdict and size, and no figure", async () => {
  const page = await opened({
    checkpoints: [checkpoint("1", { parent: "demo", retrained: true, outcome: "proven" }), checkpoint("2")],
  });
  const [name, config, classes, here, parent, judged, size] = cells(page, "round 1");
  assert.deepEqual(
    [name, config, classes, here, parent, judged, size],
    ["round 1in use", "tevit_tiny", "2 fish, star", "1", "demo", "provenReport", "14.7 MB"],
  );
  assert.deepEqual(cells(page, "round 2").slice(4, 6), ["–", "–"]);
  const link = page.find('[data-checkpoint="round 1"] .v-link');
  assert.equal(link.getAttribute("href"), "/retrain/?project=p&checkpoint=1");
});

test("one that comes with the program says what it is good at", async () => {
  const page = await opened({ checkpoints: [checkpoint("1", { about: "Finds things." }), checkpoint("2")] });
  assert.equal(page.text('[data-checkpoint="round 1"] .v-about'), "Finds things.");
  assert.equal(page.all('[data-checkpoint="round 2"] .v-about').length, 0);
});

test("the lineage has the figures, each with the name of its set", async () => {
  const page = await opened({
    checkpoints: [checkpoint("1"), checkpoint("2", { parent_id: "1", retrained: true, outcome: "not proven" })],
  });
  assert.match(page.text("#v-lines"), /On 2 held-out videos: AP 40\.0 with demo, 48\.6 with this one\./);
  const plain = await opened();
  assert.equal(plain.all("#v-lines").length, 0);
});

test("the scores from which the tracks of a checkpoint begin and go on stand with it", async () => {
  const thresholds = { begin: 0.2, go_on: 0.1, floor: 0.04, share: 0.3 };
  const page = await opened({ checkpoints: [checkpoint("1", { thresholds }), checkpoint("2", { thresholds })] });
  assert.equal(cells(page, "round 1")[5], "–tracks begin 0.20, go on 0.10");
});

test("what is not known is a dash or a word, never a zero", async () => {
  const page = await opened({ checkpoints: [checkpoint("1", { measured: null, known_here: [] })] });
  assert.deepEqual(cells(page, "round 1").slice(3, 6), ["none", "–", "–"]);
});

test("the head shows the checkpoint in use", async () => {
  assert.match((await opened()).text(".v-phead"), /round 1 proposes in this project\./);
  assert.match(
    (await opened({ active: null, proposes: "2" })).text(".v-phead"),
    /round 2 proposes in this project, until you put another one in use\./,
  );
  assert.match((await opened({ active: null, proposes: null })).text(".v-phead"), /No checkpoint proposes/);
  assert.match((await opened({ active: null, checkpoints: [] })).text(".v-phead"), /download TeViT or add a file/);
});

test("another checkpoint is put in use; the one in use offers no such button", async () => {
  const page = await opened({}, { "POST /data/projects/p/checkpoints/2/activate": {} });
  assert.doesNotMatch(page.text('[data-checkpoint="round 1"]'), /Use/);
  page.answers[FACTS] = facts({ active: "2", proposes: "2" });
  await page.press("Use");
  assert.deepEqual(page.writes, ["POST /data/projects/p/checkpoints/2/activate {}"]);
  assert.match(page.text(".v-phead"), /round 2 proposes/);
});

/** Open the menu of a checkpoint and choose an entry. */
async function choose(page, name, entry) {
  await page.press(`Export, rename or delete ${name}`);
  await page.press(entry, ".v-menu");
}

test("renaming saves the name and shows it; a refused one stays in the field with the reason", async () => {
  const RENAME = "PATCH /data/projects/p/checkpoints/2";
  const page = await opened({}, { [RENAME]: refuse("There is already a checkpoint named round 1.", 409) });
  await choose(page, "round 2", "Rename");
  assert.equal(page.find(".v-ask input").getAttribute("maxlength"), "100");
  await page.type(".v-ask input", "round 1");
  await page.press("Save");
  assert.equal(page.text(".v-ask [role=alert]"), "There is already a checkpoint named round 1.");
  page.answers[RENAME] = { id: "2", name: "fish only" };
  page.answers[FACTS] = facts({ checkpoints: [checkpoint("1"), checkpoint("2", { name: "fish only" })] });
  await page.type(".v-ask input", " fish only ");
  await page.press("Save");
  assert.equal(page.writes.at(-1), `${RENAME} {"name":"fish only"}`);
  assert.deepEqual([page.all(".v-ask").length, cells(page, "fish only").length], [0, 9]);
});

test("deleting asks first, with what goes, what stays and what it frees", async () => {
  const page = await opened({}, { "DELETE /data/projects/p/checkpoints/2": { id: "2", name: "round 2" } });
  await choose(page, "round 2", "Delete");
  assert.deepEqual([page.writes, document.activeElement.textContent], [[], "Keep"]);
  assert.match(page.text(".v-ask"), /Delete round 2 for good\?Its file goes too, which frees 14\.7 MB\./);
  assert.match(page.text(".v-ask"), /This cannot be undone\./);
  await page.press("Keep");
  assert.deepEqual([page.writes, page.all(".v-ask").length], [[], 0]);
  await choose(page, "round 2", "Delete");
  page.answers[FACTS] = facts({ checkpoints: [checkpoint("1")] });
  await page.press("Delete for good");
  assert.deepEqual(page.writes, ["DELETE /data/projects/p/checkpoints/2"]);
  assert.deepEqual([page.all(".v-ask").length, page.all("[data-checkpoint]").length], [0, 1]);
});

test("a checkpoint that is needed elsewhere stays, and the question shows the server's sentence", async () => {
  const sentence = "The checkpoint round 2 cannot be deleted: a job is using it; wait for that job or cancel it.";
  const page = await opened({}, { "DELETE /data/projects/p/checkpoints/2": refuse(sentence) });
  await choose(page, "round 2", "Delete");
  await page.press("Delete for good");
  assert.equal(page.text(".v-ask [role=alert]"), sentence);
  assert.equal(page.all("[data-checkpoint]").length, 2);
});

test("what is known to be protected is not offered, with the reason", async () => {
  const page = await opened({ checkpoints: [checkpoint("1"), checkpoint("2", { builtin_demo: true })] });
  const reasons = async (name) => {
    await page.press(`Export, rename or delete ${name}`);
    const items = ["rename", "delete"].map((entry) => page.find(`[data-do=${entry}]`));
    items.forEach((item) => item.click());
    await page.press(`Export, rename or delete ${name}`); // closes the menu
    return items.map((item) => item.getAttribute("title"));
  };
  assert.deepEqual(await reasons("round 2"), ["It comes with the program.", "It comes with the program."]);
  assert.deepEqual(await reasons("round 1"), [null, "This project proposes with it; put another one in use first."]);
});

test("a file outside the data folder stays", () => {
  assert.match(lossOf(checkpoint("1", { deletes_file: false })).join(" "), /its file stays where it is/);
  assert.doesNotMatch(lossOf(checkpoint("1", { deletes_file: false })).join(" "), /frees/);
});

test("exporting is a job that is listed at once", async () => {
  const page = await opened({}, { "POST /data/projects/p/checkpoints/1/export": {} });
  page.answers[JOBS] = {
    jobs: [job("x", { kind: "export_checkpoint", status: "done", result: { sentence: "Written to /out/round.pth." } })],
  };
  await choose(page, "round 1", "Export the official .pth");
  assert.match(page.text(".v-jobs"), /Export to the official layout.*Written to \/out\/round\.pth\./);
});

test("a release is fetched when its button is pressed, and only then", async () => {
  const page = await opened({}, { "POST /data/projects/p/downloads": {} });
  assert.deepEqual(page.writes, []);
  assert.match(page.text("[data-release]"), /tevit_r5040 classes of YouTube-VIS 2019, about 647 MB/);
  await page.press("Download");
  assert.deepEqual(page.writes, ['POST /data/projects/p/downloads {"name":"tevit_r50","use":false}']);
});

test("where only the checkpoint of the program proposes, the button fetches a release to take its place", async () => {
  const own = checkpoint("1", { builtin_demo: true });
  const page = await opened({ active: null, checkpoints: [own] }, { "POST /data/projects/p/downloads": {} });
  await page.press("Download and use");
  assert.deepEqual(page.writes, ['POST /data/projects/p/downloads {"name":"tevit_r50","use":true}']);
});

test("a release that is here is not offered again", async () => {
  const page = await opened({ releases: [release("tevit_r50", { have: true })] });
  assert.equal(page.find("[data-release]").querySelectorAll("button").length, 0);
  assert.match(page.text("[data-release]"), /here$/);
});

test("a refusal is said above the table", async () => {
  const page = await opened(
    {},
    { "POST /data/projects/p/downloads": refuse("A download of tevit_r50 is already running.") },
  );
  await page.press("Download");
  assert.equal(page.text("[role=alert]"), "A download of tevit_r50 is already running.");
  assert.equal(page.all("[data-checkpoint]").length, 2);
});

test("an ended job makes the page look at the checkpoints again", async () => {
  const page = await opened({}, { [JOBS]: { jobs: [job("d", { kind: "download" })] } });
  page.answers[JOBS] = { jobs: [job("d", { kind: "download", status: "done" })] };
  page.answers[FACTS] = facts({ checkpoints: [checkpoint("1"), checkpoint("2"), checkpoint("3")] });
  await page.later();
  await settle();
  assert.equal(page.all("[data-checkpoint]").length, 3);
});

test("the sheet for a file is opened by its button", async () => {
  const page = await opened();
  const asked = [];
  globalThis.vPages = { open: (name) => asked.push(name) };
  await page.press("Add a checkpoint");
  assert.deepEqual(asked, ["checkpoint"]);
});

test("a page that cannot be shown gives the reason", async () => {
  assert.match(
    (await opened({}, { [FACTS]: refuse("The database is busy.", 503) })).text(),
    /This page cannot be shown.*The database is busy\./,
  );
  const none = await openPage({ address: "/models/", answers: known({ projects: [], last: null }) });
  await mount(none.place("v-models"));
  assert.match(none.text(), /make one in the library first/);
});
