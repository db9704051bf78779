// @ts-check
/** Retrainings: how far the running one is, and the table of earlier ones. */

import { button, clock, count, el, icon, points, when } from "../kit/pagedom.js";
import { ap, change, signed } from "./report.js";

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
  return el(
    "section.v-card.v-verdict",
    { id: "v-progress" },
    el(
      "div",
      { style: { "min-width": "176px" } },
      el("div.v-t2.v-nowrap", null, states[run.status] ?? (activity || "Preparing")),
      el("div.v-big", null, `${Math.round(percent)} %`),
    ),
    el(
      "div.v-grow",
      null,
      el(
        "div.v-rbar.tall",
        {
          role: "progressbar",
          "aria-valuenow": Math.round(percent),
          "aria-valuemin": 0,
          "aria-valuemax": 100,
          style: { "margin-bottom": "10px" },
        },
        el("i.c", { style: { width: `${percent}%` } }),
        el("i.u"),
      ),
      el(
        "div.v-row.v-t2",
        null,
        el("span.v-nowrap", null, [elapsed > 1 ? `${clock(elapsed)} gone` : "", left].filter(Boolean).join(", ")),
        el("span.v-grow"),
        el("span.v-ell", null, detail),
      ),
    ),
    button(run.status === "cancelling" ? "Stopping" : "Stop", {
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
  const heads = ["Checkpoint", "Started", "State"].map((title) => el("th", null, title));
  const numbers = ["AP before", "AP after", "Change", "Steps"].map((title) => el("th.n", null, title));
  return el(
    "section.v-card",
    null,
    el("header", null, el("h2", null, "Earlier runs")),
    el(
      "div.v-scroll",
      null,
      el(
        "table.v-table.left",
        null,
        el("thead", null, el("tr", null, ...heads, ...numbers)),
        el("tbody", null, ...runs.map((run) => row(run, run === shown, active, () => open(run)))),
      ),
    ),
  );
}

/** @param {Run} run @param {boolean} shown @param {string|undefined} active @param {() => void} open */
function row(run, shown, active, open) {
  const r = run.result;
  return el(
    "tr",
    { class: shown ? "sel" : "" },
    el(
      "td.v-name",
      { title: r?.name ?? null },
      el("button.v-link", { type: "button", onclick: open }, r?.name ?? "Run"),
    ),
    el("td.v-t2", null, when(run.started ?? run.created)),
    el("td", null, outcome(run, active)),
    el("td.n", null, r ? points(ap(r.before)) : "–"),
    el("td.n", null, r ? points(ap(r.after)) : "–"),
    el("td.n", null, signed(r ? change(r.before, r.after) : null)),
    el("td.n", null, r ? count(r.steps) : "–"),
  );
}

/** @param {Run} run @param {string|undefined} active */
function outcome(run, active) {
  const failed = run.status === "failed";
  if (!run.result) return el("span.v-chip", { class: failed ? "bad" : "" }, failed ? "failed" : "stopped");
  if (active === run.result.checkpoint) return el("span.v-chip.ok", null, icon("check", 12), "in use");
  const { proven } = run.result;
  return el("span.v-chip", { class: proven ? "" : "warn" }, proven ? "kept aside" : "not proven");
}
