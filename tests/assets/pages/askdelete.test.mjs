import assert from "node:assert/strict";
import { test } from "node:test";
import { button } from "../../../assets/kit/dom.js";
import { askDelete } from "../../../assets/pages/askdelete.js";
import { openPage } from "../browser.mjs";

async function asked(run) {
  const page = await openPage();
  const opener = button("One");
  page.place("x").append(opener);
  askDelete(opener, { name: "<b>", loss: ["Its file goes."], run });
  return page;
}

test("the question names what goes; Keep has the focus and changes nothing", async () => {
  const runs = [];
  const page = await asked(async () => runs.push(1));
  assert.match(page.text(".v-ask"), /Delete <b> for good\?Its file goes\.This cannot be undone\./);
  assert.equal(document.activeElement.textContent, "Keep");
  await page.press("Keep");
  assert.deepEqual([runs, page.all(".v-ask").length], [[], 0]);
});

test("a second press deletes nothing again while the first is under way", async () => {
  let end;
  let runs = 0;
  const page = await asked(() => new Promise((resolve) => ((end = resolve), (runs += 1))));
  const yes = await page.press("Delete for good");
  assert.equal(yes.disabled, true);
  end();
  await page.later();
  assert.deepEqual([runs, page.all(".v-ask").length], [1, 0]);
});

test("a refusal stays in the question, which can be answered again", async () => {
  const page = await asked(async () => {
    throw new Error("A job is using it.");
  });
  const yes = await page.press("Delete for good");
  assert.deepEqual([page.text(".v-ask [role=alert]"), yes.disabled], ["A job is using it.", false]);
  assert.equal(document.activeElement.textContent, "Keep");
});
