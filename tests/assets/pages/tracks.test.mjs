import assert from "node:assert/strict";
import { test } from "node:test";
import { TrackPage } from "../../../assets/pages/tracks.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { facets, known, track } from "./made.mjs";

const THREE = [
  track(1, { name: "Rex", category: "d", score: 0.9, masks: 30, first: 2, last: 31, state: "accepted" }),
  track(2, { author: "run:7", sources: ["proposed"] }),
  track(3, { mask: null, frame: null, masks: 0, first: null, last: null, sources: [] }),
];
const FACETS = facets({
  categories: [{ id: "d", name: "dog", tracks: 1 }],
  uncategorised: 2,
  states: { accepted: 1, unreviewed: 2 },
});
const ROUTE = "GET /data/projects/p/tracks?start=0&stop=100";

/** The page of a project; `answers` may be changed by the test. */
async function opened({ address = "/tracks/?project=p", tracks = THREE, total = tracks.length, answers = {} } = {}) {
  const page = await openPage({
    address,
    answers: {
      ...known(),
      "GET /data/projects/p/track-facets": FACETS,
      [ROUTE]: { total, masks: 31, start: 0, tracks },
      "GET /data/projects/p/track-ids?": { tracks: tracks.map(({ id }) => id) },
      ...answers,
    },
  });
  globalThis.requestAnimationFrame = (work) => setTimeout(work, 16);
  globalThis.scrollTo = () => {};
  localStorage.setItem("v-author", "person:me");
  const found = new TrackPage(page.place("v-tracks").querySelector("#v-tracks"));
  await found.start();
  await settle();
  return { page, found };
}

const shown = (page) => page.all(".v-tc[data-track]").map((tile) => tile.dataset.track);
const selected = (page) => page.all(".v-tc.on").map((tile) => tile.dataset.track);

/** A press on a tile, beside its link. */
async function press(page, id, more = {}) {
  const event = Object.assign(new Event("click", { cancelable: true }), more);
  page.find(`[data-track="${id}"] .v-tcb`).dispatchEvent(event);
  await settle();
}

test("the head counts tracks and masks", async () => {
  const { page } = await opened();
  assert.equal(page.text(".v-phead"), "Tracks3 tracks, 31 masks.");
});

test("a tile has the facts of its track, and its crop opens the editor there", async () => {
  const { page } = await opened();
  const [first, second, third] = page.all(".v-tc").map((tile) => tile.textContent.replace(/\s+/g, " "));
  assert.equal(first, "1Rexdogclip30 masksAccepted0.90You · Drawn");
  assert.equal(second, "2No categoryclip1 maskUnreviewed–Model or import · Proposed");
  assert.match(third, /^No mask3No category/);
  const link = page.find('[data-track="t1"] a');
  assert.equal(link.href, "/review/?project=p&video=v&frame=5&track=1");
  assert.equal(link.querySelector("img").src, "/data/videos/v/crop.jpg?frame=5&mask=abc1&track=1");
});

test("a name with markup in it is text", async () => {
  const { page } = await opened({ tracks: [track(1, { name: "<b>Rex</b>" })] });
  assert.match(page.text(".v-tc"), /<b>Rex<\/b>/);
});

test("a crop that cannot be read leaves a place that says so", async () => {
  const { page } = await opened();
  page.find('[data-track="t1"] img').dispatchEvent(new Event("error"));
  assert.match(page.text('[data-track="t1"]'), /No picture/);
});

test("a press selects, a second one takes it back, and Shift selects all between", async () => {
  const { page } = await opened();
  await press(page, "t1");
  assert.deepEqual(selected(page), ["t1"]);
  assert.match(page.text(".v-tactions"), /^1 selected/);
  await press(page, "t1");
  assert.deepEqual([selected(page), page.find(".v-tactions").hidden], [[], true]);
  await press(page, "t3");
  await press(page, "t1", { shiftKey: true });
  assert.deepEqual(selected(page), ["t1", "t2", "t3"]);
});

test("a press on the crop opens; with Shift it selects", async () => {
  const { page } = await opened();
  const image = page.find('[data-track="t2"] img');
  const plain = new Event("click", { cancelable: true });
  image.dispatchEvent(plain);
  assert.deepEqual([plain.defaultPrevented, selected(page)], [false, []]);
  const shifted = Object.assign(new Event("click", { cancelable: true }), { shiftKey: true });
  image.dispatchEvent(shifted);
  await settle();
  assert.deepEqual([shifted.defaultPrevented, selected(page)], [true, ["t2"]]);
});

test("all found tracks are selected by a button and by the keys, and Escape clears", async () => {
  const { page } = await opened();
  await press(page, "t1");
  await page.press("Select all 3");
  assert.deepEqual(selected(page), ["t1", "t2", "t3"]);
  await page.key("Escape");
  assert.deepEqual(selected(page), []);
  const all = Object.assign(new Event("keydown", { cancelable: true }), { key: "a", ctrlKey: true });
  document.body.dispatchEvent(all);
  await settle();
  assert.deepEqual([selected(page).length, all.defaultPrevented], [3, true]);
});

test("a chosen category is asked for, stands in the address and on its button, and can be cleared", async () => {
  const answers = {
    "GET /data/projects/p/tracks?category=d&start=0&stop=100": { total: 1, masks: 30, start: 0, tracks: [THREE[0]] },
  };
  const { page } = await opened({ answers });
  page.find("#v-filter-category").click();
  const box = page.find('.v-tlist input[data-value="d"]');
  box.checked = true;
  box.dispatchEvent(new Event("change"));
  await settle();
  assert.deepEqual(shown(page), ["t1"]);
  assert.equal(page.text("#v-filter-category"), "Category: dog");
  assert.equal(location.search, "?project=p&category=d");
  assert.match(page.text(".v-phead"), /1 of 3 tracks, 30 masks/);
  await page.press("Clear");
  assert.deepEqual([shown(page).length, location.search], [3, "?project=p"]);
});

