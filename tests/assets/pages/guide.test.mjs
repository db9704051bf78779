import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/guide.js";
import { openPage, refuse, settle } from "../browser.mjs";

// The page under test has no parser of HTML; a test in a browser shows what it makes of a guide.
globalThis.DOMParser = class {
  parseFromString() {
    return { body: { childNodes: [] } };
  }
};
const PATH = "/data/projects/p/guide";

async function opened(answers = {}) {
  const page = await openPage({
    address: "/?project=p",
    answers: { [`GET ${PATH}`]: { markdown: "# Fish", html: "<h1>Fish</h1>" }, ...answers },
  });
  mount(page.place("v-guide"));
  await page.tell("v-sheet", "guide");
  await settle();
  return page;
}

test("the stored guide is in the field, and a saved one is written on top of what was read", async () => {
  const page = await opened({ [`POST ${PATH}`]: ({ markdown }) => ({ markdown, html: "" }) });
  assert.equal(page.find("textarea").value, "# Fish");
  for (const [text, was] of [
    ["# Cats", "# Fish"],
    ["# Dogs", "# Cats"],
  ]) {
    await page.type("textarea", text);
    await page.press("Save");
    await settle();
    assert.equal(page.writes.at(-1), `POST ${PATH} ${JSON.stringify({ markdown: text, was })}`);
    assert.match(page.text(), /Saved\./);
  }
});

test("a refusal is shown, and the text stays", async () => {
  const page = await opened({ [`POST ${PATH}`]: refuse("Somebody else has changed the guide.") });
  await page.type("textarea", "mine");
  await page.press("Save");
  await settle();
  assert.match(page.text(), /Somebody else/);
  assert.equal(page.find("textarea").value, "mine");
});

test("a preview saves nothing", async () => {
  const page = await opened({ "POST /data/guide/preview": { markdown: "x", html: "<p>x</p>" } });
  await page.type("textarea", "x");
  await page.press("Preview");
  await settle();
  assert.deepEqual(page.writes, ['POST /data/guide/preview {"markdown":"x"}']);
});
