import assert from "node:assert/strict";
import { test } from "node:test";
import { figures } from "../../../assets/pages/figures.js";
import { openPage } from "../browser.mjs";

const stats = (values = {}) => ({ AP: 0.4, ...values });
const result = (values = {}) => ({
  name: "round 2",
  before: stats(),
  after: stats({ AP: 0.5 }),
  evaluation: "held-out",
  set: "4 held-out videos",
  ...values,
});
const row = (node, key) =>
  node
    .querySelector(`[data-figure=${key}]`)
    .querySelectorAll("td")
    .map((td) => td.textContent);

test("only figures that were measured have a row, and the set is named once", async () => {
  await openPage();
  const node = figures(result({ after: stats({ AP: 0.5, AP50: 0.69, true: 12 }) }), "demo");
  assert.deepEqual(
    node.querySelectorAll("tbody tr").map((tr) => tr.dataset.figure),
    ["AP", "AP50"],
  );
  assert.deepEqual(row(node, "AP"), ["AP", "40.0", "50.0", "+10.0"]);
  assert.deepEqual(row(node, "AP50"), ["AP50", "–", "69.0", "–"]);
  assert.match(node.querySelector("header").textContent, /on 4 held-out videos, 12 true tracks$/);
});

test("of switches and effort less is better", async () => {
  await openPage();
  const node = figures(
    result({
      before: stats({ identity_switches: 14, effort: 3.4 }),
      after: stats({ identity_switches: 6, effort: 3.9 }),
    }),
    "demo",
  );
  const change = (key) => node.querySelector(`[data-figure=${key}]`).querySelectorAll("td")[3].firstChild;
  assert.deepEqual(
    [change("identity_switches").textContent, change("identity_switches").className],
    ["−8", "v-b v-okc"],
  );
  assert.deepEqual([change("effort").textContent, change("effort").className], ["+0.50", "v-b v-badc"]);
});

test("the first checkpoint of the line has a column of its own on the same set", async () => {
  await openPage();
  const node = figures(result({ factory: stats({ AP: 0.3 }) }), "round 1");
  assert.deepEqual(
    node.querySelectorAll("th").map((th) => th.textContent),
    ["Figure", "round 1", "round 2", "Change", "First of the line"],
  );
  assert.equal(row(node, "AP").at(-1), "30.0");
});

test("an interval over the videos can be read at the change", async () => {
  await openPage();
  const node = figures(result({ intervals: { AP: { mean: 0.1, low: -0.012, high: 0.2 } } }), "demo");
  assert.equal(node.querySelector("[data-figure=AP]").querySelectorAll("td")[3].title, "Over the videos: -1.2 to 20.0");
});

test("what it knew before is shown with its set", async () => {
  await openPage();
  assert.equal(figures(result(), "demo").querySelectorAll("#v-golden").length, 0);
  const golden = { kind: "procedural", set: "12 demo videos", measure: "AP", before: 0.62, after: 0.61 };
  const text = figures(result({ golden }), "demo").querySelector("#v-golden").textContent;
  assert.match(text, /12 demo videosAP 62\.0 → 61\.0−1\.0$/);
});
