import assert from "node:assert/strict";
import { test } from "node:test";
import { Picks } from "../../../assets/pages/picks.js";
import { openPage } from "../browser.mjs";

const named = (...names) => names.map((name) => ({ name }));

async function listed(names) {
  const page = await openPage();
  const told = [];
  const picks = new Picks((chosen) => told.push(chosen));
  document.body.append(picks.list("videos", names));
  return { page, told, boxes: () => page.all(".v-pickboxes input") };
}

test("names are in order, each once, and all of them are chosen", async () => {
  const { page, told, boxes } = await listed(named("v10", "v2", "v2"));
  assert.match(page.text(), /^Videos all 2/);
  assert.match(page.text(".v-pickboxes"), /v2\s*v10/);
  assert.deepEqual([boxes().map((box) => box.checked), told], [[true, true], []]);
});

test("one name alone is no choice", async () => {
  const { page } = await listed(named("only"));
  assert.equal(page.find("#v-pick-videos").hidden, true);
});

test("a long list finds names, and all or none of those that are shown are chosen", async () => {
  const { page, told, boxes } = await listed(named(...Array.from({ length: 12 }, (_, k) => `v${k}`)));
  await page.type('input[type="search"]', " V1");
  assert.equal(boxes().length, 3, "v1, v10 and v11");
  await page.press("None");
  assert.deepEqual(
    boxes().map((box) => box.checked),
    [false, false, false],
  );
  assert.equal(told.at(-1).videos.length, 9);
  await page.type('input[type="search"]', "");
  await page.press("All");
  assert.deepEqual(told.at(-1), {}, "a whole list is not named");
});
