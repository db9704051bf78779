import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, LiveChart, range, smooth, thin, ticks } from "../../../assets/pages/chart.js";
import { openPage } from "../browser.mjs";

const chart = (values = {}) => ({
  lines: [
    {
      points: [
        [0, 4],
        [10, 0],
      ],
      colour: "red",
      label: "0.0",
    },
  ],
  xMax: 10,
  yMin: 0,
  name: "Loss by step",
  ...values,
});
const numbers = (line) =>
  line
    .getAttribute("points")
    .split(" ")
    .map((pair) => pair.split(",").map(Number));

test("a curve begins at the left of its axis, ends at the right, and its last value stands beside it", async () => {
  await openPage();
  const drawn = draw(chart(), 640);
  const [[x0, y0], [x1, y1]] = numbers(drawn.querySelector("polyline"));
  assert.deepEqual([x0, y0, x1, y1], [40, 10, 580, 154]);
  const end = drawn.querySelectorAll("text").at(-1);
  assert.deepEqual([end.textContent, Number(end.getAttribute("x"))], ["0.0", 586]);
});

test("it has a name for screen readers and a line for each grid step", async () => {
  await openPage();
  const drawn = draw(chart(), 640);
  assert.deepEqual([drawn.getAttribute("role"), drawn.getAttribute("aria-label")], ["img", "Loss by step"]);
  assert.equal(drawn.querySelectorAll("line").length, 5);
  assert.ok(drawn.querySelectorAll("text").some((text) => text.textContent === "4"));
});

test("points are marked where they are few: all that are asked for, or the only one", async () => {
  await openPage();
  const dots = (line) => draw(chart({ lines: [{ colour: "red", ...line }] }), 640).querySelectorAll("circle").length;
  assert.deepEqual(
    [
      dots({
        points: [
          [0, 1],
          [5, 2],
        ],
      }),
      dots({
        points: [
          [0, 1],
          [5, 2],
        ],
        dots: true,
      }),
      dots({ points: [[5, 2]] }),
      dots({ points: [], label: "x" }),
    ],
    [0, 2, 1, 0],
  );
});

test("a value to compare with is a line of its own, named", async () => {
  await openPage();
  const drawn = draw(chart({ base: { value: 2, label: "before" } }), 640);
  const base = drawn.querySelectorAll("line").at(-1);
  assert.equal(base.getAttribute("class"), "base");
  assert.equal(Number(base.getAttribute("y1")), 82);
  assert.ok(drawn.querySelectorAll("text").some((text) => text.textContent === "before"));
});

test("there are whole steps only, however few they are", async () => {
  await openPage();
  const below = (xMax) =>
    draw(chart({ xMax, lines: [] }), 640)
      .querySelectorAll("text")
      .filter((text) => text.getAttribute("y") === "171")
      .map((text) => text.textContent);
  assert.deepEqual(
    [below(2), below(10), below(1000)],
    [
      ["0", "1", "2"],
      ["0", "5", "10"],
      ["0", "250", "500", "750", "1,000"],
    ],
  );
});

test("numbers on the axis are written as asked", async () => {
  await openPage();
  const drawn = draw(chart({ format: (v) => `${v} %` }), 640);
  assert.ok(drawn.querySelectorAll("text").some((text) => text.textContent === "4 %"));
});

test("a live chart draws the last curve it was given, and nothing where it has no width", async () => {
  const page = await openPage();
  const place = page.place("x");
  const live = new LiveChart(place);
  live.show();
  assert.equal(place.querySelectorAll("polyline").length, 0);
  live.show(chart());
  live.show(
    chart({
      lines: [
        {
          points: [
            [0, 1],
            [1, 1],
          ],
          colour: "red",
        },
      ],
    }),
  );
  assert.equal(place.querySelectorAll("polyline").length, 1);
  Object.defineProperty(place, "clientWidth", { value: 0 });
  live.show(chart({ lines: [] }));
  assert.equal(place.querySelectorAll("polyline").length, 1);
});

test("ticks are round, in order and inside", () => {
  for (const [low, high] of [
    [0, 3.1],
    [0, 1600],
    [36.2, 51],
    [0.001, 0.0042],
    [-3, 8],
  ]) {
    const found = ticks(low, high);
    assert.ok(found.length >= 2 && found.length <= 7, `${low} ${high}: ${found}`);
    assert.ok(found.every((v, i) => v >= low - 1e-9 && v <= high + 1e-9 && (i === 0 || v > found[i - 1])));
  }
  assert.deepEqual(ticks(0, 4), [0, 1, 2, 3, 4]);
});

test("an axis holds every point and ends on a grid line", () => {
  const chart = {
    lines: [
      {
        points: [
          [0, 2.4],
          [10, 0.6],
        ],
        colour: "",
      },
    ],
    xMax: 10,
    yMin: 0,
    name: "",
  };
  const { low, high } = range(chart);
  assert.equal(low, 0);
  assert.ok(high >= 2.4 && ticks(low, high).includes(high));
  const flat = range({ lines: [{ points: [[0, 5]], colour: "" }], xMax: 1, name: "" });
  assert.ok(flat.high > flat.low);
});

test("smoothing keeps length, starts at the first value and stays within the extremes", () => {
  const raw = [
    [0, 3],
    [1, 1],
    [2, 2],
  ];
  const even = smooth(raw, 0.5);
  assert.deepEqual(
    even.map((p) => p[0]),
    [0, 1, 2],
  );
  assert.deepEqual(
    even.map((p) => p[1]),
    [3, 2, 2],
  );
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
