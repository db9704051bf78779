import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { chooseCategory, matching } from "../../../../assets/editor/panels/category.js";
import { createStore } from "../../../../assets/editor/store.js";
import { openPage, refuse, settle } from "../../browser.mjs";
import { FakeElement } from "../../elements.mjs";

const MANY = Array.from({ length: 38 }, (_, i) => `thing ${i + 1}`);
const NAMES = [...MANY, "caterpillar", "cat", "Traffic  Light"];
const scrolled = [];
FakeElement.prototype.scrollIntoView = function () {
  scrolled.push(this);
};

/** The chooser over a project's categories, as the person meets it. */
async function opened({ names = NAMES, current = null, answers = {} } = {}) {
  const page = await openPage({ answers });
  scrolled.length = 0;
  const categories = names.map((name, i) => ({ id: `c${i + 1}`, name, retired: name === "gone" }));
  const chosen = [];
  const anchor = document.createElement("button");
  document.body.append(anchor);
  const app = {
    root: document.body,
    track: current && { category: current },
    session: createStore({ project: { id: "p" }, video: { id: "v", categories } }),
  };
  chooseCategory(app, anchor, "Category", (id) => chosen.push(id));
  const field = () => page.find(".v-categories input");
  return {
    page,
    app,
    chosen,
    field,
    names: () => page.all(".v-item").map((one) => one.querySelector("span").textContent),
    lit: () => page.all(".v-item[data-at]").map((one) => one.querySelector("span").textContent),
    type: (text) => page.type(field(), text),
    shows: () => page.all(".v-categories").length === 1,
  };
}

const closePopover = () => document.querySelectorAll(".v-pop").forEach((box) => box.hidePopover());
afterEach(closePopover);

test("the list has the focus, the field stands above it, and the current category is in sight", async () => {
  const { page, lit } = await opened({ current: "c30" });
  assert.equal(document.activeElement.getAttribute("role"), "menu");
  assert.deepEqual(
    page.find(".v-categories").childNodes.map((one) => one.tagName),
    ["FORM", "P", "DIV"],
  );
  assert.deepEqual(lit(), ["thing 30"]);
  assert.equal(scrolled.at(-1).textContent, "thing 30");
});

test("a digit chooses at once as long as nothing is typed", async () => {
  const { page, chosen, shows } = await opened();
  assert.equal((await page.key("3")).defaultPrevented, true);
  assert.deepEqual(chosen, ["c3"]);
  assert.equal(shows(), false);
});

test("a digit without a category does nothing", async () => {
  const { page, chosen, shows } = await opened({ names: ["a", "b"] });
  await page.key("9");
  assert.deepEqual([chosen, shows()], [[], true]);
});

test("digits in the field are text, also in an empty one", async () => {
  const { page, chosen, field, type, names } = await opened();
  field().focus();
  const event = await page.key("3");
  assert.deepEqual([event.defaultPrevented, chosen], [false, []]);
  await type("37");
  assert.deepEqual(names(), ["thing 37", "Create 37"]);
});

test("a letter on the list goes into the field, and so does a digit after a text", async () => {
  const { page, field, type, chosen } = await opened();
  assert.equal((await page.key("c")).defaultPrevented, false);
  assert.equal(document.activeElement, field());
  await type("thing");
  page.find("[role=menu]").focus();
  await page.key("2");
  assert.equal(document.activeElement, field());
  assert.deepEqual(chosen, []);
});

test("Enter takes the category of that name before longer ones, whatever its case and spaces", async () => {
  for (const [text, id] of [
    ["cat", "c40"],
    [" CAT ", "c40"],
    ["traffic light", "c41"],
    ["cater", "c39"],
  ]) {
    const { page, type, chosen } = await opened();
    await type(text);
    await page.key("Enter");
    assert.deepEqual([chosen, page.writes], [[id], []], text);
    closePopover();
  }
});

test("the arrows move what Enter takes, round the ends", async () => {
  const { page, type, lit, chosen } = await opened();
  await type("cat");
  assert.deepEqual(lit(), ["cat"]);
  await page.key("ArrowUp");
  assert.deepEqual(lit(), ["caterpillar"]);
  await page.key("ArrowUp");
  assert.deepEqual(lit(), ["cat"]);
  await page.key("ArrowDown");
  await page.key("Enter");
  assert.deepEqual(chosen, ["c39"]);
});

test("Space chooses on the list and is a space in the field", async () => {
  const { page, field, chosen } = await opened({ current: "c4" });
  field().focus();
  assert.equal((await page.key(" ")).defaultPrevented, false);
  page.find("[role=menu]").focus();
  await page.key(" ");
  assert.deepEqual(chosen, ["c4"]);
});

test("an entry offers to create a name that no category has", async () => {
  const answers = { "POST /data/projects/p/categories": ({ name }) => ({ id: "new", name, retired: false }) };
  const { page, type, names, lit, app, chosen, shows } = await opened({ answers });
  await type("  sea   star ");
  assert.deepEqual([names(), lit()], [["Create sea star"], ["Create sea star"]]);
  await page.key("Enter");
  await page.key("Enter");
  assert.deepEqual(page.writes, ['POST /data/projects/p/categories {"name":"sea star"}']);
  assert.deepEqual([chosen, shows()], [["new"], false]);
  assert.equal(app.session.now.video.categories.at(-1).name, "sea star");
});

test("a refusal stands between the field and the list until another text is typed", async () => {
  const answers = { "POST /data/projects/p/categories": () => refuse("There is a retired category gone.") };
  const { page, type, names, chosen } = await opened({ names: ["a", "gone"], answers });
  assert.deepEqual(names(), ["a"]);
  await type("gone");
  await page.key("Enter");
  const problem = page.find(".v-categories .v-bad");
  assert.deepEqual([problem.textContent, problem.hidden, chosen], ["There is a retired category gone.", false, []]);
  await type("gon");
  assert.equal(problem.hidden, true);
});

test("an answer that comes after the list was closed chooses nothing", async () => {
  let answer;
  const answers = { "POST /data/projects/p/categories": () => new Promise((done) => (answer = done)) };
  const { page, type, chosen } = await opened({ answers });
  await type("late");
  await page.key("Enter");
  closePopover();
  answer({ id: "new", name: "late" });
  await settle();
  assert.deepEqual(chosen, []);
});

test("a press chooses, and shortcuts with Ctrl are left alone", async () => {
  const { page, chosen } = await opened();
  const event = Object.assign(new Event("keydown", { cancelable: true }), { key: "1", ctrlKey: true });
  document.activeElement.dispatchEvent(event);
  assert.deepEqual([event.defaultPrevented, chosen], [false, []]);
  page.all(".v-item")[39].click();
  assert.deepEqual(chosen, ["c40"]);
});

test("of two names that differ by case the typed one is meant; nothing typed finds all", () => {
  const list = [
    { id: "1", name: "Cat" },
    { id: "2", name: "cat" },
  ];
  assert.deepEqual([matching(list, "cat").at, matching(list, "Cat").at], [1, 0]);
  assert.deepEqual(matching(list, " "), { found: list, at: 0, create: "" });
  assert.deepEqual(matching([], "x"), { found: [], at: 0, create: "x" });
});
