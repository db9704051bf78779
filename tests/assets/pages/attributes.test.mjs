import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/attributes.js";
import { openPage, refuse, settle } from "../browser.mjs";

const POSE = { id: "a", name: "pose", choices: ["sits", "runs"], per: "track", key: "3", retired: false };
const RAIN = { id: "b", name: "weather", choices: ["rain"], per: "frame", key: null, retired: true };
const LIST = "/data/projects/p/attributes";

async function opened(attributes, answers = {}) {
  const page = await openPage({ address: "/?project=p", answers: { [`GET ${LIST}`]: { attributes }, ...answers } });
  mount(page.place("v-attributes"));
  await page.tell("v-sheet", "attributes");
  return page;
}
const values = (page, selector) => page.all(selector).map((field) => field.value);

test("attributes in use come before retired ones, which cannot be changed", async () => {
  const page = await opened([RAIN, POSE]);
  assert.deepEqual(values(page, ".v-attrlist input"), ["pose", "sits, runs", "weather", "rain"]);
  assert.deepEqual(
    page.all(".v-attrlist input").map((field) => field.disabled),
    [false, false, true, true],
  );
  assert.match(page.text(), /One value per track.*Retired: kept on their tracks.*One value per frame/s);
});

test("a new attribute has its name, its values once each, and what has one of them", async () => {
  const page = await opened([], { [`POST ${LIST}`]: POSE });
  await page.type(".v-newattr input", "pose");
  await page.type(".v-newvalues", " sits, runs ,, sits");
  await page.press("Per frame");
  await page.press("Add");
  await settle();
  assert.deepEqual(page.writes, [`POST ${LIST} {"name":"pose","choices":["sits","runs"],"per":"frame"}`]);
  assert.deepEqual(values(page, ".v-newattr input"), ["", ""]);
});

test("nothing is added without a name", async () => {
  const page = await opened([]);
  await page.press("Add");
  assert.deepEqual(page.writes, []);
});

test("a refusal is shown, and what was typed stays", async () => {
  const page = await opened([POSE], { [`POST ${LIST}`]: refuse("There is already an attribute named pose.") });
  await page.type(".v-newattr input", "pose");
  await page.type(".v-newvalues", "sits");
  await page.press("Add");
  await settle();
  assert.match(page.text(), /already an attribute named pose/);
  assert.deepEqual(values(page, ".v-newattr input"), ["pose", "sits"]);
});

test("name, values and whether it is offered are changed in place", async () => {
  const page = await opened([POSE], { "POST /data/attributes/a": POSE });
  await page.type(".v-attrvalues", "sits, lies");
  await page.key("Enter");
  await settle();
  await page.type(".v-attrname", "posture");
  await page.key("Enter");
  await settle();
  await page.press("Retire");
  await settle();
  assert.deepEqual(
    page.writes.map((line) => line.replace("POST /data/attributes/a ", "")),
    ['{"choices":["sits","lies"]}', '{"name":"posture"}', '{"retired":true}'],
  );
});
