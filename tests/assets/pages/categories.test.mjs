import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/categories.js";
import { openPage, refuse, settle } from "../browser.mjs";

const DOG = { id: "d", name: "dog", retired: false };
const CAT = { id: "c", name: "cat", retired: true };

async function opened(categories, answers = {}) {
  const page = await openPage({
    address: "/?project=p",
    answers: { "GET /data/projects/p": { categories }, ...answers },
  });
  mount(page.place("v-categories"));
  await page.tell("v-sheet", "categories");
  return page;
}
const values = (page, selector) => page.all(selector).map((field) => field.value);

test("categories in use come before retired ones, which cannot be renamed", async () => {
  const page = await opened([CAT, DOG]);
  assert.deepEqual(values(page, ".v-catlist input"), ["dog", "cat"]);
  assert.deepEqual(
    page.all(".v-catlist input").map((field) => field.disabled),
    [false, true],
  );
  assert.match(page.text(), /Retired: kept on their tracks/);
});

test("a project without categories shows so", async () => {
  assert.match((await opened([])).text(), /No categories yet\./);
});

test("Enter adds what was typed, and the field is ready for the next one", async () => {
  const page = await opened([], { "POST /data/projects/p/categories": DOG });
  page.answers["GET /data/projects/p"] = { categories: [DOG] };
  await page.type("input", "dog");
  await page.key("Enter");
  assert.deepEqual(page.writes, ['POST /data/projects/p/categories {"name":"dog"}']);
  assert.deepEqual(values(page, "input"), ["", "dog"]);
  assert.equal(document.activeElement, page.find("input"));
});

test("nothing is added for an empty name", async () => {
  const page = await opened([]);
  await page.type("input", "   ");
  await page.press("Add");
  assert.deepEqual(page.writes, []);
});

test("a category is renamed in its place, on Enter or on leaving the field", async () => {
  const page = await opened([DOG], { "POST /data/categories/d": DOG });
  await page.type(".v-catlist input", "big dog");
  await page.key("Enter");
  await settle();
  assert.deepEqual(page.writes, ['POST /data/categories/d {"name":"big dog"}']);
});

test("Esc gives the old name back", async () => {
  const page = await opened([DOG]);
  await page.type(".v-catlist input", "big dog");
  await page.key("Escape");
  assert.deepEqual([values(page, ".v-catlist input"), page.writes], [["dog"], []]);
});

test("a category is retired and brought back", async () => {
  const page = await opened([DOG, CAT], { "POST /data/categories/d": DOG, "POST /data/categories/c": CAT });
  await page.press("Retire");
  await page.press("Bring back");
  assert.deepEqual(page.writes, [
    'POST /data/categories/d {"retired":true}',
    'POST /data/categories/c {"retired":false}',
  ]);
});

test("a refusal is shown and the list stays", async () => {
  const page = await opened([DOG], { "POST /data/categories/d": refuse("There is already a category named 'cat'.") });
  await page.press("Retire");
  assert.equal(page.text("[role=alert]"), "There is already a category named 'cat'.");
  assert.deepEqual(values(page, ".v-catlist input"), ["dog"]);
});
