import assert from "node:assert/strict";
import { test } from "node:test";
import { Choices, filterBar, FILTERS, SORTS } from "../../../assets/pages/filters.js";
import { openPage } from "../browser.mjs";
import { counts, project, video } from "./made.mjs";

const VIDEOS = ["new", "proposed", "review", "done"].map((state) => video(state, { state }));

test("every video is in one of the filters beside All", async () => {
  await openPage();
  const held = Object.entries(FILTERS).map(([name, { holds }]) => [name, VIDEOS.filter(holds).map(({ id }) => id)]);
  assert.deepEqual(Object.fromEntries(held), {
    all: ["new", "proposed", "review", "done"],
    open: ["new", "proposed"],
    review: ["review"],
    done: ["done"],
  });
});

test("what needs a look comes first, then what has more unreviewed masks", () => {
  const videos = [
    [0, 9],
    [2, 3],
    [2, 5],
  ].map(([look, unreviewed]) => video(`${look} ${unreviewed}`, { counts: counts({ look, unreviewed }) }));
  assert.deepEqual(
    videos.sort(SORTS.look.by).map(({ id }) => id),
    ["2 5", "2 3", "0 9"],
  );
});

test("a press changes the choice, which the bar shows when it is drawn again", async () => {
  const page = await openPage();
  const choices = new Choices();
  let drawn = 0;
  const draw = () => {
    drawn += 1;
    const parts = {
      project: project(VIDEOS, { removed: 1 }),
      choices,
      search: document.createElement("input"),
      changed: draw,
    };
    page.document.body.replaceChildren(filterBar(parts));
  };
  draw();
  await page.press("Done 1");
  assert.deepEqual([choices.shown, page.find("[aria-pressed=true]").textContent], ["done", "Done 1"]);
  await page.press("List");
  assert.deepEqual([choices.view, new Choices().view], ["list", "list"]);
  await page.press("Removed 1");
  assert.deepEqual([choices.shown, page.all("#v-sort").length, drawn], ["removed", 0, 4]);
});
