import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { button, h } from "../../../assets/kit/dom.js";
import { afterPress, isFloating, openDialog, openMenu, openMenuAt, popover } from "../../../assets/kit/floating.js";
import { openPage } from "../browser.mjs";

async function withAnchors() {
  const page = await openPage();
  const holder = page.place("x");
  const [one, two] = [button("One"), button("Two")];
  holder.append(one, two);
  return { page, one, two };
}
const items = (...titles) => titles.map((title) => ({ title }));
afterEach(() => document.querySelectorAll(".v-pop").forEach((box) => box.hidePopover()));
const menu = (anchor, entries) => openMenu(anchor, entries, { label: "Menu" });

test("a menu hangs below its button and closes at a choice", async () => {
  const { page, one } = await withAnchors();
  let chosen = 0;
  menu(one, [{ title: "Rename", run: () => chosen++ }, null]);
  assert.equal(page.all(".v-menu").length, 1);
  assert.equal(page.find(".v-pop").style.top, "4px");
  await page.press("Rename");
  assert.deepEqual([chosen, page.all(".v-pop").length, isFloating()], [1, 0, false]);
});

test("it is closed before the choice is carried out, which may hang something under the same button", async () => {
  const { page, one } = await withAnchors();
  const seen = [];
  const again = () => {
    seen.push(page.all(".v-menu").length);
    popover(one, h("p", null, "more"), { label: "More" });
  };
  menu(one, [{ title: "Rename", run: again }]);
  await page.press("Rename");
  assert.deepEqual([seen, page.text(".v-pop")], [[0], "more"]);
});

test("the same button closes it again, another one opens its own", async () => {
  const { page, one, two } = await withAnchors();
  menu(one, items("A"));
  menu(one, items("A"));
  assert.equal(page.all(".v-menu").length, 0);
  menu(one, items("A"));
  menu(two, items("B"));
  assert.equal(page.text(".v-menu"), "B");
  assert.equal(page.all(".v-menu").length, 1);
});

test("a press of its button, which closes it, does not open it again", async () => {
  const { page, one } = await withAnchors();
  menu(one, items("A"));
  one.dispatchEvent(new Event("pointerdown"));
  page.find(".v-pop").hidePopover(); // as the platform does at the end of the press
  menu(one, items("A"));
  assert.equal(page.all(".v-menu").length, 0);
  menu(one, items("A"));
  assert.equal(page.all(".v-menu").length, 1, "the next press opens it");
});

test("the field that waits for keys has the focus, else the popover itself", async () => {
  const { page, one, two } = await withAnchors();
  popover(one, h("input", { autofocus: true }), { label: "Name" });
  assert.equal(page.find(".v-pop").hasAttribute("tabindex"), false);
  popover(two, button("Cancel"), { label: "Jobs" });
  const box = page.find(".v-pop");
  assert.deepEqual([box.getAttribute("tabindex"), box.hasAttribute("autofocus")], ["-1", true]);
});

test("the opener is notified of the end once", async () => {
  const { page, one } = await withAnchors();
  let ends = 0;
  const close = popover(one, "text", { label: "Text", onclose: () => (ends += 1) });
  page.find(".v-pop").hidePopover();
  close();
  assert.deepEqual([ends, page.all(".v-pop").length], [1, 0]);
});

test("an entry may be a link, have an icon and a note, and be the current one", async () => {
  const { page, one } = await withAnchors();
  menu(one, [{ title: "north", href: "/?project=n", icon: "film", note: "2 videos", current: true, name: "go" }, null]);
  const link = page.find("a.v-item");
  assert.deepEqual([link.href, link.textContent, link.dataset.do], ["/?project=n", "north2 videos", "go"]);
  assert.deepEqual([link.getAttribute("aria-current"), page.all("hr").length], ["true", 1]);
});

