import assert from "node:assert/strict";
import { test } from "node:test";
import { range, smooth, thin, ticks } from "../../../../assets/pages/chart.js";
import { clock, count, plural, points, size } from "../../../../assets/kit/pagedom.js";
import { change, findings, sides } from "../../../../assets/pages/report.js";
import { isOpen, reviewed } from "../../../../assets/pages/cards.js";
import { curves, splitMessage } from "../../../../assets/pages/retrain.js";
import { address } from "../../../../assets/pages/data.js";

const counts = (a, c, x, u, look = 0) => ({ accepted: a, corrected: c, rejected: x, unreviewed: u, look });

test("ticks are round, in order and inside", () => {
  for (const [low, high] of [[0, 3.1], [0, 1600], [36.2, 51], [0.001, 0.0042], [-3, 8]]) {
    const found = ticks(low, high);
    assert.ok(found.length >= 2 && found.length <= 7, `${low} ${high}: ${found}`);
    assert.ok(found.every((v, i) => v >= low - 1e-9 && v <= high + 1e-9 && (i === 0 || v > found[i - 1])));
  }
  assert.deepEqual(ticks(0, 4), [0, 1, 2, 3, 4]);
});

test("an axis holds every point and ends on a grid line", () => {
  const chart = { lines: [{ points: [[0, 2.4], [10, 0.6]], colour: "" }], xMax: 10, yMin: 0, name: "" };
  const { low, high } = range(chart);
  assert.equal(low, 0);
  assert.ok(high >= 2.4 && ticks(low, high).includes(high));
  const flat = range({ lines: [{ points: [[0, 5]], colour: "" }], xMax: 1, name: "" });
  assert.ok(flat.high > flat.low);
});

test("smoothing keeps length, starts at the first value and stays within the extremes", () => {
  const raw = [[0, 3], [1, 1], [2, 2]];
  const even = smooth(raw, 0.5);
  assert.deepEqual(even.map((p) => p[0]), [0, 1, 2]);
  assert.deepEqual(even.map((p) => p[1]), [3, 2, 2]);
  assert.deepEqual(smooth([]), []);
});

test("thinning keeps the extremes and both ends", () => {
  const raw = Array.from({ length: 5000 }, (_, k) => [k, k === 1234 ? 99 : k === 4000 ? -99 : Math.sin(k)]);
  const few = thin(raw, 400);
  assert.ok(few.length <= 450);
  assert.ok(few.some((p) => p[1] === 99) && few.some((p) => p[1] === -99));
  assert.equal(few[few.length - 1][0], 4999);
  assert.ok(few.every((p, k) => k === 0 || p[0] >= few[k - 1][0]));
  assert.equal(thin(raw.slice(0, 10)).length, 10);
});

test("numbers are written for people", () => {
  assert.equal(count(1234567), "1,234,567");
  assert.equal(plural(1, "track"), "1 track");
  assert.equal(plural(0, "category", "categories"), "0 categories");
  assert.deepEqual([3, 75, 3725].map(clock), ["0:03", "1:15", "1:02:05"]);
  assert.deepEqual([0, 1.5e6, 6.47e8, 2.5e9].map(size), ["0 MB", "1.5 MB", "647 MB", "2.50 GB"]);
  assert.deepEqual([0.486, 0, null, -1, undefined].map(points), ["48.6", "0.0", "–", "–", "–"]);
});

test("a change is in points and missing where one side is", () => {
  assert.equal(change(0.412, 0.486), 7.4);
  assert.equal(change({ AP: 0.5 }, { AP: 0.45 }), -5);
  assert.equal(change(null, 0.4), null);
  assert.equal(change(-1, 0.4), null);
});

const line = (name, before, after) => ({ name, before, after });
const result = (more) => ({ name: "round 2", before: { AP: 0.4 }, after: { AP: 0.5 }, per_category: [line("dog", 0.4, 0.6), line("cat", 0.4, 0.3), line("cow", 0.4, 0.4)], per_video: [], evaluation: "held-out", proven: true, ...more });

test("the verdict tells better, worse, and whether it is proven", () => {
  const { better, worse } = sides(result({}).per_category);
  assert.deepEqual([better.map((l) => l.name), worse.map((l) => l.name)], [["dog"], ["cat"]]);
  const text = (r) => findings(r, "round 1").map(([kind, words]) => `${kind} ${words}`).join("; ");
  assert.match(text(result({})), /ok Better than round 1 on 1 of 3 categories; warn Worse on 1: cat −10\.0; ok Measured on held-out/);
  assert.match(text(result({ evaluation: "last-third", proven: false })), /warn Not proven: measured on the last third/);
  assert.match(text(result({ after: { AP: 0.3 }, proven: false })), /warn Not better/);
  assert.match(text(result({ per_category: [] })), /No category differs/);
});

test("the share of reviewed masks is never rounded up to all", () => {
  assert.equal(reviewed({ counts: counts(0, 0, 0, 0) }), 0);
  assert.equal(reviewed({ counts: counts(997, 1, 1, 1) }), 99);
  assert.equal(reviewed({ counts: counts(2, 1, 1, 0) }), 100);
  assert.deepEqual(["new", "proposed", "review", "done"].map((state) => isOpen({ state })), [true, true, false, false]);
});

test("the curve that is kept comes before those that only measured", () => {
  const [fold, loss] = [[[1, 2]], [[1, 1]]];
  assert.deepEqual(curves({}), { name: "loss", main: [], others: [] });
  assert.deepEqual(curves({ "fold 1": fold, "fold 2": loss }), { name: "fold 2", main: loss, others: [fold] });
  assert.deepEqual(curves({ "fold 1": fold, loss }), { name: "loss", main: loss, others: [fold] });
});

test("a job's message is what it does and the rest", () => {
  assert.deepEqual(splitMessage("Training (loss): step 3 of 9, loss 1.2"), ["Training (loss)", "step 3 of 9, loss 1.2"]);
  assert.deepEqual(splitMessage("Preparing"), ["Preparing", ""]);
});

test("addresses end with a slash and leave out what is empty", () => {
  assert.equal(address("/review", { project: "a b", video: "" }), "/review/?project=a+b");
  assert.equal(address("/", { project: "p" }), "/?project=p");
});
