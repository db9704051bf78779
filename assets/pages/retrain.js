// @ts-check
/** The retrain page: what it would train on, one button, the running job with its curve, the report, earlier runs. */

import { button, clock, count, el, fill, icon, plural, points, when } from "../kit/pagedom.js";
import { address, currentProject, get, poll, post } from "./data.js";
import { LiveChart, smooth, thin } from "./chart.js";
import { ap, change, comparison, EVALUATIONS, figures, measured, signed, verdict } from "./report.js";

const RUNNING = ["queued", "running", "cancelling"];
const MOST_STEPS = 1_000_000;
const NO_STEPS = `Type a whole number from 1 to ${count(MOST_STEPS)}, or leave the field empty for automatic.`;

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-retrain"));
  place.className = "v-page";
  await new Retrain(place).start();
}

/** What a job says, as what it does and the rest. @param {string} message @returns {[string, string]} */
export function splitMessage(message) {
  const at = message.indexOf(":");
  return at < 0 ? [message, ""] : [message.slice(0, at), message.slice(at + 1).trim()];
}

/**
 * The curve that counts and those that only measured: "loss" is the training that is kept, "fold 1"… were thrown away.
 * @param {Record<string, [number, number][]>} series
 * @returns {{name: string, main: [number, number][], others: [number, number][][]}}
 */
export function curves(series) {
  const folds = Object.keys(series).filter((name) => /^fold \d+$/.test(name) && series[name].length).sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
  const name = series.loss?.length ? "loss" : (folds[folds.length - 1] ?? "loss");
  return { name, main: series[name] ?? [], others: folds.filter((f) => f !== name).map((f) => series[f]) };
}

/**
 * The steps that were typed: null for an empty field, which stands for automatic, and for what is no number of steps.
 * @param {string} text @returns {{steps: number|null, problem: string}}
 */
export function stepsTyped(text) {
  const typed = text.trim();
  if (!typed) return { steps: null, problem: "" };
  const steps = /^\d+$/.test(typed) ? Number(typed) : 0;
  return steps >= 1 && steps <= MOST_STEPS ? { steps, problem: "" } : { steps: null, problem: NO_STEPS };
}

