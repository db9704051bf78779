import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/manage.js";
import { openPage, refuse } from "../browser.mjs";
import { known } from "./made.mjs";

async function opened({ address = "/?project=p", answers = {}, more = {} } = {}) {
  const page = await openPage({ address, answers: { ...known(more), ...answers } });
  mount(page.place("v-manage"));
  await page.tell("v-sheet", "manage");
  return page;
}

test("the sheet is filled when it is opened, with what is known then", async () => {
  const page = await opened();
  assert.equal(page.find("#v-manage-name").value, "street");
  assert.match(page.text(), /Archived projectsNone\./);
});

test("another sheet leaves it alone", async () => {
  const page = await openPage({ answers: known() });
  mount(page.place("v-manage"));
  await page.tell("v-sheet", "videos");
  assert.deepEqual([page.calls, page.text()], [[], ""]);
});

test("a project gets another name, also in the top bar", async () => {
  const page = await opened({ answers: { "POST /data/projects/p": { name: "north street" } } });
  let count = 0;
  addEventListener("v-projects-changed", () => count++);
  await page.type("#v-manage-name", "north  street");
  await page.press("Save");
  assert.deepEqual(page.writes, ['POST /data/projects/p {"name":"north  street"}']);
  assert.deepEqual([count, page.text("[role=status]")], [1, "The project is called north street."]);
});

test("a refused name is the only message", async () => {
  const page = await opened({
    answers: { "POST /data/projects/p": refuse("There is already a project named 'demo'.") },
  });
  let count = 0;
  addEventListener("v-projects-changed", () => count++);
  await page.press("Save");
  assert.deepEqual(
    [count, page.text("[role=alert]"), page.all("[role=status]").length],
    [0, "There is already a project named 'demo'.", 0],
  );
});

test("archiving goes to the next project, with the way back open", async () => {
  const page = await opened({ answers: { "POST /data/projects/p": { name: "street" } } });
  assert.match(page.text(), /Takes street off the list of projects\. Its videos, masks and checkpoints stay/);
  await page.press("Archive this project");
  assert.deepEqual(page.writes, ['POST /data/projects/p {"archived":true}']);
  assert.deepEqual(page.visited, ["/?sheet=manage"]);
});

test("an archived project is brought back and opened", async () => {
  const archived = [{ id: "o", name: "old <i>", videos: 1 }];
  const page = await opened({ more: { archived }, answers: { "POST /data/projects/o": { name: "old" } } });
  assert.equal(page.text("[data-archived=o]"), "old <i>1 videoBring back");
  await page.press("Bring back");
  assert.deepEqual(page.writes, ['POST /data/projects/o {"archived":false}']);
  assert.deepEqual(page.visited, ["/?project=o"]);
});

test("without a project there is only what is archived", async () => {
  const page = await opened({
    address: "/",
    more: { projects: [], archived: [{ id: "o", name: "old", videos: 0 }], last: null },
  });
  assert.equal(page.all("#v-manage-name").length, 0);
  assert.match(page.text(), /old0 videos/);
});

test("a server that does not answer is reported", async () => {
  const page = await openPage({ address: "/?project=p" });
  mount(page.place("v-manage"));
  await page.tell("v-sheet", "manage");
  assert.match(page.text("[role=alert]"), /does not answer/);
});
