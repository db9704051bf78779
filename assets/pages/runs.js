// @ts-check
/** Retrainings: the progress of the running one, and the table of earlier ones. */

import { button, h, icon } from "../kit/dom.js";
import { clock, count, points, when } from "../kit/text.js";
import { ap, setOf } from "./report.js";
import { outcomeOf } from "./verdict.js";

/** @typedef {import("./plan.js").Run} Run */

/** A job's message, as its activity and the detail of it. @param {string} message @returns {[string, string]} */
export function splitMessage(message) {
  const at = message.indexOf(":");
  return at < 0 ? [message, ""] : [message.slice(0, at), message.slice(at + 1).trim()];
}

/** The card of a run that is under way. @param {Run} run @param {() => void} stop */
export function progress(run, stop) {
  const elapsed = run.started ? Date.now() / 1000 - run.started : 0;
  const [activity, detail] = splitMessage(run.message ?? "");
  const states = /** @type {Record<string, string>} */ ({ queued: "Waiting for its turn", cancelling: "Stopping" });
  const left = (run.eta_seconds ?? 0) > 0 ? `${clock(run.eta_seconds ?? 0)} left` : "";
  const percent = (run.progress ?? 0) * 100;
  return h(
    "section.v-card.v-verdict",
    { id: "v-progress" },
    h(
      "div",
      { style: { "min-width": "176px" } },
      h("div.v-t2.v-nowrap", null, states[run.status] ?? (activity || "Preparing")),
      h("div.v-big", null, `${Math.round(percent)} %`),
    ),
    h(
      "div.v-grow",
      null,
      h(
        "div.v-rbar.tall",
        {
          role: "progressbar",
          "aria-valuenow": Math.round(percent),
          "aria-valuemin": 0,
          "aria-valuemax": 100,
          style: { "margin-bottom": "10px" },
        },
        h("i.c", { style: { width: `${percent}%` } }),
        h("i.u"),
      ),
      h(
        "div.v-row.v-t2",
        null,
        h("span.v-nowrap", null, [elapsed > 1 ? `${clock(elapsed)} gone` : "", left].filter(Boolean).join(", ")),
        h("span.v-grow"),
        h("span.v-ell", null, detail),
      ),
    ),
    button(run.status === "cancelling" ? "Stopping" : run.status === "running" ? "Stop and keep" : "Stop", {
      kind: "line lg",
      icon: "x",
      id: "v-retrain-stop",
      disabled: run.status === "cancelling",
      onclick: stop,
    }),
  );
}

/**
 * The table of ended runs; null where it would repeat the page.
 * @param {Run[]} runs that have ended, newest first
 * @param {Run|null} shown
 * @param {string|undefined} active id of the checkpoint in use
 * @param {(run: Run) => void} open
 */
export function earlierRuns(runs, shown, active, open) {
  if (runs.length === 0 || (runs.length === 1 && runs[0] === shown)) return null;
  const heads = ["Checkpoint", "Started", "State", "Measured"].map((title) => h("th", null, title));
  return h(
    "section.v-card",
    null,
    h("header", null, h("h2", null, "Earlier runs")),
    h(
      "div.v-scroll",
      null,
      h(
        "table.v-table.left",
        null,
        h("thead", null, h("tr", null, ...heads, h("th.n", null, "Steps"))),
        h("tbody", null, ...runs.map((run) => row(run, run === shown, active, () => open(run)))),
      ),
    ),
  );
}

/** @param {Run} run @param {boolean} shown @param {string|undefined} active @param {() => void} open */
function row(run, shown, active, open) {
  const r = run.result;
  return h(
    "tr",
    { class: shown ? "sel" : "" },
    h("td.v-name", { title: r?.name ?? null }, h("button.v-link", { type: "button", onclick: open }, r?.name ?? "Run")),
    h("td.v-t2", null, when(run.started ?? run.created)),
    h("td", null, outcome(run, active)),
    h("td.v-t2", null, r ? measurement(r) : "–"),
    h("td.n", null, r ? count(r.steps) : "–"),
  );
}

/**
 * What was measured as a sentence with its set: each run has videos of its own, so figures of several ones must not
 * stand in one column.
 * @param {import("./report.js").Result} result
 */
function measurement(result) {
  return `AP ${points(ap(result.before))} → ${points(ap(result.after))} on ${setOf(result)}`;
}

/** @param {Run} run @param {string|undefined} active */
function outcome(run, active) {
  const failed = run.status === "failed";
  if (!run.result) return h("span.v-chip", { class: failed ? "bad" : "" }, failed ? "failed" : "stopped");
  if (active === run.result.checkpoint) return h("span.v-chip.ok", null, icon("check", 12), "in use");
  if (run.result.removed) return h("span.v-chip", null, "deleted");
  const word = outcomeOf(run.result);
  const tone = word === "worse" ? "bad" : "warn";
  return word === "proven" ? h("span.v-chip", null, "kept aside") : h("span.v-chip", { class: tone }, word);
}
