import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyPlace, failedPlace } from "../../../assets/pages/places.js";
import { openPage } from "../browser.mjs";

test("a page that cannot be shown gives the reason as text", async () => {
  await openPage();
  const node = failedPlace("It failed", new Error("<b>The database</b> is busy."));
  assert.deepEqual(
    [node.querySelector("h1").textContent, node.querySelector("p").textContent],
    ["It failed", "<b>The database</b> is busy."],
  );
});

test("an empty page has its picture, title and what follows", async () => {
  await openPage();
  const node = emptyPlace("film", "No videos yet", "below", null);
  assert.equal(node.querySelectorAll(".v-ic").length, 1);
  assert.equal(node.textContent, "No videos yetbelow");
  assert.equal(emptyPlace("", "Nothing").querySelectorAll(".v-ic").length, 0);
});
