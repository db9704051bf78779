import assert from "node:assert/strict";
import { test } from "node:test";
import { button, el } from "../../../assets/kit/pagedom.js";
import { askName, openMenu } from "../../../assets/kit/menu.js";
import { openPage, settle } from "../pages/browser.mjs";

async function withAnchors() {
  const page = await openPage();
  const holder = page.place("x");
  const [one, two] = [button("One"), button("Two")];
  holder.append(one, two);
  return { page, one, two };
}
const point = (node) => node.dispatchEvent(new Event("pointerdown"));

test("a menu hangs below its button and closes at a choice", async () => {
  const { page, one } = await withAnchors();
  let chosen = 0;
  openMenu(one, [button("Rename", { onclick: () => chosen++ }), null]);
  assert.equal(page.all(".v-menu").length, 1);
  assert.equal(page.find(".v-menu").style.top, "4px");
  await page.press("Rename");
  assert.deepEqual([chosen, page.all(".v-menu").length], [1, 0]);
});

test("it is closed before the choice is carried out, which may hang something under the same button", async () => {
  const { page, one } = await withAnchors();
  const seen = [];
  const again = () => {
    seen.push(page.all(".v-menu").length);
    askName(one, { label: "Name", value: "old", save: async () => {} });
  };
  openMenu(one, [button("Rename", { onclick: again })]);
  await page.press("Rename");
  assert.deepEqual(
    [seen, page.all(".v-ask").length, document.activeElement === page.find(".v-ask input")],
    [[0], 1, true],
  );
});

test("the same button closes it again, another one opens its own", async () => {
  const { page, one, two } = await withAnchors();
  openMenu(one, [button("A")]);
  openMenu(one, [button("A")]);
  assert.equal(page.all(".v-menu").length, 0);
  openMenu(one, [button("A")]);
  openMenu(two, [button("B")]);
  assert.equal(page.text(".v-menu"), "B");
  assert.equal(page.all(".v-menu").length, 1);
});

test("a press elsewhere closes it, one inside does not", async () => {
  const { page, one } = await withAnchors();
  openMenu(one, [el("hr"), button("A")]);
  point(page.find(".v-menu hr"));
  assert.equal(page.all(".v-menu").length, 1);
  point(document.body);
  assert.equal(page.all(".v-menu").length, 0);
  openMenu(one, [button("A")]);
  assert.equal(page.all(".v-menu").length, 1, "the press elsewhere has forgotten it");
});

test("Esc closes it, gives the focus back, and nobody else hears it", async () => {
  const { page, one } = await withAnchors();
  let heard = 0;
  document.addEventListener("keydown", () => heard++);
  openMenu(one, [button("A")]);
  page.find(".v-menu button").focus();
  await page.key("Escape");
  assert.deepEqual([page.all(".v-menu").length, document.activeElement, heard], [0, one, 0]);
  await page.key("Escape");
  assert.equal(heard, 1, "a closed menu listens no more");
});

test("arrow keys go round the entries", async () => {
  const { page, one } = await withAnchors();
  openMenu(one, [button("A"), el("hr"), button("B"), el("a", { href: "/" }, "C")]);
  const at = async (key) => {
    const event = await page.key(key);
    assert.ok(event.defaultPrevented);
    return document.activeElement.textContent;
  };
  assert.deepEqual(
    [await at("ArrowDown"), await at("ArrowDown"), await at("ArrowDown"), await at("ArrowDown")],
    ["A", "B", "C", "A"],
  );
  assert.deepEqual([await at("ArrowUp"), await at("ArrowUp")], ["C", "B"]);
});

test("arrow up begins at the last entry", async () => {
  const { page, one } = await withAnchors();
  openMenu(one, [button("A"), button("B")]);
  await page.key("ArrowUp");
  assert.equal(document.activeElement.textContent, "B");
});

test("where there is no room below it opens above", async () => {
  const { page, one } = await withAnchors();
  one.getBoundingClientRect = () => ({ left: 1270, top: 700, bottom: 716 });
  openMenu(one, [button("A")]);
  const { top, left } = page.find(".v-menu").style;
  assert.deepEqual([top, left], ["596px", "1016px"]);
});

test("a name is saved trimmed, and the field closes", async () => {
  const { page, one } = await withAnchors();
  const saved = [];
  askName(one, { label: "Name", value: "old", save: async (name) => saved.push(name) });
  assert.equal(page.find(".v-ask input").value, "old");
  assert.equal(document.activeElement, page.find(".v-ask input"));
  await page.type(".v-ask input", "  new ");
  await page.press("Save");
  assert.deepEqual([saved, page.all(".v-ask").length], [["new"], 0]);
});

test("the same name is no change", async () => {
  const { page, one } = await withAnchors();
  const saved = [];
  askName(one, { label: "Name", value: "old", save: async (name) => saved.push(name) });
  await page.press("Save");
  assert.deepEqual([saved, page.all(".v-ask").length], [[], 0]);
});

test("a refused name stays with the reason, and can be tried again", async () => {
  const { page, one } = await withAnchors();
  let free = false;
  const save = async (name) => {
    if (!free) throw new Error(`There is already a video named ${name}.`);
  };
  askName(one, { label: "Name", value: "old", save });
  assert.equal(page.find(".v-ask p").hidden, true);
  await page.type(".v-ask input", "taken");
  await page.press("Save");
  assert.deepEqual(
    [page.find(".v-ask p").hidden, page.text(".v-ask p")],
    [false, "There is already a video named taken."],
  );
  assert.equal(page.find(".v-ask input").value, "taken");
  free = true;
  await page.press("Save");
  await settle();
  assert.equal(page.all(".v-ask").length, 0);
});
