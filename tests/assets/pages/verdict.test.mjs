import assert from "node:assert/strict";
import { test } from "node:test";
import { sides } from "../../../assets/pages/report.js";
import { findings, outcomeOf, verdict } from "../../../assets/pages/verdict.js";
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

const three = (values) =>
  result({ per_category: [line("dog", 0.4, 0.6), line("cat", 0.4, 0.3), line("cow", 0.4, 0.4)], ...values });

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

test("the verdict distinguishes better, worse, and whether it is proven", () => {
  const { better, worse } = sides(three({}).per_category);
  assert.deepEqual([better.map((l) => l.name), worse.map((l) => l.name)], [["dog"], ["cat"]]);
  const text = (r) =>
    findings(r, "round 1")
      .map(([kind, words]) => `${kind} ${words}`)
      .join("; ");
  assert.match(
    text(three({})),
    /ok Better than round 1 on 1 of 3 categories; warn Worse on 1: cat −10\.0; ok Measured video by video, each by a network that did not learn it$/,
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

test("the reasons of a decision are its sentences, good and bad, and its outcome is named", async () => {
  await openPage();
  const decision = {
    outcome: "worse",
    reasons: [
      { code: "ap", good: true, text: "AP rose by 1.0" },
      { code: "iou", good: false, text: "Track IoU fell by 3.1" },
    ],
  };
  const node = shown({ decision, proven: false });
  assert.equal(node.querySelector("#v-proven").textContent, "worse");
  assert.deepEqual(
    node
      .querySelectorAll(".v-gate i")
      .map((one) => one.className)
      .filter((name) => name !== "v-ic"),
    ["v-warnc", "v-okc"],
  );
  assert.equal(node.querySelector(".v-gate").textContent, "Track IoU fell by 3.1AP rose by 1.0");
  assert.ok(!node.querySelector("#v-promote").classList.contains("pri"));
  assert.deepEqual([outcomeOf(result()), outcomeOf(result({ proven: false }))], ["proven", "not proven"]);
});

test("how much of the truth a person drew is a reason of its own", async () => {
  await openPage();
  const last = (truth) => findings(result({ truth }), "demo").at(-1);
  assert.deepEqual(last({ drawn: 30, imported: 10, accepted: 60 }), [
    "ok",
    "A person drew or corrected 30 of the 100 true masks (30 %); 60 are accepted proposals.",
  ]);
  assert.deepEqual(last({ drawn: 0, imported: 0, accepted: 1 }), [
    "warn",
    "A person drew or corrected 0 of the 1 true mask (0 %); 1 is an accepted proposal.",
  ]);
  assert.doesNotMatch(last({ drawn: 0, imported: 0, accepted: 0 })[1], /person/);
});

test("a promoted checkpoint says so and can be taken back in one click", async () => {
  await openPage();
  const called = [];
  const node = shown({ promoted: true }, { active: "c", back: () => called.push("back") });
  assert.match(node.textContent, /Promoted, in useGo back to demo$/);
  node.querySelector("#v-back").click();
  assert.deepEqual(called, ["back"]);
});

test("a deleted checkpoint offers nothing", async () => {
  await openPage();
  const node = shown({ removed: true });
  assert.equal(node.querySelectorAll("button").length, 0);
  assert.match(node.textContent, /Deleted$/);
});
