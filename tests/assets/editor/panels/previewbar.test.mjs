import assert from "node:assert/strict";
import { test } from "node:test";
import { focusAtPreview } from "../../../../assets/editor/panels/previewbar.js";
import { createView } from "../../../../assets/editor/state.js";
import { openPage, settle } from "../../browser.mjs";

test("a preview that comes takes the focus, one that takes its place only a focus that was lost", async () => {
  await openPage();
  const view = createView();
  const [picture, list, bar, answer] = ["main", "button", "span", "button"].map((tag) => document.createElement(tag));
  bar.className = "v-preview";
  bar.append(answer);
  document.body.append(picture, list, bar);
  focusAtPreview({ view }, picture);
  const focusAfter = async (preview, focused) => {
    focused.focus();
    view.set({ preview });
    await settle();
    return document.activeElement;
  };
  assert.equal(await focusAfter({ title: "Spread" }, list), picture);
  assert.equal(await focusAfter({ title: "Spread to frame 3" }, list), list, "the drafts of a spread grow");
  assert.equal(await focusAfter({ title: "Spread to frame 4" }, answer), answer);
  assert.equal(await focusAfter({ title: "Spread to frame 5" }, document.body), picture, "the button went");
  assert.equal(await focusAfter(null, list), list);
  assert.equal(await focusAfter({ title: "Split" }, list), picture, "the next one comes anew");
});
