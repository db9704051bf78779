import assert from "node:assert/strict";
import { test } from "node:test";
import { theme, toggleTheme } from "../../../assets/kit/theme.js";
import { openPage } from "../browser.mjs";

test("the theme is the one of the page's head, and is changed there", async () => {
  await openPage();
  assert.equal(theme(), "dark");
  assert.deepEqual([toggleTheme(), vTheme.dark, toggleTheme()], ["light", false, "dark"]);
});
