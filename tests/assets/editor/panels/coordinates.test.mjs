import assert from "node:assert/strict";
import { test } from "node:test";
import { coordinates } from "../../../../assets/editor/panels/coordinates.js";
import { createStore } from "../../../../assets/editor/store.js";
import { openPage, settle } from "../../browser.mjs";

test("the numbers are drawn at the pixel ratio of the screen, also on another screen", async () => {
  const page = await openPage();
  let query = null;
  const given = {
    devicePixelRatio: 1,
    matchMedia: () => (query = new EventTarget()),
    requestAnimationFrame: (work) => work(),
    getComputedStyle: () => ({ color: "red", fontFamily: "sans-serif", fontSize: "12px" }),
  };
  Object.assign(globalThis, given);
  const texts = [];
  const context = { setTransform() {}, clearRect() {}, fillText: (text) => texts.push(text) };
  const { createElement } = document;
  document.createElement = (tag) => Object.assign(createElement.call(document, tag), { getContext: () => context });
  const app = { view: createStore({ pointer: null }), session: createStore({ theme: "dark" }) };
  const canvas = coordinates(app);
  const drawn = async () => {
    await settle();
    await page.later();
    return [canvas.width, canvas.height, texts.splice(0)];
  };
  app.view.set({ pointer: [3, 4] });
  assert.deepEqual(await drawn(), [104, 16, ["x 3", "y 4"]]);
  globalThis.devicePixelRatio = 2;
  query.dispatchEvent(new Event("change"));
  assert.deepEqual(await drawn(), [208, 32, ["x 3", "y 4"]]);
});
