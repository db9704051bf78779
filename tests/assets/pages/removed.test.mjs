import assert from "node:assert/strict";
import { test } from "node:test";
import { fate, loss, RemovedList } from "../../../assets/pages/removed.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { removed } from "./made.mjs";

/** A list on the page; `said` has the calls of the library. */
async function listOf(videos, answers = {}) {
  const page = await openPage({ answers: { "GET /data/projects/p/removed": { videos }, ...answers } });
  const said = [];
  const list = new RemovedList({ project: () => "p", changed: async (text) => said.push(text) });
  document.body.append(list.place);
  await list.load();
  return { page, said };
}

test("what would be lost is counted in one sentence", () => {
  assert.equal(
    loss(removed("v")),
    "3 tracks with 40 masks go, 5 corrections and 7 other verdicts of yours among them.",
  );
  assert.equal(
    loss(removed("v", { tracks: 1, masks: 1, corrections: 1, verdicts: 0 })),
    "1 track with 1 mask goes, 1 correction of yours among them.",
  );
  assert.equal(
    loss(removed("v", { corrections: 0, verdicts: 1200 })),
    "3 tracks with 40 masks go, 1,200 other verdicts of yours among them.",
  );
  assert.equal(
    loss(removed("v", { corrections: 0, verdicts: 0 })),
    "3 tracks with 40 masks go, none of them judged or drawn by a person.",
  );
  assert.equal(loss(removed("v", { tracks: 0, masks: 0 })), "It has no tracks.");
});

test("it is said whether a file goes, and which one stays", () => {
  assert.equal(
    fate(removed("v", { copied: true, copy_bytes: 12_300_000 })),
    "Its copy in the data folder (12.3 MB) goes too.",
  );
  assert.equal(fate(removed("v")), "The file stays where it is: /clips/a.mp4.");
});

test("each video has its line with Restore and Delete for good", async () => {
  const { page } = await listOf([removed("a"), removed("b", { tracks: 0 })]);
  const lines = page.all("li").map((line) => line.querySelector(".v-grow").textContent);
  assert.match(lines[0], /^video aRemoved .+\. 36 frames, 3 tracks, 5 corrections\.$/);
  assert.match(lines[1], /36 frames, no tracks\.$/);
  assert.equal(page.all("button").length, 4);
});

test("each video has its small picture, as the library has it; a film where there is none", async () => {
  const { page } = await listOf([removed("a b", { removed: 1700000000 })]);
  const image = page.find(".v-mini img");
  assert.match(image.src, /^\/data\/videos\/a%20b\/thumb\.jpg\?e=1700000000$/);
  image.dispatchEvent(new Event("error"));
  assert.deepEqual([page.all(".v-mini img").length, page.all(".v-mini .v-noimg").length], [0, 1]);
});

test("restoring calls the server, notifies the library, and loads the list again", async () => {
  const { page, said } = await listOf([removed("a")], { "POST /data/videos/a": { video: { name: "video a 2" } } });
  await page.press("Restore");
  assert.deepEqual(page.writes, ['POST /data/videos/a {"removed":false}']);
  assert.deepEqual(said, ["video a 2 is in the library again."]);
  assert.equal(page.calls.filter((call) => call.endsWith("/removed")).length, 2);
});

test("nothing is deleted before the question, which names what will be lost", async () => {
  const { page } = await listOf([removed("a"), removed("b")]);
  await page.press("Delete for good", "[data-removed=b]");
  assert.deepEqual(page.writes, []);
  const question = page.text(".v-question");
  assert.match(question, /Delete video b for good\?3 tracks with 40 masks go/);
  assert.match(question, /This cannot be undone\./);
  assert.equal(page.all(".v-question").length, 1);
});

test("Keep has the focus and lies where the press was; it takes the question back", async () => {
  const { page } = await listOf([removed("a")]);
  await page.press("Delete for good");
  assert.equal(document.activeElement.textContent, "Keep");
  assert.equal(page.all(".v-question button").at(-1).textContent, "Keep");
  document.activeElement.click();
  assert.equal(page.all(".v-question").length, 0);
  assert.deepEqual(page.writes, []);
});

test("deleting sends the shown numbers and names what was deleted", async () => {
  const { page, said } = await listOf([removed("a")], {
    "DELETE /data/videos/a": { name: "video a", tracks: 3, problem: null },
  });
  await page.press("Delete for good");
  await page.press("Delete for good");
  assert.deepEqual(page.writes, ['DELETE /data/videos/a {"tracks":3,"corrections":5}']);
  assert.deepEqual(said, ["video a is deleted, with 3 tracks and 5 corrections."]);
});

test("a copy that could not be removed is named instead", async () => {
  const { page, said } = await listOf([removed("a")], {
    "DELETE /data/videos/a": { name: "video a", tracks: 3, problem: "Its copy stays." },
  });
  await page.press("Delete for good");
  await page.press("Delete for good");
  assert.deepEqual(said, ["Its copy stays."]);
});

test("a refusal is shown beside fresh numbers, and the question is closed", async () => {
  const videos = [removed("a")];
  const { page, said } = await listOf(videos, {
    "DELETE /data/videos/a": refuse("video a has changed since this was shown.", 409),
  });
  await page.press("Delete for good");
  videos[0] = removed("a", { corrections: 6 });
  await page.press("Delete for good");
  await settle();
  assert.deepEqual(said, []);
  assert.match(page.text("[role=alert]"), /has changed since this was shown/);
  assert.match(page.text("li"), /6 corrections/);
  assert.equal(page.all(".v-question").length, 0);
});

test("a list that cannot be loaded shows the reason", async () => {
  const { page } = await listOf([], { "GET /data/projects/p/removed": refuse("The database is busy.") });
  assert.equal(page.text("[role=alert]"), "The database is busy.");
});
