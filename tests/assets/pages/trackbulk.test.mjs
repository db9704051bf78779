import assert from "node:assert/strict";
import { test } from "node:test";
import { TrackBulk } from "../../../assets/pages/trackbulk.js";
import { openPage, refuse, settle } from "../browser.mjs";

const PREVIEW = "POST /data/projects/p/tracks/preview";
const CHANGE = "POST /data/projects/p/tracks/change";
const found = (values = {}) => ({ tracks: 40, masks: 1203, videos: 3, locked: 0, unchanged: 0, ...values });

/** The buttons for two selected tracks. */
async function opened(answers = {}) {
  const page = await openPage({ answers: { [PREVIEW]: found(), ...answers } });
  const calls = { changed: 0 };
  const bulk = new TrackBulk({
    project: () => "p",
    author: "person:me",
    selected: () => new Set(["t1", "t2"]),
    categories: () => [
      { id: "d", name: "dog" },
      { id: "c", name: "cat", retired: true },
    ],
    changed: async () => void (calls.changed += 1),
  });
  const holder = page.place("v-bulk");
  holder.append(...bulk.buttons(), bulk.toast);
  return { page, bulk, calls };
}

test("the preview says in numbers what changes and what stays", async () => {
  const { page } = await opened({ [PREVIEW]: found({ locked: 3, unchanged: 1 }) });
  await page.press("Reject");
  assert.deepEqual(
    page.all(".v-tcask p").map((line) => line.textContent),
    [
      "40 tracks in 3 videos, 1,203 masks change.",
      "3 tracks that a person drew or judged stay as they are.",
      "1 track is rejected already.",
    ],
  );
  assert.deepEqual(page.writes, [`${PREVIEW} {"verb":"reject","category":null,"judged":false,"tracks":["t1","t2"]}`]);
});

test("tracks of a person are included on request, and counted anew", async () => {
  const { page } = await opened({
    [PREVIEW]: ({ judged }) => found(judged ? { tracks: 2, videos: 1, masks: 1 } : { tracks: 0, locked: 2 }),
  });
  await page.press("Accept");
  const apply = () => page.all(".v-pop .v-btn").find((one) => one.textContent === "Accept");
  assert.match(page.text(".v-tcask"), /^Nothing changes\./);
  assert.equal(apply().disabled, true);
  const box = page.find(".v-pop input");
  box.checked = true;
  box.dispatchEvent(new Event("change"));
  await settle();
  assert.equal(page.text(".v-tcask"), "2 tracks, 1 mask change.");
  assert.deepEqual([apply().disabled, page.find(".v-pop .v-tcheck").hidden], [false, false]);
});

test("relabel offers the categories in use, applies, and can be undone in every video", async () => {
  const edits = [
    { id: "e1", video_id: "v", tracks: 1, masks: 0 },
    { id: "e2", video_id: "w", tracks: 39, masks: 0 },
  ];
  const { page, calls } = await opened({
    [PREVIEW]: found({ unchanged: 2 }),
    [CHANGE]: { edits, locked: 0 },
    "POST /data/videos/v/undo": { status: "applied" },
    "POST /data/videos/w/undo": { status: "applied" },
  });
  await page.press("Relabel");
  assert.deepEqual(
    page.all(".v-menu .v-item").map((one) => one.textContent),
    ["dog", "no category"],
  );
  await page.press("dog", ".v-menu");
  assert.equal(page.all(".v-tcask p")[1].textContent, "2 tracks are dog already.");
  await page.press("Relabel to dog", ".v-pop");
  assert.equal(page.text(".v-tctoast span"), "40 tracks in 2 videos relabelled to dog.");
  assert.deepEqual(JSON.parse(page.writes.at(-1).slice(CHANGE.length)), {
    verb: "relabel",
    category: "d",
    judged: false,
    tracks: ["t1", "t2"],
    author: "person:me",
  });
  assert.equal(calls.changed, 1);
  await page.press("Undo");
  const undone = page.writes.slice(-2).map((call) => [call.split(" ")[1], JSON.parse(call.split(" ")[2]).edit]);
  assert.deepEqual(undone, [
    ["/data/videos/w/undo", "e2"],
    ["/data/videos/v/undo", "e1"],
  ]);
  assert.deepEqual([page.text(".v-tctoast span"), calls.changed], ["Undone.", 2]);
});

test("an undo that a later edit prevents says so", async () => {
  const edits = [{ id: "e1", video_id: "v", tracks: 1, masks: 2 }];
  const reason = "Undo is not possible: a later edit changed the same rows.";
  const { page } = await opened({
    [CHANGE]: { edits, locked: 0 },
    "POST /data/videos/v/undo": { status: "conflict", error: reason },
  });
  await page.press("Accept");
  await page.press("Accept", ".v-pop");
  await page.press("Undo");
  assert.equal(page.text(".v-tctoast span"), `Undone in 0 of 1 video. ${reason}`);
  assert.equal(page.find(".v-tctoast").getAttribute("role"), "alert");
});

test("a refusal is shown where it arose", async () => {
  const { page } = await opened({ [PREVIEW]: refuse("The chosen category is gone.") });
  await page.press("Reject");
  assert.equal(page.text(".v-tcask [role=alert]"), "The chosen category is gone.");
  page.answers[PREVIEW] = found();
  page.answers[CHANGE] = refuse("The disk is full.", 507);
  await page.press("Cancel");
  await page.press("Reject");
  await page.press("Reject", ".v-pop");
  assert.equal(page.text(".v-tctoast span"), "The disk is full.");
  await page.press("Close");
  assert.equal(page.find(".v-tctoast").hidden, true);
});
