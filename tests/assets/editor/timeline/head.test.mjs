import assert from "node:assert/strict";
import { test } from "node:test";
import { Head } from "../../../../assets/editor/timeline/head.js";
import { openPage } from "../../browser.mjs";

test("the line stands over its frame, and its number is painted for another frame, size or theme alone", async () => {
  await openPage();
  globalThis.devicePixelRatio = 2;
  const texts = [];
  const methods = { fillText: (text) => texts.push(text), measureText: () => ({ width: 10 }) };
  const g = new Proxy(methods, { get: (own, name) => own[name] ?? (() => {}), set: () => true });
  const head = new Head();
  head.canvas.getContext = () => g;
  let css = (name) => `dark ${name}`;
  const sheet = (per, more = {}) => ({ label: 140, height: 150, font: "a", css, x: (k) => 148 + per * k, ...more });
  head.show(sheet(20), 7);
  assert.deepEqual([head.canvas.width, head.canvas.height, head.element.style.left], [192, 300, "141px"]);
  assert.equal(head.canvas.style.transform, `translateX(${148 + 150 - 48 - 141}px)`, "the middle of the frame");
  head.show(sheet(10), 7);
  assert.deepEqual([texts, head.canvas.style.transform], [["7"], `translateX(${148 + 75 - 48 - 141}px)`], "zoomed");
  head.show(sheet(10), 8);
  head.show(sheet(10, { height: 200 }), 8);
  css = (name) => `light ${name}`;
  head.show(sheet(10, { height: 200 }), 8);
  assert.deepEqual(texts, ["7", "8", "8", "8"]);
  head.show(sheet(10), null);
  assert.ok(head.element.hidden);
});
