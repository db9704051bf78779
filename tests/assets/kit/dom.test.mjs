import assert from "node:assert/strict";
import { test } from "node:test";
import {
  button,
  fill,
  h,
  icon,
  iconButton,
  idle,
  onceIdle,
  oncePerFrame,
  renew,
  swatch,
  whenOther,
} from "../../../assets/kit/dom.js";
import { openPage } from "../browser.mjs";

test("a name with markup in it is text", async () => {
  await openPage();
  const node = h("b", null, "<img src=x onerror=alert(1)>");
  assert.equal(node.childNodes.length, 1);
  assert.equal(node.textContent, "<img src=x onerror=alert(1)>");
  assert.equal(node.querySelector("img"), null);
});

test("classes, attributes, listeners and styles land where they belong", async () => {
  await openPage();
  let pressed = 0;
  const node = h("button.v-btn.lg", {
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
  const node = h("p", null, "a", null, ["b", false, undefined, h("i", null, 0)]);
  assert.equal(node.textContent, "ab0");
  fill(node, null, ["c"], "d");
  assert.equal(node.textContent, "cd");
});

test("a button sends a form only when it is asked to", async () => {
  await openPage();
  assert.equal(button("Go").getAttribute("type"), "button");
  assert.equal(button("Save", { submit: true }).getAttribute("type"), "submit");
  let sent = 0;
  const form = h("form", { onsubmit: () => sent++ }, button("Go"), button("Save", { submit: true }));
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

test("an icon is hidden from screen readers and has the size, tone and title that were asked for", async () => {
  await openPage();
  const drawn = icon("check", 12, "v-ok", "Accepted");
  assert.deepEqual([drawn.className, drawn.title], ["v-ic v-ok", "Accepted"]);
  assert.match(drawn.markup, /^<svg .*width="12".*aria-hidden="true"/);
  assert.equal(icon("check").hasAttribute("title"), false);
  assert.throws(() => icon("nonsense"), /no icon called/);
});

test("a value is what a field holds, not an attribute", async () => {
  await openPage();
  const field = h("input", { value: 12 });
  assert.deepEqual([field.value, field.hasAttribute("value")], ["12", false]);
});

test("a style may be a text", async () => {
  await openPage();
  assert.equal(h("i", { style: "width:4px" }).getAttribute("style"), "width:4px");
});

test("a track's badge has its number and colours", async () => {
  await openPage();
  const badge = swatch(3);
  assert.equal(badge.textContent, "3");
  assert.match(badge.style["--c"], /^#/);
  assert.match(badge.style["--i"], /^#/);
});

test("a button that is only an icon has a name", async () => {
  await openPage();
  const made = iconButton("undo", "Undo (Ctrl Z)", () => undefined, "v-small");
  assert.deepEqual([made.getAttribute("aria-label"), made.title], ["Undo (Ctrl Z)", "Undo (Ctrl Z)"]);
  assert.equal(made.className, "v-btn v-ghost v-square v-small");
});

test("work that is asked for often runs once in the next animation frame", () => {
  const frames = [];
  globalThis.requestAnimationFrame = (call) => frames.push(call);
  let runs = 0;
  const draw = oncePerFrame(() => (runs += 1));
  draw();
  draw();
  assert.deepEqual([runs, frames.length], [0, 1]);
  frames.pop()();
  draw();
  assert.deepEqual([runs, frames.length], [1, 1]);
});

test("work runs only where a value differs from the one before", () => {
  let runs = 0;
  const draw = whenOther();
  for (const value of [null, null, [1, "a"], [1, "a"], [1, "b"], null]) draw(value, () => (runs += 1));
  assert.equal(runs, 4);
  whenOther()(null, () => (runs += 1));
  assert.equal(runs, 5, "each remembers its own value");
});

test("work for an idle moment is done once for all calls before it, soon in any case, and again after that", async () => {
  const asked = [];
  globalThis.requestIdleCallback = (run, { timeout }) => asked.push({ run, timeout });
  let done = 0;
  const later = onceIdle(() => (done += 1));
  later();
  later();
  assert.deepEqual([done, asked.length], [0, 1]);
  assert.ok(asked[0].timeout > 0 && asked[0].timeout <= 200);
  asked[0].run();
  later();
  assert.deepEqual([done, asked.length], [1, 2]);
  const rest = idle();
  asked[2].run();
  await rest;
  delete globalThis.requestIdleCallback;
  const page = await openPage();
  onceIdle(() => (done += 1))();
  page.timers[0].call();
  assert.equal(done, 2, "a browser without idle moments");
});

test("renewing leaves elements that show the same", async () => {
  await openPage();
  const texts = (node) => node.textContent;
  for (const kind of [h("b").constructor, document.createTextNode("").constructor])
    kind.prototype.isEqualNode = function (other) {
      return texts(this) === texts(other);
    };
  const list = h("div", null, h("b", null, "a"), h("b", null, "b"), h("b", null, "c"));
  const [a, b] = list.childNodes;
  renew(list, h("b", null, "a"), h("b", null, "x"));
  assert.deepEqual(list.childNodes.map(texts), ["a", "x"]);
  assert.equal(list.childNodes[0], a);
  assert.notEqual(list.childNodes[1], b);
  renew(list, h("b", null, "a"), null, ["x", h("b", null, "d")]);
  assert.deepEqual(list.childNodes.map(texts), ["a", "x", "d"]);
  assert.equal(list.childNodes[0], a);
  renew(list);
  assert.equal(list.childNodes.length, 0);
});
