import assert from "node:assert/strict";
import { test } from "node:test";
import { button } from "../../../assets/kit/dom.js";
import { askName } from "../../../assets/pages/askname.js";
import { openPage, settle } from "../browser.mjs";

async function withAnchor() {
  const page = await openPage();
  const one = button("One");
  page.place("x").append(one);
  return { page, one };
}

test("a name is saved trimmed, and the field closes", async () => {
  const { page, one } = await withAnchor();
  const saved = [];
  askName(one, { label: "Name", value: "old", save: async (name) => saved.push(name) });
  assert.equal(page.find(".v-ask input").value, "old");
  assert.equal(document.activeElement, page.find(".v-ask input"));
  await page.type(".v-ask input", "  new ");
  await page.press("Save");
  assert.deepEqual([saved, page.all(".v-ask").length], [["new"], 0]);
});

test("the same name is no change", async () => {
  const { page, one } = await withAnchor();
  const saved = [];
  askName(one, { label: "Name", value: "old", save: async (name) => saved.push(name) });
  await page.press("Save");
  assert.deepEqual([saved, page.all(".v-ask").length], [[], 0]);
});

test("a refused name stays with the reason, and can be tried again", async () => {
  const { page, one } = await withAnchor();
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