class Retrain {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.project = "";
    /** @type {any} */ this.facts = null;
    /** @type {"category"|"video"} */ this.by = "category";
    this.problem = "";
    this.steps = "";
    this.stepsSaid = el("span.v-badc.v-steps-said", { id: "v-steps-problem", role: "alert" });
    /** Run and state that the curve was asked for in. */ this.seriesOf = "";
    this.kept = new Set();
    /** @type {Record<string, [number, number][]>} */ this.series = {};
    this.lossPlace = el("div.v-chartbox");
    this.loss = new LiveChart(this.lossPlace);
    this.lossKey = el("span.v-t3");
    this.apPlace = el("div.v-chartbox");
    this.apChart = new LiveChart(this.apPlace);
  }

  async start() {
    try {
      this.project = await currentProject();
      if (!this.project) return fill(this.place, el("div.v-place.v-full", null, el("div", null, el("h1", null, "No project yet"), el("a.v-btn.pri.lg", { href: "/?sheet=project" }, icon("plus"), "New project"))));
    } catch (error) {
      return this.fail(/** @type {Error} */ (error));
    }
    this.look = poll(() => this.turn()).now;
  }

  /** @param {Error} error */
  fail(error) {
    fill(this.place, el("div.v-place.v-full", null, el("div", null, el("span.v-badc", null, icon("warn", 32)), el("h1", null, "This page cannot be shown"), el("p", null, error.message))));
  }

  /** One look at the server. @returns {Promise<number>} milliseconds until the next one */
  async turn() {
    try {
      this.facts = await get(`/data/projects/${encodeURIComponent(this.project)}/retrain`);
      const run = this.run();
      if (run && (run.status !== "queued") && (RUNNING.includes(run.status) || this.seriesOf !== `${run.id}:${run.status}`)) {
        this.series = (await get(`/data/jobs/${encodeURIComponent(run.id)}/points`)).series;
        this.seriesOf = `${run.id}:${run.status}`; // one that has ended since has left more points
      }
    } catch (error) {
      if (!this.facts) this.fail(/** @type {Error} */ (error));
      return 4000;
    }
    this.draw();
    const run = this.run();
    return run && RUNNING.includes(run.status) ? 1500 : 15000;
  }

  /** The run the page shows: of the address, else the running one, else the newest. */
  run() {
    const wanted = new URLSearchParams(location.search).get("run");
    const runs = this.facts?.runs ?? [];
    return runs.find((/** @type {any} */ r) => r.id === wanted) ?? runs.find((/** @type {any} */ r) => RUNNING.includes(r.status)) ?? runs[0] ?? null;
  }

  draw() {
    if (this.place.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement) return;
    const run = this.run();
    const running = run && RUNNING.includes(run.status);
    fill(this.place, this.head(run, running),
      el("div.v-g2", null,
        el("div.v-stack", null, this.planCard(run, running), run?.result ? figures(run.result) : null, run?.result ? measured(run.result) : null),
        el("div.v-stack", null, this.problem ? el("p.v-note.bad", { role: "alert" }, icon("warn"), this.problem) : null, ...this.body(run, running), this.history(run))));
    this.drawCharts(run);
  }

  /** @param {any} run @param {boolean} running */
  head(run, running) {
    const begun = run ? `Started ${when(run.started ?? run.created)}` : "";
    const promise = run?.result && this.facts.active?.id === run.result.checkpoint ? "It is in use." : "Nothing changes until you promote it.";
    const line = !run ? "Corrected and accepted masks become a new checkpoint. Nothing changes until you promote it."
      : running ? `${begun}. You can go on reviewing; this page can be closed.`
      : run.result ? `${begun} from ${this.before(run)}, finished in ${clock(run.result.seconds ?? run.finished - run.started)}. ${promise}`
      : `${begun}.`;
    const title = run?.result?.name ?? (running ? "Retraining" : "Retrain");
    return el("div.v-phead", null, el("div.v-grow", null, el("h1.v-ell", null, title), el("p", null, line)),
      !running && run ? this.stepsField() : null,
      !running && run ? button("Train again", { kind: "line lg", icon: "retrain", onclick: () => this.begin(), disabled: Boolean(this.facts.plan.reason), id: "v-retrain-start" }) : null);
  }

  stepsField() {
    const input = /** @type {HTMLInputElement} */ (el("input", { type: "text", inputmode: "numeric", "aria-label": "Steps", "aria-describedby": "v-steps-problem", value: this.steps, placeholder: this.facts.defaults.steps ? count(this.facts.defaults.steps) : "automatic", title: "Empty: as many as the number of corrected frames calls for", style: { "text-align": "right" } }));
    input.addEventListener("input", () => {
      this.steps = input.value;
      this.sayOfSteps("");
    });
    input.addEventListener("change", () => this.sayOfSteps(stepsTyped(this.steps).problem));
    this.stepsInput = input;
    this.sayOfSteps(this.stepsSaid.textContent ?? "");
    return el("div.v-stepsbox", null, this.stepsSaid, el("label.v-field.v-steps", null, "Steps", input));
  }

  /** What is wrong with the steps, beside their field, which may be in use. @param {string} problem "" for nothing */
  sayOfSteps(problem) {
    if (this.stepsSaid.textContent !== problem) this.stepsSaid.textContent = problem;
    this.stepsInput?.setAttribute("aria-invalid", String(problem !== ""));
  }

  /** Name of the checkpoint a run started from. @param {any} run */
  before(run) {
    return run?.result?.before_name ?? run?.from ?? this.facts.defaults.from ?? "the current model";
  }

  /** @param {any} run @param {boolean} running */
  planCard(run, running) {
    const plan = (running || run?.result) && run.plan ? run.plan : this.facts.plan;
    const all = Math.max(1, plan.masks_accepted + plan.masks_drawn + plan.masks_imported);
    const parts = /** @type {[string, number, string][]} */ ([["a", plan.masks_accepted, "accepted proposals"], ["c", plan.masks_drawn, "drawn or corrected"], ["u", plan.masks_imported, "imported"]]);
    const masks = plan.masks_accepted + plan.masks_drawn + plan.masks_imported;
    const trio = /** @type {[number, string][]} */ ([[plan.videos, plan.videos === 1 ? "video" : "videos"], [plan.tracks, plan.tracks === 1 ? "track" : "tracks"], [masks, masks === 1 ? "mask" : "masks"]]);
    const facts = /** @type {[string, string][]} */ ([
      ["Configuration", this.facts.defaults.config], ["Compared with", this.before(run)],
      ["Steps", this.stepsOf(run) ? count(this.stepsOf(run)) : "automatic"],
      ["Corrected videos", String(plan.corrected_videos)],
    ]);
    if (run?.result?.snapshot && !running) facts.push(["Snapshot", `${run.result.snapshot.slice(0, 4)}…${run.result.snapshot.slice(-4)}`]);
    const said = [];
    if (plan.ignored_unreviewed) said.push(`${plural(plan.ignored_unreviewed, "unreviewed mask")} ${plan.ignored_unreviewed === 1 ? "is" : "are"} ignored, not taken as background.`);
    if (plan.corrected_videos) said.push(`Judged ${EVALUATIONS[/** @type {keyof typeof EVALUATIONS} */ (plan.evaluation)] ?? plan.evaluation}.`);
    return el("section.v-card", { id: "v-plan" },
      el("header", null, el("h2.v-grow", null, running ? "What it trains on" : run?.result && run.plan ? "What it trained on" : "What it would train on")),
      el("div.bd", null,
        el("div.v-trio", null, ...trio.map(([n, word]) => el("div", null, el("b", null, count(n)), el("span.v-t2", null, word)))),
        el("div.v-rbar.tall", { "aria-hidden": "true" }, ...(masks ? parts.filter((p) => p[1]).map(([k, n]) => el(`i.${k}`, { style: { width: `${(100 * n) / all}%`, flex: "none" } })) : [el("i.u")])),
        el("div.v-keys", null, ...parts.map(([k, n, word]) => el("div.v-row", null, el(`span.v-key.v-grow.${k}`, null, word), count(n)))),
        said.length ? el("p.v-small", null, said.join(" ")) : null,
        el("dl.v-kv", null, ...facts.flatMap(([k, v]) => [el("dt", null, k), el("dd.v-ell", { title: v }, v)]))));
  }

  /** Steps of one training, 0 where they are not known yet. @param {any} run */
  stepsOf(run) {
    const told = /step [\d,]+ of (\d+)/.exec(run?.message ?? "");
    return run?.result?.steps ?? run?.steps ?? (told ? Number(told[1]) : (stepsTyped(this.steps).steps ?? this.facts.defaults.steps ?? 0));
  }

  /** @param {any} run @param {boolean} running @returns {(HTMLElement|null)[]} */
  body(run, running) {
    if (!run) return [this.invitation(), this.rounds()];
    if (running) return [this.progress(run), this.charts(), el("div.v-card.v-wait", null, "Before and after, and the promote button, appear when the run ends.")];
    if (run.status !== "done" || !run.result) {
      const stopped = run.status === "cancelled";
      const sentence = stopped ? "This run was stopped; no checkpoint was made." : (run.error || "This run failed.");
      return [el("p.v-note", { class: stopped ? "" : "bad", role: "alert", id: "v-run-problem" }, icon(stopped ? "x" : "warn"), el("span", null, sentence)), this.facts.plan.reason ? this.invitation() : null, this.charts()];
    }
    const promote = () => this.doing(() => post(`/data/projects/${encodeURIComponent(this.project)}/checkpoints/${encodeURIComponent(run.result.checkpoint)}/activate`));
    const keep = () => {
      this.kept.add(run.id);
      this.draw();
    };
    const active = this.facts.active;
    return [
      verdict({ result: run.result, before: this.before(run), active: active?.id ?? null, activeName: active?.name ?? this.before(run), promote, keep, kept: this.kept.has(run.id) }),
      this.charts(),
      comparison(run.result, this.before(run), this.by, (by) => {
        this.by = by;
        this.draw();
      })];
  }

  invitation() {
    const { plan } = this.facts;
    const refused = Boolean(plan.reason);
    return el("section.v-card.v-invite", null,
      el("div.v-grow", null, el("h2", null, refused ? "Nothing to train on yet" : "Ready to retrain"),
        el("p.v-t2", null, refused ? plan.reason : "It runs in the background; you can go on reviewing. The new checkpoint is measured against the one in use, and kept aside until you promote it.")),
      refused ? el("a.v-btn.line.lg", { href: address("/review", { project: this.project }) }, "Review videos") : this.stepsField(),
      refused ? null : button("Retrain", { kind: "pri lg", icon: "retrain", onclick: () => this.begin(), id: "v-retrain-start" }));
  }

  /** What a round is, while there is none to show. */
  rounds() {
    const steps = /** @type {[string, string, string][]} */ ([
      ["edit", "Review", "Accept what is right and correct what is wrong. Only masks with a verdict teach; what nobody looked at is left out."],
      ["retrain", "Retrain", "The masks are frozen as a snapshot; training starts from the first checkpoint of the line, so that rounds do not drift, with a live curve here."],
      ["solo", "Compare", "Old and new are measured on corrected videos that the new one did not learn from, by category and by video."],
      ["check", "Promote", "Put the new checkpoint in use for the next proposals, or keep it aside. Both stay registered."],
    ]);
    return el("section.v-card", null, el("header", null, el("h2", null, "A round")),
      el("ol.v-rounds", null, ...steps.map(([name, title, text]) => el("li", null, el("span.v-round", null, icon(name, 20)), el("div", null, el("b", null, title), el("p.v-t2", null, text))))));
  }

  /** @param {any} run */
  progress(run) {
    const gone = run.started ? Date.now() / 1000 - run.started : 0;
    const [doing, detail] = splitMessage(run.message ?? "");
    const what = run.status === "queued" ? "Waiting for its turn" : run.status === "cancelling" ? "Stopping" : doing || "Preparing";
    const left = run.eta_seconds > 0 ? `${clock(run.eta_seconds)} left` : "";
    return el("section.v-card.v-verdict", { id: "v-progress" },
      el("div", { style: { "min-width": "176px" } }, el("div.v-t2.v-nowrap", null, what), el("div.v-big", null, `${Math.round((run.progress ?? 0) * 100)} %`)),
      el("div.v-grow", null,
        el("div.v-rbar.tall", { role: "progressbar", "aria-valuenow": Math.round((run.progress ?? 0) * 100), "aria-valuemin": 0, "aria-valuemax": 100, style: { "margin-bottom": "10px" } }, el("i.c", { style: { width: `${(run.progress ?? 0) * 100}%` } }), el("i.u")),
        el("div.v-row.v-t2", null, el("span.v-nowrap", null, [gone > 1 ? `${clock(gone)} gone` : "", left].filter(Boolean).join(", ")), el("span.v-grow"), el("span.v-ell", null, detail))),
      button(run.status === "cancelling" ? "Stopping" : "Stop", { kind: "line lg", icon: "x", id: "v-retrain-stop", disabled: run.status === "cancelling", onclick: () => this.doing(() => post(`/data/jobs/${encodeURIComponent(run.id)}/cancel`)) }));
  }

  charts() {
    const both = (this.apSeries()[1]?.length ?? 0) > 0;
    return el("div.v-charts", { class: both ? "" : "one" },
      el("section.v-card", null, el("header", null, el("h2", null, "Loss"), this.lossKey, el("span.v-grow"), el("span.v-key.s.v-t2", null, "smoothed")), el("div.bd", null, this.lossPlace)),
      both ? el("section.v-card", null, el("header", null, el("h2.v-grow", null, "AP while training")), el("div.bd", null, this.apPlace)) : null);
  }

  /** @returns {[string, [number, number][]]} the first series that is an AP */
  apSeries() {
    return Object.entries(this.series).find(([name]) => /^(val_)?ap$/i.test(name)) ?? ["", []];
  }

  /** @param {any} run */
  drawCharts(run) {
    if (!run) return;
    const { name, main, others } = curves(this.seriesOf.startsWith(`${run.id}:`) ? this.series : {});
    if (main.length === 0) return fill(this.lossPlace, el("p.v-t3.v-nochart", null, RUNNING.includes(run.status) ? "The curve begins with the first step." : "This run left no curve."));
    const even = smooth(main);
    const xMax = Math.max(this.stepsOf(run), main[main.length - 1][0], ...others.map((o) => o[o.length - 1][0]));
    fill(this.lossKey, name === "loss" ? "" : `${name}: only to measure`);
    this.loss.show({ name: "Loss by step", xMax, yMin: 0, lines: [
      ...others.map((o) => ({ points: thin(smooth(o)), colour: "var(--v-tx3)", opacity: 0.5, width: 1 })),
      { points: thin(main), colour: "var(--v-ac)", opacity: 0.32, width: 1 },
      { points: thin(even), colour: "var(--v-ac)", width: 2, label: even[even.length - 1][1].toFixed(2) }] });
    const [, found] = this.apSeries();
    if (found.length) this.apChart.show({ name: "AP by step", xMax, lines: [{ points: found.map(([x, y]) => [x, y * 100]), colour: "var(--v-ac)", width: 2, dots: true, label: points(found[found.length - 1][1]) }] });
  }

  /** @param {any} shown */
  history(shown) {
    const runs = this.facts.runs.filter((/** @type {any} */ r) => !RUNNING.includes(r.status));
    if (runs.length < 2 && runs[0] === shown) return null;
    if (runs.length === 0) return null;
    const line = (/** @type {any} */ run) => {
      const r = run.result;
      const open = () => {
        history.replaceState(history.state, "", address("/retrain", { project: this.project, run: run.id }));
        this.seriesOf = "";
        this.look?.();
      };
      return el("tr", { class: run === shown ? "sel" : "" },
        el("td.v-name", { title: r?.name ?? null }, el("button.v-link", { type: "button", onclick: open }, r?.name ?? "Run")),
        el("td.v-t2", null, when(run.started ?? run.created)),
        el("td", null, r ? (this.facts.active?.id === r.checkpoint ? el("span.v-chip.ok", null, icon("check", 12), "in use") : el("span.v-chip", { class: r.proven ? "" : "warn" }, r.proven ? "kept aside" : "not proven")) : el("span.v-chip", { class: run.status === "failed" ? "bad" : "" }, run.status === "failed" ? "failed" : "stopped")),
        el("td.n", null, r ? points(ap(r.before)) : "–"), el("td.n", null, r ? points(ap(r.after)) : "–"), el("td.n", null, signed(r ? change(r.before, r.after) : null)),
        el("td.n", null, r ? count(r.steps) : "–"));
    };
    return el("section.v-card", null, el("header", null, el("h2", null, "Earlier runs")),
      el("div.v-scroll", null, el("table.v-table.left", null, el("thead", null, el("tr", null, ...["Checkpoint", "Started", "State"].map((t) => el("th", null, t)), ...["AP before", "AP after", "Change", "Steps"].map((t) => el("th.n", null, t)))), el("tbody", null, ...runs.map(line)))));
  }

  /** Starts a run, unless what was typed as steps is none. */
  async begin() {
    const { steps, problem } = stepsTyped(this.steps);
    this.sayOfSteps(problem);
    if (problem) return;
    await this.doing(async () => {
      await post(`/data/projects/${encodeURIComponent(this.project)}/retrain`, steps ? { steps } : {});
      history.replaceState(history.state, "", address("/retrain", { project: this.project }));
    });
  }

  /** @param {() => Promise<any>} work */
  async doing(work) {
    this.problem = "";
    try {
      await work();
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
    await this.look?.();
    if (this.problem) this.draw();
  }
}
