import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "../browser.mjs";
import { h, refill } from "../../../assets/kit/dom.js";

test("a list that is drawn anew keeps the focus on the same entry, and takes none", async () => {
  await openPage();
  const list = h("div");
  document.body.append(list);
  const entry = (name) => h("button", { "data-focus": name }, name);
  refill(list, entry("a"), entry("b"));
  list.children[1].focus();
  refill(list, entry("b"), entry("c"));
  assert.equal(document.activeElement, list.children[0]);
  refill(list, entry("c"));
  assert.equal(list.contains(document.activeElement), false, "its entry is gone");
  document.activeElement = document.body;
  refill(list, entry("a"));
  assert.equal(document.activeElement, document.body);
});
