// @ts-check
/** The curves of a retraining: its loss, and its AP where it was measured on the way. */

import { fill, h } from "../kit/dom.js";
import { points } from "../kit/text.js";
import { LiveChart, smooth, thin } from "./chart.js";

/** @typedef {import("./chart.js").Point} Point */
/** @typedef {Record<string, Point[]>} Series curves by name, each of step and value */

/**
 * The curve of the training that is kept ("loss"), and those of trainings that only measured ("fold 1"…).
 * @param {Series} series
 * @returns {{name: string, main: Point[], others: Point[][]}}
 */
export function curves(series) {
  const folds = Object.keys(series)
    .filter((name) => /^fold \d+$/.test(name) && series[name].length)
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
  const name = series.loss?.length ? "loss" : (folds[folds.length - 1] ?? "loss");
  return { name, main: series[name] ?? [], others: folds.filter((f) => f !== name).map((f) => series[f]) };
}

/**
 * The curves that were measured on the way on videos that were not trained on ("validation", "validation fold 1", "ap"),
 * the last one of them as the main one.
 * @param {Series} series
 * @returns {{name: string, points: Point[]}[]}
 */
export function validations(series) {
  return Object.entries(series)
    .filter(([name, points]) => /^(validation|held-out|(val_)?ap\b)/i.test(name) && points.length)
    .map(([name, points]) => ({ name, points }));
}

/** Points of AP that the axis of the validation shows at least: a network that knows none of the names begins at 0. */
const LEAST_AXIS = 10;

/** Both charts; their elements stay while the page around them is redrawn. */
export class RunCharts {
  constructor() {
    this.lossPlace = h("div.v-chartbox");
    this.loss = new LiveChart(this.lossPlace);
    this.lossKey = h("span.v-t3");
    this.apPlace = h("div.v-chartbox");
    this.ap = new LiveChart(this.apPlace);
  }

  /** The cards of the charts. @param {Series} series */
  cards(series) {
    const both = validations(series).length > 0;
    return h(
      "div.v-charts",
      { class: both ? "" : "one" },
      h(
        "section.v-card",
        null,
        h(
          "header",
          null,
          h("h2", null, "Loss"),
          this.lossKey,
          h("span.v-grow"),
          h("span.v-key.s.v-t2", null, "smoothed"),
        ),
        h("div.bd", null, this.lossPlace),
      ),
      both
        ? h(
            "section.v-card",
            null,
            h(
              "header",
              null,
              h("h2.v-grow", null, "Validation"),
              h(
                "span.v-t3",
                { title: "By the published rule, the mean over the folds; the report counts by the rule of the app" },
                "AP on videos it does not learn",
              ),
            ),
            h("div.bd", null, this.apPlace),
          )
        : null,
    );
  }

  /** Draw the curves. @param {Series} series @param {number} steps of the whole run, 0 where unknown @param {string} none shown where there is no curve */
  draw(series, steps, none) {
    this.drawValidations(series, steps); // while it is chosen how far to go there is no loss of the kept training yet
    const { name, main, others } = curves(series);
    if (main.length === 0) {
      fill(this.lossPlace, h("p.v-t3.v-nochart", null, none));
      return;
    }
    const even = smooth(main);
    const xMax = Math.max(steps, main[main.length - 1][0], ...others.map((o) => o[o.length - 1][0]));
    fill(this.lossKey, name === "loss" ? "" : `${name}, which only measures`);
    this.loss.show({
      name: "Loss by step",
      xMax,
      yMin: 0,
      lines: [
        ...others.map((o) => ({ points: thin(smooth(o)), colour: "var(--v-tx3)", opacity: 0.5, width: 1 })),
        { points: thin(main), colour: "var(--v-ac)", opacity: 0.32, width: 1 },
        { points: thin(even), colour: "var(--v-ac)", width: 2, label: even[even.length - 1][1].toFixed(2) },
      ],
    });
  }

  /** @param {Series} series @param {number} steps of the whole run, 0 where unknown */
  drawValidations(series, steps) {
    const found = validations(series);
    if (!found.length) return;
    const [first, before] = found[found.length - 1].points[0];
    const highest = Math.max(...found.flatMap(({ points: line }) => line.map(([, y]) => 100 * y)));
    this.ap.show({
      name: "Validation by step",
      yMin: 0,
      yMax: Math.max(highest, LEAST_AXIS),
      xMax: Math.max(steps, ...found.flatMap(({ points: line }) => line.map(([x]) => x))),
      base: first === 0 ? { value: 100 * before, label: "before" } : undefined,
      lines: found.map(({ points: line }, index) => {
        const last = index === found.length - 1;
        return {
          points: line.map(([x, y]) => /** @type {Point} */ ([x, y * 100])),
          colour: last ? "var(--v-ac)" : "var(--v-tx3)",
          opacity: last ? 1 : 0.5,
          width: last ? 2 : 1,
          dots: last,
          label: last ? points(line[line.length - 1][1]) : undefined,
        };
      }),
    });
  }
}
