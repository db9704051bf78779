import assert from "node:assert/strict";
import { test } from "node:test";
import { StepsField, stepsTyped } from "../../../assets/pages/steps.js";
import { openPage } from "../browser.mjs";

test("steps are whole numbers from 1 on, or none", () => {
  assert.deepEqual(
    ["", "  ", "1", " 040 ", "1000000"].map((text) => stepsTyped(text)),
    [null, null, 1, 40, 1000000].map((steps) => ({ steps, problem: "" })),
  );
  for (const text of ["abc", "1.5", "-4", "0", "1e3", "1,200", "1 200", "1000001", "9".repeat(400)])
    assert.match(stepsTyped(text).problem, /whole number/, text);
});

test("a redrawn field holds what was typed, and the problem stays beside it", async () => {
  await openPage();
  const steps = new StepsField();
  const input = steps.field(400).querySelector("input");
  assert.equal(input.getAttribute("placeholder"), "400");
  input.value = "many";
  input.dispatchEvent(new Event("input"));
  input.dispatchEvent(new Event("change"));
  const again = steps.field(null);
  assert.equal(again.querySelector("input").value, "many");
  assert.equal(again.querySelector("input").getAttribute("placeholder"), "automatic");
  assert.match(again.textContent, /whole number/);
  assert.equal(again.querySelector("input").getAttribute("aria-invalid"), "true");
});

test("typing again takes the problem back at once", async () => {
  await openPage();
  const steps = new StepsField();
  const input = steps.field(null).querySelector("input");
  steps.show("Type a whole number.");
  input.value = "12";
  input.dispatchEvent(new Event("input"));
  assert.deepEqual([steps.problem.textContent, steps.value], ["", { steps: 12, problem: "" }]);
});
