import assert from "node:assert/strict";
import { test } from "node:test";
import { h } from "../../../assets/kit/dom.js";
import { cardTowards, installCardKeys } from "../../../assets/pages/cardkeys.js";
import { openPage } from "../browser.mjs";

/** Cards of three lines of four, of which the last has two. */
const GRID = Array.from({ length: 10 }, (_, i) => ({
  left: (i % 4) * 100,
  top: Math.floor(i / 4) * 90 + (i % 2) * 0.5,
}));

test("to the side the cards follow one another, over the ends of lines, and stop at both ends", () => {
  assert.deepEqual(
    [3, 0, 9].map((at) => cardTowards(GRID, at, "ArrowRight")),
    [4, 1, -1],
  );
  assert.deepEqual(
    [4, 0].map((at) => cardTowards(GRID, at, "ArrowLeft")),
    [3, -1],
  );
});

test("up and down lead to the nearest card of the next line", () => {
  assert.deepEqual(
    [1, 7, 8].map((at) => cardTowards(GRID, at, "ArrowDown")),
    [5, 9, -1],
  );
  assert.deepEqual(
    [9, 5, 2].map((at) => cardTowards(GRID, at, "ArrowUp")),
    [5, 1, -1],
  );
});

test("without a focused card every arrow begins at the first one", () => {
  assert.deepEqual([cardTowards(GRID, -1, "ArrowUp"), cardTowards([], -1, "ArrowDown")], [0, -1]);
});

test("arrow keys move the focus among cards, but not while something is typed; / goes to the filter", async () => {
  const page = await openPage();
  const search = h("input", { type: "text" });
  const card = (id) => h("div.v-tile", null, h("a.v-vc", { id, href: "/" }), h("button", { id: `menu-${id}` }));
  const grid = h("div", null, card("a"), card("b"));
  document.body.append(search, grid);
  installCardKeys(grid, search);
  const at = async (key) => {
    await page.key(key);
    return document.activeElement.id || document.activeElement.tagName;
  };
  document.getElementById("menu-a").focus();
  assert.equal(await at("ArrowRight"), "b", "from any part of a card");
  assert.equal(await at("ArrowLeft"), "a");
  await page.key("/");
  assert.equal(document.activeElement, search);
  await page.key("ArrowLeft");
  assert.equal(document.activeElement, search, "arrows to the side move the caret");
  assert.equal(await at("ArrowDown"), "a");
  document.body.dataset.sheet = "project";
  assert.equal(await at("ArrowRight"), "a", "a sheet is open");
  delete document.body.dataset.sheet;
});
