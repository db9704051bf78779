import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ap,
  change,
  comparison,
  figures,
  findings,
  measured,
  sides,
  signed,
  verdict,
} from "../../../assets/pages/report.js";
import { openPage } from "../browser.mjs";

const line = (name, before, after, more = {}) => ({ name, before, after, ...more });
const result = (values = {}) => ({
  checkpoint: "c",
  name: "round 2",
  before: { AP: 0.4 },
  after: { AP: 0.5 },
  per_category: [],
  per_video: [],
  evaluation: "held-out",
  proven: true,
  ...values,
});
const shown = (values, more = {}) =>
  verdict({
    result: result(values),
    before: "demo",
    active: null,
    activeName: "demo",
    promote: () => undefined,
    keep: () => undefined,
    kept: false,
    ...more,
  });

test("an AP is a number from 0 to 1, alone or among statistics, else nothing", () => {
  assert.deepEqual([0.4, { AP: 0.4 }, 0, -1, NaN, null, undefined, { AP: -1 }, "0.4"].map(ap), [
    0.4,
    0.4,
    0,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("a change has its sign and colour, none where it rounds to nothing", async () => {
  await openPage();
  const said = (value) => [signed(value).textContent, signed(value).className];
  assert.deepEqual(said(7.42), ["+7.4", "v-b v-okc"]);
  assert.deepEqual(said(-0.5), ["−0.5", "v-b v-badc"]);
  assert.deepEqual(said(0.04), ["0.0", "v-t2"]);
  assert.deepEqual(said(null), ["–", "v-t3"]);
});

test("a checkpoint that is in use is not offered again", async () => {
  await openPage();
  const node = shown({}, { active: "c" });
  assert.match(node.textContent, /In use$/);
  assert.equal(node.querySelectorAll("button").length, 0);
});

test("promoting is the filled button only where it is proven and better", async () => {
  await openPage();
  const filled = (values) => shown(values).querySelector("#v-promote").classList.contains("pri");
  assert.deepEqual(
    [filled({}), filled({ proven: false }), filled({ after: { AP: 0.4 } }), filled({ after: { AP: 0.3 } })],
    [true, false, false, false],
  );
});

test("its buttons call what they are given, and a long name can be read whole", async () => {
  await openPage();
  const called = [];
  const node = shown(
    { name: "x".repeat(200) },
    { promote: () => called.push("promote"), keep: () => called.push("keep") },
  );
  node.querySelectorAll("button").forEach((one) => one.click());
  assert.deepEqual(called, ["keep", "promote"]);
  assert.match(node.querySelector("#v-promote").title, /x{200}/);
});

test("bars of the table share one scale, at least five points wide", async () => {
  await openPage();
  const widths = (lines) =>
    comparison(
      result({ per_category: lines, before: { AP: 0.5 }, after: { AP: 0.5 } }),
      "demo",
      "category",
      () => undefined,
    )
      .querySelectorAll(".v-dbar i")
      .map((bar) => [bar.className, Math.round(parseFloat(bar.style.width) * 10) / 10]);
  assert.deepEqual(widths([line("a", 0.1, 0.5), line("b", 0.5, 0.3)]), [
    ["up", 58],
    ["dn", 29],
  ]);
  assert.deepEqual(widths([line("a", 0.5, 0.51)]), [["up", 11.6]]);
  assert.deepEqual(widths([line("a", 0.5, 0.5), line("b", null, 0.5)]), []);
});

test("a category without measure has dashes, and tracks are summed where they are known", async () => {
  await openPage();
  const rows = (lines) =>
    comparison(result({ per_category: lines }), "demo", "category", () => undefined)
      .querySelectorAll("tbody tr")
      .map((tr) => tr.querySelectorAll("td").map((td) => td.textContent));
  assert.deepEqual(rows([line("a", null, 0.5, { tracks: 2 }), line("b", 0.1, 0.2, { tracks: 3 })])[0].slice(0, 2), [
    "All",
    "5",
  ]);
  assert.deepEqual(rows([line("a", null, 0.5, { tracks: 2 })])[1].slice(0, 5), ["a", "2", "–", "50.0", "–"]);
  assert.deepEqual(rows([line("a", 0.4, 0.5)])[1].slice(0, 3), ["a", "40.0", "50.0"]);
});

test("other figures are those that were measured", async () => {
  await openPage();
  const node = figures(result({ before: { AP: 0.4, AP50: 0.6 }, after: { AP: 0.5, AP50: 0.69, AR10: 0.55 } }));
  assert.deepEqual(
    node.querySelectorAll("dt").map((dt) => dt.textContent),
    ["AP50", "AR10"],
  );
  assert.deepEqual(
    node.querySelectorAll("dd").map((dd) => dd.textContent),
    ["60.0 → 69.0", "– → 55.0"],
  );
});

test("videos it was measured on are named, with how they were held out", async () => {
  await openPage();
  assert.equal(measured(result()), null);
  const said = (evaluation) =>
    measured(result({ evaluation, per_video: [line("pool", { AP: 0.4 }, { AP: 0.5 })] })).textContent;
  assert.equal(said("held-out"), "Held-out videosnever trained onpool40.0 → 50.0");
  assert.equal(said("k-fold"), "Measured onk-fold by videopool40.0 → 50.0");
  assert.match(said("last-third"), /its last third/);
});

const three = (values) =>
  result({ per_category: [line("dog", 0.4, 0.6), line("cat", 0.4, 0.3), line("cow", 0.4, 0.4)], ...values });

test("a change is in points and missing where one side is", () => {
  assert.equal(change(0.412, 0.486), 7.4);
  assert.equal(change({ AP: 0.5 }, { AP: 0.45 }), -5);
  assert.equal(change(null, 0.4), null);
  assert.equal(change(-1, 0.4), null);
});

test("the verdict distinguishes better, worse, and whether it is proven", () => {
  const { better, worse } = sides(three({}).per_category);
  assert.deepEqual([better.map((l) => l.name), worse.map((l) => l.name)], [["dog"], ["cat"]]);
  const text = (r) =>
    findings(r, "round 1")
      .map(([kind, words]) => `${kind} ${words}`)
      .join("; ");
  assert.match(
    text(three({})),
    /ok Better than round 1 on 1 of 3 categories; warn Worse on 1: cat −10\.0; ok Measured on held-out/,
  );
  assert.match(text(three({ evaluation: "last-third", proven: false })), /warn Not proven: measured on the last third/);
  assert.match(text(three({ after: { AP: 0.3 }, proven: false })), /warn Not better/);
  assert.match(text(three({ per_category: [] })), /No category differs/);
});

test("a measurement of nothing is said to be none, and shown as a dash", async () => {
  await openPage();
  const result = { before: { AP: null }, after: { AP: null }, evaluation: "held-out", proven: false, per_category: [] };
  assert.deepEqual(findings(result, "demo"), [
    ["warn", "Nothing could be measured: no judged frame in the videos it was measured on"],
  ]);
  const box = verdict({ result: { ...result, name: "round 1", checkpoint: "c" }, before: "demo", active: null });
  assert.match(box.querySelector(".v-big").textContent, /^– –$/);
});