test("an address with filters shows what it says", async () => {
  const query = "state=look&min_score=0.5&text=rex&sort=score&descending=true";
  const { page } = await opened({
    address: `/tracks/?project=p&${query}`,
    answers: {
      [`GET /data/projects/p/tracks?state=look&min_score=0.5&text=rex&sort=score&descending=true&start=0&stop=100`]: {
        total: 1,
        masks: 2,
        start: 0,
        tracks: [THREE[0]],
      },
    },
  });
  assert.deepEqual(shown(page), ["t1"]);
  assert.equal(page.text("#v-sort"), "Sort: highest score");
  assert.equal(page.text("#v-filter-score"), "Score: from 0.5");
  assert.equal(page.find(".v-search input").value, "rex");
});

test("a typed name is asked for after a pause, once", async () => {
  const answers = {
    "GET /data/projects/p/tracks?text=re&start=0&stop=100": { total: 0, masks: 0, start: 0, tracks: [] },
  };
  const { page } = await opened({ answers });
  await page.type(".v-search input", "r");
  await page.type(".v-search input", "re");
  await page.later();
  assert.equal(page.text(".v-none"), "No track fits these filters.");
  assert.equal(page.calls.filter((call) => call.includes("text=")).length, 1);
});

test("an answer that comes after a later one is not shown", async () => {
  let tell;
  const late = new Promise((resolve) => (tell = resolve));
  const answers = {
    "GET /data/projects/p/tracks?text=a&start=0&stop=100": () => late,
    "GET /data/projects/p/tracks?text=ab&start=0&stop=100": { total: 1, masks: 1, start: 0, tracks: [THREE[1]] },
  };
  const { page, found } = await opened({ answers });
  found.query.values.text = "a";
  const first = found.changed();
  found.query.values.text = "ab";
  await found.changed();
  tell({ total: 1, masks: 1, start: 0, tracks: [THREE[0]] });
  await first;
  assert.deepEqual(shown(page), ["t2"]);
});

test("a project without tracks says where they come from", async () => {
  const { page } = await opened({ answers: { "GET /data/projects/p/track-facets": facets() }, tracks: [] });
  assert.match(page.text(), /No tracks yet/);
});

test("tracks that cannot be read show the reason, and are asked for again", async () => {
  const { page } = await opened({ answers: { [ROUTE]: refuse("The database is busy.", 503) } });
  assert.match(page.text(), /The tracks cannot be shown.*The database is busy\./);
  page.answers[ROUTE] = { total: 3, masks: 31, start: 0, tracks: THREE };
  await page.press("Try again");
  assert.equal(shown(page).length, 3);
});

test("a job that ended is looked up", async () => {
  const { page } = await opened();
  await page.tell("v-jobs", [{ id: "j" }]);
  page.answers[ROUTE] = { total: 1, masks: 1, start: 0, tracks: [THREE[1]] };
  await page.tell("v-jobs", []);
  assert.deepEqual(shown(page), ["t2"]);
});

test("tracks are sorted by look-alike of one; what is not compared yet is computed, and the order is asked for again", async () => {
  const liked = "GET /data/projects/p/tracks?like=t2&start=0&stop=100";
  let left = 64;
  const answers = {
    [liked]: { total: 3, masks: 31, start: 0, tracks: [THREE[1], THREE[0], THREE[2]] },
    "POST /data/projects/p/tracks/compare": () => ({ left: (left -= 32) }),
  };
  const { page } = await opened({ answers });
  page.find('[data-track="t2"] .v-tclike').click();
  await settle();
  assert.deepEqual(shown(page), ["t2", "t1", "t3"]);
  assert.equal(page.writes.length, 2);
  assert.equal(page.calls.filter((call) => call === liked).length, 2);
  assert.deepEqual(
    [location.search, page.text("#v-sort"), selected(page)],
    ["?project=p&like=t2", "Sort: look-alike", []],
  );
  page.find("#v-sort").click();
  await page.press("video", ".v-menu");
  assert.deepEqual([shown(page), location.search], [["t1", "t2", "t3"], "?project=p"]);
});

test("comparing that fails says why and leaves the tracks", async () => {
  const answers = {
    "GET /data/projects/p/tracks?like=t1&start=0&stop=100": { total: 3, masks: 31, start: 0, tracks: THREE },
    "POST /data/projects/p/tracks/compare": refuse("The database is busy.", 503),
  };
  const { page } = await opened({ address: "/tracks/?project=p&like=t1", answers });
  assert.match(page.text(".v-tctoast"), /The database is busy\./);
  assert.equal(shown(page).length, 3);
});

test("after a change only tracks that are still found stay selected", async () => {
  const answers = {};
  const { page, found } = await opened({ answers });
  for (const id of shown(page).slice(0, 2)) await press(page, id);
  assert.equal(selected(page).length, 2);
  const [first, ...rest] = THREE;
  page.answers[ROUTE] = { total: rest.length, masks: 1, start: 0, tracks: rest };
  page.answers["GET /data/projects/p/track-ids?"] = { tracks: rest.map(({ id }) => id) };
  await found.refreshAfterChange();
  await settle();
  assert.deepEqual([...found.selection.ids], [THREE[1].id]);
  assert.notEqual(first.id, THREE[1].id);
});
