import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, clock, count, plural, points, size, when } from "../../../assets/kit/text.js";

test("numbers are grouped, and their word follows them", () => {
  assert.equal(count(1234567), "1,234,567");
  assert.equal(plural(1, "edit"), "1 edit");
  assert.equal(plural(3, "edit"), "3 edits");
  assert.equal(plural(180000, "frame"), "180,000 frames");
  assert.equal(plural(0, "category", "categories"), "0 categories");
});

test("a clock has hours where there are some, and hundredths where they are asked for", () => {
  assert.deepEqual(
    [3, 38, 75, 3725, -1].map((seconds) => clock(seconds)),
    ["0:03", "0:38", "1:15", "1:02:05", "0:00"],
  );
  assert.deepEqual(
    [1.834, 75.5, 3725.5].map((seconds) => clock(seconds, 2)),
    ["0:01.83", "1:15.50", "1:02:05.50"],
  );
});

test("a clock that is rounded up goes on to the next minute", () => {
  assert.equal(clock(59.6), "1:00");
  assert.equal(clock(59.999, 2), "1:00.00");
  assert.equal(clock(3599.7), "1:00:00");
});

test("a size has one decimal below a hundred of its unit", () => {
  assert.deepEqual([0, 12, 999].map(size), ["0 B", "12 B", "999 B"]);
  assert.deepEqual([1400, 1.5e6, 12.3e6, 6.45e8, 2.5e9].map(size), ["1.4 KB", "1.5 MB", "12.3 MB", "645 MB", "2.5 GB"]);
  assert.deepEqual([999_600, 99.96e6].map(size), ["1.0 MB", "100 MB"]);
});

test("an average precision is shown in points, a dash where there is none", () => {
  assert.deepEqual([0.486, 0, null, -1, NaN, undefined].map(points), ["48.6", "0.0", "–", "–", "–", "–"]);
});

test("the time since an edit is in its largest unit", () => {
  assert.deepEqual(
    [5, 130, 7300, 200_000].map((seconds) => ago(1000, 1000 + seconds)),
    ["now", "2 min", "2 h", "2 d"],
  );
});

test("times are of today or with their day", () => {
  const now = new Date();
  now.setHours(14, 2, 0);
  assert.equal(when(now / 1000), "today 14:02");
  assert.equal(when(new Date(2024, 10, 3, 9, 5) / 1000), "3 Nov 09:05");
});
