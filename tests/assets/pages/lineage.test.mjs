import assert from "node:assert/strict";
import { test } from "node:test";
import { judged, lineage, outcome, reportOf, tree } from "../../../assets/pages/lineage.js";
import { openPage } from "../browser.mjs";

const one = (id, values = {}) => ({ id, name: `round ${id}`, config: "tevit_tiny", created: Number(id), ...values });
const names = (branches) => branches.map(({ checkpoint, children }) => [checkpoint.id, names(children)]);

test("each checkpoint stands under the one that it was trained from", () => {
  const line = [one("3", { parent_id: "1" }), one("2", { parent_id: "1" }), one("1"), one("4", { parent_id: "gone" })];
  assert.deepEqual(names(tree(line)), [
    [
      "1",
      [
        ["2", []],
        ["3", []],
      ],
    ],
    ["4", []],
  ]);
});

test("a circle of parents, which no record should hold, loses no checkpoint", () => {
  const shown = [];
  const walk = (branches) => branches.forEach((b) => (shown.push(b.checkpoint.id), walk(b.children)));
  walk(tree([one("1", { parent_id: "2" }), one("2", { parent_id: "1" }), one("3", { parent_id: "3" })]));
  assert.deepEqual(shown.sort(), ["1", "2", "3"]);
});

test("figures are a sentence with the name of their set", () => {
  const measured = { ap: 0.486, before: 0.4, before_name: "demo", set: "2 held-out videos" };
  assert.equal(judged({ measured }), "On 2 held-out videos: AP 40.0 with demo, 48.6 with this one.");
  assert.equal(judged({ measured: { ...measured, before: null } }), "AP 48.6 on 2 held-out videos.");
  assert.equal(judged({ measured: null }), null);
});

test("the card shows state, verdict, origin and the way to the report", async () => {
  await openPage();
  const facts = { retrained: true, parent_id: "1", snapshot: "9f3c" + "0".repeat(56) + "e1a7", seed: 1, steps: 1200 };
  const node = lineage([one("1"), one("2", { ...facts, outcome: "proven" })], "2", "p");
  const child = node.querySelectorAll("li").find((li) => li.dataset.line === "round 2");
  assert.match(child.textContent, /^round 2in useproventevit_tiny, 1,200 steps, seed 1, snapshot 9f3c…e1a7Report$/);
  assert.equal(child.querySelector("a").getAttribute("href"), reportOf({ id: "2" }, "p"));
  assert.equal(reportOf({ id: "2" }, "p"), "/retrain/?project=p&checkpoint=2");
  assert.equal(outcome({ outcome: null }), null);
  assert.ok(outcome({ outcome: "worse" }).classList.contains("bad"));
});

test("without a retraining there is no lineage to show", async () => {
  await openPage();
  assert.equal(lineage([one("1"), one("2")], "1", "p"), null);
});
