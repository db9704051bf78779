import assert from "node:assert/strict";
import { test } from "node:test";
import { filterBar, FILTERS } from "../../../assets/pages/trackfilters.js";
import { TrackQuery } from "../../../assets/pages/trackquery.js";
import { openPage, settle } from "../browser.mjs";
import { facets } from "./made.mjs";

const FACETS = facets({
  categories: [{ id: "d", name: "dog", tracks: 12 }],
  uncategorised: 3,
  states: { look: 2 },
  sources: { drawn: 9 },
  authors: { "run:": 1200, "person:me": 4 },
  flags: { occluded: 5, crowd: 0 },
  attributes: [{ id: "a", name: "pose", per: "frame", values: [{ value: "sits", tracks: 2 }], without: 10 }],
  comments: { open: 1, any: 3 },
  commenters: { "person:me": 1, "person:ben": 2 },
});

/** The bar over a query; `calls` counts its changes. */
async function opened(query = new TrackQuery()) {
  const page = await openPage();
  const calls = { changed: 0 };
  const choosing = { query, facets: FACETS, me: "person:me", changed: () => (calls.changed += 1) };
  const search = document.createElement("input");
  page.place("v-bar").append(filterBar(choosing, search));
  return { page, query, calls, search };
}

const options = (name) => FILTERS.find((filter) => filter.name === name).options(FACETS, "person:me");

test("the lists offer what is there, with its number of tracks", () => {
  assert.deepEqual(
    options("category").map(({ label, tracks }) => [label, tracks]),
    [
      ["dog", 12],
      ["No category", 3],
    ],
  );
  assert.deepEqual(
    options("state").find(({ value }) => value === "look"),
    { value: "look", label: "Needs a look", icon: "warn", tracks: 2 },
  );
  assert.deepEqual(
    options("who").map(({ label }) => label),
    ["Model or import", "You"],
  );
  assert.equal(options("source").find(({ value }) => value === "proposed").tracks, 0);
});

test("several values of one filter may hold; the open list and its button stay", async () => {
  const { page, query, calls } = await opened();
  const opener = page.find("#v-filter-who");
  opener.click();
  for (const box of page.all(".v-tlist input")) {
    box.checked = true;
    box.dispatchEvent(new Event("change"));
  }
  assert.deepEqual([query.lists.who, calls.changed], [["run:", "person:me"], 2]);
  assert.equal(page.find("#v-filter-who"), opener);
  assert.equal(page.text("#v-filter-who"), "Changed by: 2");
  assert.match(page.text(".v-tlist"), /1,200/);
});

test("a range is written on its button", async () => {
  const { page, query } = await opened();
  page.find("#v-filter-length").click();
  for (const [index, text] of ["3", "40"].entries()) {
    const field = page.all(".v-pop input")[index];
    field.value = text;
    field.dispatchEvent(new Event("change"));
  }
  assert.equal(page.text("#v-filter-length"), "Length: 3 to 40");
  assert.deepEqual([query.values.min_length, query.values.max_length], ["3", "40"]);
});

test("Clear is there while a filter is set, and empties the field for names", async () => {
  const query = TrackQuery.read("?state=look&text=rex");
  const { page, search } = await opened(query);
  search.value = "rex";
  assert.equal(page.find("#v-clear-filters").hidden, false);
  await page.press("Clear");
  assert.deepEqual([query.filtered, search.value, page.find("#v-clear-filters").hidden], [false, "", true]);
});

test("an order of the menu takes the place of the one by look-alike", async () => {
  const { page, query } = await opened(TrackQuery.read("?like=t1"));
  assert.equal(page.text("#v-sort"), "Sort: look-alike");
  page.find("#v-sort").click();
  await page.press("lowest score", ".v-menu");
  await settle();
  assert.deepEqual([query.values.like, page.text("#v-sort")], [undefined, "Sort: lowest score"]);
});

test("attributes are grouped by their list, flags first; each goes into its own part of the query", async () => {
  const { page, query } = await opened();
  page.find("#v-filter-attribute").click();
  assert.equal(page.text(".v-tlist"), "Occluded5Truncated0Crowd0posesits2No value10");
  const choose = (value, on = true) => {
    const box = page.all(".v-tlist input").find((one) => one.dataset.value === value);
    box.checked = on;
    box.dispatchEvent(new Event("change"));
  };
  choose("a:");
  assert.equal(page.text("#v-filter-attribute"), "Attributes: no pose");
  choose("occluded");
  assert.deepEqual([query.lists.flag, query.lists.attribute], [["occluded"], ["a:"]]);
  assert.equal(page.text("#v-filter-attribute"), "Attributes: 2");
  choose("a:", false);
  assert.equal(page.text("#v-filter-attribute"), "Attributes: Occluded");
});

test("tracks are found by their comments and who wrote them", async () => {
  const { page, query } = await opened(TrackQuery.read("?comment=any&comment_by=person%3Aben"));
  assert.equal(page.text("#v-filter-comment"), "Comments: 2");
  page.find("#v-filter-comment").click();
  assert.equal(page.text(".v-tlist"), "Open1Open or resolved3ByYou1ben2");
  for (const box of page.all(".v-tlist input").filter((one) => one.checked)) {
    box.checked = false;
    box.dispatchEvent(new Event("change"));
  }
  assert.deepEqual([query.filtered, page.text("#v-filter-comment")], [false, "Comments"]);
});

test("a value of the address that nothing has any more is still shown and can be cleared", async () => {
  const { page, query } = await opened(TrackQuery.read("?attribute=gone%3Ax"));
  assert.equal(page.text("#v-filter-attribute"), "Attributes: gone:x");
  await page.press("Clear");
  assert.deepEqual([query.filtered, page.text("#v-filter-attribute")], [false, "Attributes"]);
});
