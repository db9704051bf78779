import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../../../assets/editor/store.js";
import { historyList } from "../../../../assets/editor/panels/historylist.js";
import { sentTrack, smallDocument } from "../memory.mjs";
import { openPage } from "../../browser.mjs";

const edit = (kind, values = {}) => ({
  kind,
  author: "me",
  created: 0,
  undone: false,
  frames: null,
  tracks: [],
  ...values,
});

/** The list of the whole video, or of one track. */
async function listOf(edits, track = null) {
  await openPage();
  const list = document.createElement("div");
  document.body.append(list);
  globalThis.fetch = async () => new Response(JSON.stringify({ edits }));
  const went = [];
  const app = {
    document: smallDocument([sentTrack(1, []), sentTrack(4, []), sentTrack(5, [], { deleted: true })]),
    session: createStore({ video: { id: "v" } }),
    preferences: createStore({ tab: "history" }),
    commands: { goto: (frame) => went.push(frame), select: (id) => went.push(id) },
  };
  await historyList(app, list, track);
  return { rows: list.querySelectorAll(".v-editrow"), list, went };
}

const numberOf = (row) => row.querySelectorAll(".v-swatch").map((one) => one.textContent);

test("the history of a video names the track of each edit by its number, also of a deleted one", async () => {
  const { rows } = await listOf([
    edit("accept", { frames: [0, 21], tracks: ["t4"] }),
    edit("delete", { tracks: ["t5"] }),
    edit("propose", { frames: [0, 35], tracks: ["t1", "t4"] }),
    edit("accept", { tracks: ["unknown"] }),
  ]);
  assert.deepEqual(rows.map(numberOf), [["4"], ["5"], [], []]);
  assert.match(rows[2].textContent, /, 2 tracks/);
});

test("the history of one track does not repeat its number", async () => {
  const { rows } = await listOf([edit("accept", { frames: [3, 3], tracks: ["t4"] })], "t4");
  assert.deepEqual(rows.map(numberOf), [[]]);
  assert.match(rows[0].textContent, /frame 3/);
});

test("an edit leads to its first frame and its track, as long as that is there", async () => {
  const { rows, went } = await listOf([
    edit("accept", { frames: [7, 9], tracks: ["t4"] }),
    edit("delete", { tracks: ["t5"] }),
  ]);
  rows[0].click();
  rows[1].click();
  assert.deepEqual(went, [7, "t4"]);
});

test("no edits are said to be none", async () => {
  assert.equal((await listOf([])).list.textContent, "No edits yet.");
});
