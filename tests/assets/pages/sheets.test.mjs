import assert from "node:assert/strict";
import { test } from "node:test";
import { h } from "../../../assets/kit/dom.js";
import { close, installSheets, open, showMessage } from "../../../assets/pages/sheets.js";
import { openPage } from "../browser.mjs";

/** A page with the sheets a and b, each with a field, a cross and a place for its answer. */
async function withSheets() {
  const page = await openPage({ address: "/?project=p" });
  for (const name of ["a", "b"]) {
    const head = h("div.v-sheet-head", null, h("button", { "data-close": name, "aria-label": `Close ${name}` }));
    document.body.append(
      h(
        "div.v-sheet",
        { id: `v-sheet-${name}` },
        head,
        h("div", { id: `v-${name}-project`, hidden: true }, h("textarea")),
        h("div", { id: `v-${name}-path` }, h("input", { id: `field-${name}` })),
        h("p.v-msg", { "data-sheet": name, hidden: true }),
      ),
    );
  }
  installSheets();
  return page;
}
const isOpen = (page) => page.all(".v-sheet[data-open]").map((sheet) => sheet.id);

test("one sheet is open at a time; opening one notifies its module and takes the focus", async () => {
  const page = await withSheets();
  const events = [];
  addEventListener("v-sheet", (event) => events.push(event.detail));
  open("a");
  assert.deepEqual([isOpen(page), document.activeElement.id], [["v-sheet-a"], "field-a"]);
  open("b");
  assert.deepEqual([isOpen(page), events], [["v-sheet-b"], ["a", "b"]]);
  open("none");
  assert.deepEqual(isOpen(page), ["v-sheet-b"]);
});

test("the cross and Esc close it", async () => {
  const page = await withSheets();
  open("a");
  await page.press("Close a");
  assert.deepEqual(isOpen(page), []);
  open("b");
  await page.key("Escape");
  assert.deepEqual(isOpen(page), []);
  close();
});

test("an answer stands in its own form until the sheet is opened again", async () => {
  const page = await withSheets();
  open("a");
  vPages.answer(["error", "A project needs a name.", "a", ""]);
  const lines = page.all(".v-msg").map((line) => [line.hidden, line.dataset.kind, line.textContent]);
  assert.deepEqual(lines, [
    [false, "error", "A project needs a name."],
    [true, undefined, ""],
  ]);
  open("a");
  assert.equal(page.find(".v-msg").hidden, true);
});

test("a good answer notifies the page and opens its address", async () => {
  const page = await withSheets();
  const events = [];
  addEventListener("v-answer", (event) => events.push(event.detail.text));
  addEventListener("v-projects-changed", () => events.push("projects"));
  vPages.answer(["ok", "street is made.", "a", "/?project=s"]);
  assert.deepEqual([events, page.visited], [["street is made.", "projects"], ["/?project=s"]]);
});

test("a refusal goes nowhere and an empty answer is nothing", async () => {
  const page = await withSheets();
  let changed = 0;
  addEventListener("v-projects-changed", () => changed++);
  vPages.answer(["error", "No.", "a", ""]);
  vPages.answer(null);
  assert.deepEqual([changed, page.visited], [0, []]);
});

test("a message is text, whatever is in it", async () => {
  const page = await withSheets();
  showMessage("a", "ok", "<b>bold</b>");
  assert.equal(page.text(".v-msg"), "<b>bold</b>");
});

test("forms learn the project of the address", async () => {
  await withSheets();
  assert.equal(vPages.project(), "p");
});

test("what a form is sent or changed after is not beside its next answer", async () => {
  const page = await withSheets();
  const shown = () => page.all(".v-msg").map((line) => line.textContent);
  const refuse = () => ["a", "b"].forEach((form) => vPages.answer(["error", `No, says ${form}.`, form, ""]));
  refuse();
  assert.equal(vPages.begin("a"), "p");
  assert.deepEqual(shown(), ["", "No, says b."]);
  refuse();
  page.find("#field-b").dispatchEvent(new Event("input", { bubbles: true }));
  assert.deepEqual(shown(), ["No, says a.", ""]);
});