test("arrow keys go round the entries", async () => {
  const { page, one } = await withAnchors();
  menu(one, [...items("A"), null, ...items("B"), { title: "C", href: "/" }]);
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

test("letters lead to the entry that begins with them", async () => {
  const { page, one } = await withAnchors();
  menu(one, items("jelly", "star", "sea horse", "Starling"));
  const at = async (key) => {
    await page.key(key);
    return document.activeElement.textContent;
  };
  assert.deepEqual([await at("s"), await at("e")], ["star", "sea horse"]);
  assert.equal(await at("x"), "sea horse", "none begins so");
  assert.equal(await at("ArrowDown"), "Starling");
});

test("arrow up begins at the last entry", async () => {
  const { page, one } = await withAnchors();
  menu(one, items("A", "B"));
  await page.key("ArrowUp");
  assert.equal(document.activeElement.textContent, "B");
});

test("where there is no room below it opens above, and always inside the window", async () => {
  const { page, one } = await withAnchors();
  one.getBoundingClientRect = () => ({ left: 1270, right: 1280, top: 700, bottom: 716 });
  menu(one, items("A"));
  const { top, left } = page.find(".v-pop").style;
  assert.deepEqual([top, left], ["596px", "1032px"]);
});

test("it stays where it is when its button goes and its content changes", async () => {
  const { page, one } = await withAnchors();
  let resized;
  globalThis.ResizeObserver = class {
    constructor(call) {
      resized = call;
    }
    observe() {}
    disconnect() {}
  };
  one.getBoundingClientRect = () => ({ left: 900, right: 1000, top: 0, bottom: 20 });
  menu(one, items("A"));
  one.remove();
  one.getBoundingClientRect = () => ({ left: 0, right: 0, top: 0, bottom: 0 });
  resized();
  assert.equal(page.find(".v-pop").style.left, "900px");
});

test("it may end where its button ends", async () => {
  const { page, one } = await withAnchors();
  one.getBoundingClientRect = () => ({ left: 900, right: 1000, top: 0, bottom: 20 });
  openMenu(one, items("A"), { label: "Menu", align: "end" });
  assert.equal(page.find(".v-pop").style.left, "760px");
});

test("work after a press waits for its end", async () => {
  const page = await openPage();
  let runs = 0;
  afterPress(() => (runs += 1));
  await page.later();
  assert.equal(runs, 0);
  document.body.dispatchEvent(new Event("pointerup"));
  document.body.dispatchEvent(new Event("pointerup"));
  await page.later();
  assert.equal(runs, 1);
});

test("a dialog is modal, has a name, and leaves the page when it is closed", async () => {
  const page = await openPage();
  const close = openDialog(document.body, h("p", null, "Keys"), { label: "Keys", className: "v-keys" });
  const dialog = page.find("dialog.v-keys");
  assert.deepEqual([dialog.getAttribute("aria-label"), dialog.hasAttribute("open")], ["Keys", true]);
  assert.deepEqual([dialog.getAttribute("closedby"), isFloating()], ["any", true]);
  close();
  assert.deepEqual([page.all("dialog").length, isFloating()], [0, false]);
});

test("a dialog that asks for a choice is not closed without one, and has the focus itself", async () => {
  const page = await openPage();
  openDialog(document.body, button("Keep theirs"), { label: "Conflict", closable: false });
  assert.equal(page.find("dialog").getAttribute("closedby"), "none");
  assert.equal(document.activeElement, page.find("dialog"));
  page.find("dialog").close();
});

test("the arrow keys go down a column and to the entry beside it", async () => {
  const { page } = await withAnchors();
  openMenuAt(document.body, [40, 60], [items("A", "B", "C"), items("D", "E")], { label: "Menu", width: 100 });
  const list = page.find(".v-menu");
  const press = (key) => {
    list.dispatchEvent(Object.assign(new Event("keydown", { cancelable: true }), { key }));
    return document.activeElement.textContent;
  };
  assert.equal(page.find(".v-pop").style.width, "200px");
  assert.equal(press("ArrowRight"), "A", "nothing was focused yet");
  assert.deepEqual([press("ArrowDown"), press("ArrowRight")], ["B", "E"]);
  assert.deepEqual([press("ArrowRight"), press("ArrowLeft")], ["E", "B"], "there is no third column");
  assert.deepEqual([press("ArrowDown"), press("ArrowRight")], ["C", "E"], "the nearest one");
  assert.deepEqual([press("ArrowDown"), press("ArrowUp")], ["A", "E"], "round");
});
