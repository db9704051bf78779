import assert from "node:assert/strict";
import { test } from "node:test";
import { h } from "../../../assets/kit/dom.js";
import { rendered } from "../../../assets/kit/markdown.js";
import { openPage } from "../browser.mjs";

/** What a parser of HTML would make: each element knows its name in lower case. */
function parsed(...nodes) {
  const name = (node) => {
    if (node.tagName) node.localName = node.tagName.toLowerCase();
    node.childNodes?.forEach(name);
    return node;
  };
  globalThis.DOMParser = class {
    parseFromString() {
      return { body: { childNodes: nodes.map(name) } };
    }
  };
  return rendered("");
}

test("headings, lists and emphasis are built anew", async () => {
  await openPage();
  const shown = parsed(h("h1", null, "Fish"), h("ul", null, h("li", null, h("em", null, "every"), " fish")));
  assert.equal(shown.querySelector("h1").textContent, "Fish");
  assert.equal(shown.querySelector("li").textContent, "every fish");
  assert.equal(shown.querySelectorAll("em").length, 1);
});

test("elements that a guide may not have become text, and attributes are dropped", async () => {
  await openPage();
  const shown = parsed(
    h("p", { style: "position:fixed", class: "v-app" }, "plain"),
    h("script", null, "alert(1)"),
    h("iframe", { src: "x" }, "frame"),
  );
  assert.equal(shown.querySelectorAll("script").length + shown.querySelectorAll("iframe").length, 0);
  assert.equal(shown.querySelector("p").getAttribute("class") ?? "", "");
  assert.match(shown.textContent, /alert\(1\)frame/);
});

test("a link goes to the web or to a mail address, in a new tab, or nowhere", async () => {
  await openPage();
  const shown = parsed(
    h("a", { href: "http://a.example/" }, "web"),
    h("a", { href: "javascript:alert(1)" }, "script"),
    h("a", null, "none"),
  );
  assert.deepEqual(
    shown.querySelectorAll("a").map((link) => [link.getAttribute("href"), link.getAttribute("rel")]),
    [
      ["http://a.example/", "noopener noreferrer"],
      [null, null],
      [null, null],
    ],
  );
});
