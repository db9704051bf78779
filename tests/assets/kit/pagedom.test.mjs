import assert from "node:assert/strict";
import { test } from "node:test";
import { button, clock, count, el, fill, icon, plural, points, size, when } from "../../../assets/kit/pagedom.js";
import { openPage } from "../pages/browser.mjs";

test("a name with markup in it is text", async () => {
  await openPage();
  const node = el("b", null, "<img src=x onerror=alert(1)>");
  assert.equal(node.childNodes.length, 1);
  assert.equal(node.textContent, "<img src=x onerror=alert(1)>");
  assert.equal(node.querySelector("img"), null);
});

test("classes, attributes, listeners and styles land where they belong", async () => {
  await openPage();
  let pressed = 0;
  const node = el("button.v-btn.lg", {
    class: "pri",
    id: "go",
    hidden: true,
    title: null,
    disabled: false,
    onclick: () => pressed++,
    style: { width: "4px", "--p": 2 },
  });
  assert.equal(node.className, "v-btn lg pri");
  assert.deepEqual(
    [node.id, node.hidden, node.hasAttribute("title"), node.hasAttribute("disabled")],
    ["go", true, false, false],
  );
  assert.deepEqual([node.style.width, node.style["--p"]], ["4px", "2"]);
  node.click();
  assert.equal(pressed, 1);
});

test("lists of children are flattened, and what is not there is left out; a zero is there", async () => {
  await openPage();
  const node = el("p", null, "a", null, ["b", false, undefined, el("i", null, 0)]);
  assert.equal(node.textContent, "ab0");
  fill(node, null, ["c"], "d");
  assert.equal(node.textContent, "cd");
});

test("an icon is hidden from screen readers and has the size that was asked for", async () => {
  await openPage();
  const drawn = icon("check", 12);
  assert.equal(drawn.getAttribute("aria-hidden"), "true");
  assert.deepEqual([drawn.style.width, drawn.style.height], ["12px", "12px"]);
  assert.match(drawn.markup, /^<svg .*width="12"/);
  assert.throws(() => icon("nonsense"), /no icon called/);
});

test("a button sends a form only when it is asked to", async () => {
  await openPage();
  assert.equal(button("Go").getAttribute("type"), "button");
  assert.equal(button("Save", { submit: true }).getAttribute("type"), "submit");
  let sent = 0;
  const form = el("form", { onsubmit: () => sent++ }, button("Go"), button("Save", { submit: true }));
  document.body.append(form);
  form.querySelectorAll("button").forEach((one) => one.click());
  assert.equal(sent, 1);
});

test("a disabled button does nothing", async () => {
  await openPage();
  let pressed = 0;
  button("Go", { disabled: true, onclick: () => pressed++ }).click();
  assert.equal(pressed, 0);
});

test("times are of today or with their day", async () => {
  await openPage();
  const now = new Date();
  now.setHours(14, 2, 0);
  assert.equal(when(now / 1000), "today 14:02");
  assert.equal(when(new Date(2024, 10, 3, 9, 5) / 1000), "3 Nov 09:05");
});

test("numbers are written for people", () => {
  assert.equal(count(1234567), "1,234,567");
  assert.equal(plural(1, "track"), "1 track");
  assert.equal(plural(0, "category", "categories"), "0 categories");
  assert.deepEqual([3, 75, 3725].map(clock), ["0:03", "1:15", "1:02:05"]);
  assert.deepEqual([0, 1.5e6, 6.47e8, 2.5e9].map(size), ["0 MB", "1.5 MB", "647 MB", "2.50 GB"]);
  assert.deepEqual([0.486, 0, null, -1, undefined].map(points), ["48.6", "0.0", "–", "–", "–"]);
});
