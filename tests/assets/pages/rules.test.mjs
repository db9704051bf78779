import assert from "node:assert/strict";
import { test } from "node:test";
import { byRule, scores } from "../../../assets/pages/rules.js";
import { openPage } from "../browser.mjs";

const stats = (proposed, AP, best_iou = 0.7) => ({ proposed, true: 29, AP, AP_without_classes: 0.374, best_iou });
const at = (begin, go_on) => ({ begin, go_on, floor: 0.1, share: 0.3 });
const rules = {
  review: {
    before: stats(0, 0, 0),
    after: stats(27, 0.325),
    thresholds_before: at(0.4, 0.25),
    thresholds_after: at(0.2, 0.125),
  },
  published: { before: stats(60, null), after: stats(1200, 0.431) },
};

test("each figure stands before and after, under the app's rule and under the published one", async () => {
  await openPage();
  const node = byRule(rules);
  const rows = node.querySelectorAll("tbody tr").map((row) => row.querySelectorAll("td").map((td) => td.textContent));
  assert.deepEqual(rows, [
    ["Proposed tracks", "0 for 29", "27 for 29", "60 for 29", "1,200 for 29"],
    ["AP", "0.0", "32.5", "–", "43.1"],
    ["AP without classes", "37.4", "37.4", "37.4", "37.4"],
    ["Best-track IoU", "0.0", "70.0", "70.0", "70.0"],
  ]);
  assert.match(node.textContent, /Thresholds before: begin 0\.40, go on 0\.25; after: begin 0\.20, go on 0\.13, /);
});

test("a run of a version that did not measure by rule has no such table", async () => {
  await openPage();
  assert.equal(byRule(undefined), null);
  assert.equal(byRule({}), null);
});

test("thresholds are shown with two digits", () => {
  assert.equal(scores(at(0.05, 0.05)), "begin 0.05, go on 0.05");
});
