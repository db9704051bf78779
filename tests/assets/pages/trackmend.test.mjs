/** Mending one mistake elsewhere: what is selected, what the button would change, and what it does. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { TrackPage } from "../../../assets/pages/tracks.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { facets, known, track } from "./made.mjs";

const THREE = [track(1), track(2), track(3)];
const FACETS = facets({
  categories: [{ id: "c2", name: "cat", tracks: 0 }],
  uncategorised: 3,
  states: { unreviewed: 3 },
});
const QUERY = "category=d&run_of=t9&untouched=true&like=t9";
const COUNTS = { tracks: 2, masks: 7, videos: 2, locked: 0, unchanged: 0 };
const CHANGE = "POST /data/projects/p/tracks/change";

async function opened(mend, answers = {}) {
  const page = await openPage({
    address: `/tracks/?project=p&${QUERY}&mend=${mend}`,
    answers: {
      ...known(),
      "GET /data/projects/p/track-facets": FACETS,
      [`GET /data/projects/p/tracks?${QUERY}&start=0&stop=100`]: { total: 3, masks: 9, start: 0, tracks: THREE },
      [`GET /data/projects/p/alike-tracks?${QUERY}`]: { tracks: ["t1", "t3"] },
      "POST /data/projects/p/tracks/compare": { left: 0 },
      "POST /data/projects/p/tracks/preview": COUNTS,
      [CHANGE]: { edits: [{ id: "e1", video_id: "v", tracks: 2, masks: 7 }], locked: 0 },
      ...answers,
    },
  });
  globalThis.requestAnimationFrame = (work) => setTimeout(work, 16);
  globalThis.scrollTo = () => {};
  localStorage.setItem("v-author", "person:me");
  await new TrackPage(page.place("v-tracks").querySelector("#v-tracks")).start();
  await settle();
  return page;
}

const selected = (page) => page.all(".v-tc.on").map((tile) => tile.dataset.track);
const bar = (page) => page.text(".v-tactions");
const bodies = (page, call) =>
  page.calls.filter((one) => one.startsWith(call)).map((one) => JSON.parse(one.slice(call.length)));

test("the tracks like the mended one are selected, and the bar has the button that mends them", async () => {
  const page = await opened("relabel%3Ac2");
  assert.deepEqual(selected(page), ["t1", "t3"]);
  assert.match(bar(page), /2 selected.*2 tracks in 2 videos, 7 masks change\.Relabel to cat$/);
  assert.match(page.text(".v-phead"), /Proposed by the same model, not judged yet/);
  assert.equal(page.all("#v-bulk-reject").length, 0);
});

test("after a correction of edges the tracks are compared with what it changed, and the bar says so", async () => {
  const call = `GET /data/projects/p/alike-tracks?${QUERY}&corrected=12`;
  const page = await opened("look%3A12", { [call]: { tracks: ["t2"], compared: true } });
  assert.deepEqual(selected(page), ["t2"]);
  assert.match(bar(page), /They look as the corrected mask did before\..*Flag for a look$/);
  const other = await opened("look%3A12", { [call]: { tracks: ["t1"], compared: false } });
  assert.deepEqual([selected(other), /corrected mask/.test(bar(other))], [["t1"], false]);
});

test("of tracks that a person selected by hand the bar does not say that they were compared", async () => {
  const call = `GET /data/projects/p/alike-tracks?${QUERY}&corrected=12`;
  const page = await opened("look%3A12", { [call]: { tracks: ["t2"], compared: true } });
  const press = async (id) => {
    page.find(`[data-track="${id}"] .v-tcb`).dispatchEvent(new Event("click", { cancelable: true }));
    await settle();
    return [selected(page), /corrected mask/.test(bar(page))];
  };
  assert.deepEqual(await press("t1"), [["t1", "t2"], false]);
  assert.deepEqual(await press("t1"), [["t2"], true]);
});

test("one press mends those that are still selected, and the page goes on as any other", async () => {
  const page = await opened("reject");
  page.find('[data-track="t3"] .v-tcb').dispatchEvent(new Event("click", { cancelable: true }));
  await settle();
  page.find("#v-mend").click();
  await settle();
  const [sent] = bodies(page, CHANGE);
  assert.deepEqual([sent.verb, sent.tracks, sent.judged], ["reject", ["t1"], false]);
  assert.match(page.text(".v-tctoast"), /^2 tracks rejected\./);
  assert.deepEqual([selected(page), location.search.includes("mend")], [[], false]);
  assert.ok(page.find("#v-bulk-undo"));
});

test("after a success the list is asked for once more, and a second press meanwhile changes nothing", async () => {
  let answer;
  const page = await opened("reject", { [CHANGE]: () => new Promise((done) => (answer = done)) });
  page.calls.length = 0;
  page.find("#v-mend").click();
  page.find("#v-mend").click();
  await settle();
  answer({ edits: [{ id: "e1", video_id: "v", tracks: 2, masks: 7 }], locked: 0 });
  await settle();
  assert.equal(bodies(page, CHANGE).length, 1);
  assert.equal(page.calls.filter((call) => call.startsWith("GET /data/projects/p/tracks?")).length, 1);
});

test("where the change fails the tracks stay selected, and the button stays for another press", async () => {
  const page = await opened("reject", { [CHANGE]: refuse("The disk is full.", 507) });
  page.find("#v-mend").click();
  await settle();
  assert.match(page.text(".v-tctoast"), /The disk is full/);
  assert.deepEqual([selected(page), location.search.includes("mend")], [["t1", "t3"], true]);
  page.answers[CHANGE] = { edits: [{ id: "e1", video_id: "v", tracks: 2, masks: 7 }], locked: 0 };
  page.find("#v-mend").click();
  await settle();
  assert.deepEqual([selected(page), location.search.includes("mend")], [[], false]);
});

const COMPARE = "POST /data/projects/p/tracks/compare";

/** A page on which a person does something while the looks are compared. */
const meanwhile = (act, answers = {}) =>
  opened("reject", { ...answers, [COMPARE]: async () => (await act(), { left: 0 }) });

test("the button has the focus, unless a person went elsewhere meanwhile", async () => {
  await opened("reject");
  assert.equal(document.activeElement.id, "v-mend");
  const page = await meanwhile(() => document.querySelector(".v-search input").focus());
  assert.equal(document.activeElement, page.find(".v-search input"));
});

test("what a person selected meanwhile stays selected", async () => {
  const press = () => new Event("click", { cancelable: true });
  const page = await meanwhile(() => document.querySelector('[data-track="t2"] .v-tcb').dispatchEvent(press()));
  assert.deepEqual(selected(page), ["t2"]);
});

test("tracks like another one are no longer those to mend", async () => {
  const other = QUERY.replace("like=t9", "like=t2");
  let pressed = false;
  const press = () => {
    if (!pressed) document.querySelector('[data-track="t2"] .v-tclike').click();
    pressed = true;
  };
  const page = await meanwhile(press, {
    [`GET /data/projects/p/tracks?${other}&start=0&stop=100`]: { total: 3, masks: 9, start: 0, tracks: THREE },
    [`GET /data/projects/p/alike-tracks?${other}`]: { tracks: ["t1"] },
  });
  assert.deepEqual(selected(page), []);
  assert.equal(location.search, `?project=p&${other}`);
});

test("a category that is gone mends nothing, and nothing is selected", async () => {
  const page = await opened("relabel%3Agone");
  assert.deepEqual(selected(page), []);
  assert.deepEqual(bodies(page, CHANGE), []);
});
