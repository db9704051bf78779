import assert from "node:assert/strict";
import { test } from "node:test";
import { curves, RunCharts, validations } from "../../../assets/pages/curves.js";
import { openPage } from "../browser.mjs";

test("the curve that is kept comes before those that only measured", () => {
  const [fold, loss] = [[[1, 2]], [[1, 1]]];
  assert.deepEqual(curves({}), { name: "loss", main: [], others: [] });
  assert.deepEqual(curves({ "fold 1": fold, "fold 2": loss }), { name: "fold 2", main: loss, others: [fold] });
  assert.deepEqual(curves({ "fold 1": fold, loss }), { name: "loss", main: loss, others: [fold] });
});

test("a chart of the validation stands beside the loss only where something was measured", async () => {
  await openPage();
  const charts = new RunCharts();
  assert.equal(charts.cards({ loss: [[1, 2]] }).querySelectorAll(".v-chartbox").length, 1);
  const series = {
    loss: [[1, 2]],
    val_ap: [
      [1, 0.4],
      [2, 0.5],
    ],
  };
  const cards = charts.cards(series);
  charts.draw(series, 4, "none");
  assert.equal(cards.querySelectorAll(".v-chartbox").length, 2);
  assert.equal(cards.querySelectorAll("svg").at(-1).getAttribute("aria-label"), "Validation by step");
  assert.equal(cards.querySelectorAll("text.end").at(-1).textContent, "50.0");
});

test("a run without a curve has a sentence in its place", async () => {
  await openPage();
  const charts = new RunCharts();
  charts.draw({}, 0, "This run left no curve.");
  assert.equal(charts.cards({}).querySelector(".v-nochart").textContent, "This run left no curve.");
});

test("what was measured is drawn before the kept training has begun", async () => {
  await openPage();
  const charts = new RunCharts();
  const series = { validation: [[100, 0.25]] };
  const cards = charts.cards(series);
  charts.draw(series, 200, "It has not begun.");
  assert.equal(cards.querySelector(".v-nochart").textContent, "It has not begun.");
  assert.equal(cards.querySelectorAll("text.end").at(-1).textContent, "25.0");
});

test("a validation that begins before the first step has a line at the value before", async () => {
  await openPage();
  const charts = new RunCharts();
  const drawn = (points) => {
    const cards = charts.cards({ validation: points });
    charts.draw({ validation: points }, 400, "none");
    return [cards.querySelectorAll("line.base").length, cards.querySelectorAll("circle").length];
  };
  assert.deepEqual(drawn([[0, 0.1]]), [1, 1]);
  const later = [
    [100, 0.3],
    [200, 0.4],
  ];
  assert.deepEqual(drawn([[0, 0.1], ...later]), [1, 3]);
  assert.deepEqual(drawn(later), [0, 2]);
  const cards = charts.cards({ validation: [[0, 0]] });
  charts.draw({ validation: [[0, 0]] }, 400, "none");
  assert.match(cards.querySelectorAll("svg").at(-1).textContent, /^02\.557\.510/, "a network that finds nothing yet");
});

test("a training that only measured is named", async () => {
  await openPage();
  const charts = new RunCharts();
  charts.draw({ "fold 1": [[1, 2]] }, 4, "none");
  assert.equal(charts.lossKey.textContent, "fold 1, which only measures");
});

test("curves of validation are told from those of the loss", () => {
  const one = [[1, 0.4]];
  const found = validations({
    loss: one,
    "fold 1": one,
    "validation fold 1": one,
    validation: one,
    ap: one,
    apart: one,
    val_ap: [],
  });
  assert.deepEqual(
    found.map(({ name }) => name),
    ["validation fold 1", "validation", "ap"],
  );
});
