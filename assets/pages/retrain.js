// @ts-check
/** The retrain page: the plan, one button, the running job with its curve, the report, earlier runs. */

import { button, fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { clock, when } from "../kit/text.js";
import { isActive } from "../kit/words.js";
import { RunCharts } from "./curves.js";
import { figures } from "./figures.js";
import { effortCard } from "./effort.js";
import { address, currentProject, get, poll, post } from "./data.js";
import { NextVideos } from "./nextvideos.js";
import { emptyPlace, failedPlace } from "./places.js";
import { againChoice, goesOn, invitation, nextCard, planCard, rounds, tooLittle } from "./plan.js";
import { provenance, truthCard } from "./provenance.js";
import { comparison, measured } from "./report.js";
import { byRule } from "./rules.js";
import { RunLog } from "./runlog.js";
import { earlierRuns, progress } from "./runs.js";
import { StepsField } from "./steps.js";
import { checksUnasked, spoiledIn, suspicions } from "./suspicions.js";
import { verdict } from "./verdict.js";
import { worstFrames } from "./worst.js";

/** @typedef {import("./plan.js").Facts} Facts */
/** @typedef {import("./plan.js").Run} Run */
/** @typedef {import("./report.js").Result} Result */

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-retrain"));
  place.className = "v-page";
  await new Retrain(place).start();
}

class Retrain {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.project = "";
    /** @type {Facts|null} */ this.facts = null;
    /** @type {"category"|"video"} */ this.by = "category";
    this.problem = "";
    /** why the newest facts could not be had */ this.trouble = "";
    this.steps = new StepsField();
    this.charts = new RunCharts();
    this.log = new RunLog();
    /** run and state that `series` was asked for in */ this.seriesOf = "";
    /** @type {import("./curves.js").Series} */ this.series = {};
    /** @type {Set<string>} runs whose old checkpoint stays in use */ this.kept = new Set();
    this.leaveOut = false;
    /** whether the next run proposes again after a promotion */ this.again = true;
    /** whether the corrections were checked without being asked for: once for each visit */ this.checked = false;
    this.notice = "";
    /** checkpoint in use that `next` was asked for */ this.nextOf = "";
    this.next = new NextVideos({
      away: true,
      changed: () => this.draw(),
      queued: (text) => {
        this.notice = text;
        this.draw();
        this.next.load(this.project);
      },
      failed: (text) => {
        this.problem = text;
        this.draw();
      },
    });
    /** @type {(() => Promise<void>)|null} */ this.refresh = null;
  }

  async start() {
    try {
      this.project = await currentProject();
    } catch (error) {
      return this.fail(error);
    }
    if (!this.project) {
      const link = h("a.v-btn.pri.lg", { href: "/?sheet=project" }, icon("plus"), "New project");
      return fill(this.place, emptyPlace("", "No project yet", link));
    }
    this.refresh = poll(() => this.load()).now;
  }

  /** @param {unknown} error */
  fail(error) {
    fill(this.place, failedPlace("This page cannot be shown", error));
  }

  /** Ask the server and draw. @returns {Promise<number>} milliseconds until the next time */
  async load() {
    try {
      this.facts = /** @type {Facts} */ (await get(`/data/projects/${encodeURIComponent(this.project)}/retrain`));
      await this.loadSeries(this.shown(this.facts));
      await this.log.load(this.shown(this.facts));
      this.trouble = "";
    } catch (error) {
      if (!this.facts) this.fail(error);
      this.trouble = messageOf(error);
      this.draw();
      return 4000;
    }
    this.draw();
    await this.checkUnasked(this.facts);
    await this.loadNext(this.facts);
    if (isActive(this.shown(this.facts)) || this.facts.corrections?.running) return 1500;
    return this.next.facts.again ? 4000 : 15000;
  }

  /** What looks spoiled is named before it teaches: check what was not checked since it was edited. @param {Facts} facts */
  async checkUnasked(facts) {
    if (this.checked || isActive(this.shown(facts)) || !checksUnasked(facts)) return;
    this.checked = true;
    await this.run(() => this.check());
  }

  check() {
    return post(`/data/projects/${encodeURIComponent(this.project)}/check-corrections`);
  }

  /** What a promotion leaves to be proposed again; asked for once for each checkpoint in use, and while some of it waits. @param {Facts} facts */
  async loadNext({ active }) {
    const result = this.shown(/** @type {Facts} */ (this.facts))?.result;
    if (!active || result?.checkpoint !== active.id) return;
    if (this.nextOf === active.id && !this.next.facts.again) return;
    this.nextOf = active.id;
    await this.next.load(this.project);
  }

  /** Curves of a run; those of one that has ended are asked for once more, as it may have left more points. @param {Run|null} run */
  async loadSeries(run) {
    if (!run || run.status === "queued" || run.job === false) return;
    const state = `${run.id}:${run.status}`;
    if (!isActive(run) && this.seriesOf === state) return;
    this.series = (await get(`/data/jobs/${encodeURIComponent(run.id)}/points`)).series;
    this.seriesOf = state;
  }

  /** The run that the page shows: of the address, else the running one, else the newest. @param {Facts} facts @returns {Run|null} */
  shown({ runs }) {
    const query = new URLSearchParams(location.search);
    const [id, checkpoint] = [query.get("run"), query.get("checkpoint")];
    const wanted = (/** @type {Run} */ run) => run.id === id || (checkpoint && run.result?.checkpoint === checkpoint);
    return runs.find(wanted) ?? runs.find(isActive) ?? runs[0] ?? null;
  }

  draw() {
    const { facts } = this;
    if (!facts) return;
    const focused = /** @type {HTMLElement|null} */ (document.activeElement);
    // What is being typed must not be drawn anew under the hands of a person.
    if (focused === this.steps.input && this.place.contains(focused)) return;
    const run = this.shown(facts);
    const running = isActive(run);
    const steps = this.stepsOf(facts, run);
    const again = againChoice(facts, this.again, (chosen) => (this.again = chosen));
    const next = run?.result || (run?.plan && goesOn(facts, run)) ? nextCard(facts, run, again) : null;
    fill(
      this.place,
      this.head(facts, run),
      h(
        "div.v-g2",
        null,
        h(
          "div.v-stack",
          null,
          next,
          run?.result ? tooLittle(facts) : null,
          planCard({ facts, run, running, before: this.before(facts, run), steps, again: next ? null : again }),
          run?.result ? provenance(run.result) : null,
          run?.result ? truthCard(run.result) : null,
          run?.result ? measured(run.result) : null,
          run?.result?.recorded
            ? effortCard(run.result.recorded, `until ${run.result.name} was trained`)
            : effortCard(facts.effort, "so far"),
        ),
        h(
          "div.v-stack",
          null,
          this.notice ? h("p.v-note.ok", { role: "status" }, icon("check"), this.notice) : null,
          ...[this.problem, this.trouble]
            .filter(Boolean)
            .map((text) => h("p.v-note.bad", { role: "alert" }, icon("warn"), text)),
          ...this.body(facts, run),
          run ? this.log.card(run) : null,
          earlierRuns(
            facts.runs.filter((one) => !isActive(one)),
            run,
            facts.active?.id,
            (one) => this.open(one),
          ),
        ),
      ),
    );
    this.log.scroll();
    // Another control of the same name stands where the focused one was.
    if (focused?.id && !focused.isConnected) document.getElementById(focused.id)?.focus({ preventScroll: true });
    if (!run) return;
    const none = running ? "The curve begins with the first step." : "This run left no curve.";
    this.charts.draw(this.seriesOf.startsWith(`${run.id}:`) ? this.series : {}, steps, none);
  }

  /** @param {Facts} facts @param {Run|null} run */
  head(facts, run) {
    const running = isActive(run);
    const again = run && !running;
    const title = run?.result?.name ?? (running ? "Retraining" : "Retrain");
    return h(
      "div.v-phead",
      null,
      h("div.v-grow", null, h("h1.v-ell", null, title), h("p", null, this.summary(facts, run))),
      again ? this.beforeStart(facts) : null,
      again
        ? button("Train again", {
            kind: "line lg",
            icon: "retrain",
            onclick: () => this.begin(),
            disabled: Boolean(facts.plan.reason),
            title: facts.plan.reason ?? undefined,
            id: "v-retrain-start",
          })
        : null,
    );
  }

  /** The field for the steps of another run, or the reason why none can start. @param {Facts} facts */
  beforeStart({ plan, defaults }) {
    return plan.reason ? h("p.v-no-start", { id: "v-no-start" }, plan.reason) : this.steps.field(defaults.steps);
  }

  /** One line about a run, or about retraining before the first run. @param {Facts} facts @param {Run|null} run */
  summary(facts, run) {
    if (!run)
      return "Corrected and accepted masks become a new checkpoint, which replaces the one in use if it is proven better.";
    const begun = `Started ${when(run.started ?? run.created)}`;
    if (isActive(run)) return `${begun}. You can go on reviewing; this page can be closed.`;
    const { result } = run;
    if (!result) return `${begun}.`;
    const seconds = result.seconds ?? Number(run.finished) - Number(run.started);
    const state =
      facts.active?.id === result.checkpoint
        ? "It is in use."
        : `${facts.active?.name ?? this.before(facts, run)} stays in use until you promote it.`;
    return `${begun} from ${this.before(facts, run)}, finished in ${clock(seconds)}. ${state}`;
  }

  /** Name of the checkpoint a run started from. @param {Facts} facts @param {Run|null} run */
  before(facts, run) {
    return run?.result?.before_name ?? run?.from ?? facts.defaults.from ?? "the current model";
  }

  /** Steps of one training, 0 where they are not known yet. @param {Facts} facts @param {Run|null} run */
  stepsOf(facts, run) {
    const known = run?.result?.steps ?? run?.steps;
    if (known) return known;
    const match = /step [\d,]+ of (\d+)/.exec(run?.message ?? "");
    return match ? Number(match[1]) : (this.steps.value.steps ?? facts.defaults.steps ?? 0);
  }

  /** The wide column above the table of runs. @param {Facts} facts @param {Run|null} run @returns {(HTMLElement|null)[]} */
  body(facts, run) {
    if (!run) return [this.invitation(facts), tooLittle(facts), this.suspicions(facts), rounds()];
    if (isActive(run))
      return [
        progress(run, () => this.run(() => post(`/data/jobs/${encodeURIComponent(run.id)}/cancel`))),
        this.charts.cards(this.series),
        h("div.v-card.v-wait", null, "Before and after, and the promote button, appear when the run ends."),
      ];
    if (run.status === "done" && run.result) return this.report(facts, run, run.result);
    const stopped = run.status === "cancelled";
    const again = goesOn(facts, run);
    const kept = again ? " What it has done is kept until another run begins." : "";
    const problem = stopped ? "This run was stopped; no checkpoint was made." : run.error || "This run failed.";
    return [
      h(
        "p.v-note",
        { class: stopped ? "" : "bad", role: "alert", id: "v-run-problem" },
        icon(stopped ? "x" : "warn"),
        h("span.v-grow", null, problem + kept),
        again ? button("Go on", { kind: "line", icon: "retrain", id: "v-go-on", onclick: () => this.goOn() }) : null,
      ),
      facts.plan.reason ? this.invitation(facts) : tooLittle(facts),
      this.suspicions(facts),
      this.charts.cards(this.series),
    ];
  }

  /** @param {Facts} facts */
  invitation({ plan, defaults }) {
    return invitation({
      plan,
      project: this.project,
      steps: () => this.steps.field(defaults.steps),
      begin: () => this.begin(),
    });
  }

  /** Verdict, curves and comparison of a finished run. @param {Facts} facts @param {Run} run @param {Result} result */
  report(facts, run, result) {
    const { active } = facts;
    const before = this.before(facts, run);
    const checkpoint = encodeURIComponent(result.checkpoint);
    const former = result.lineage?.before;
    const again = run.again === false ? 0 : (facts.again ?? 0);
    return [
      // After a promotion the videos that nobody judged still have the proposals of the checkpoint before.
      active?.id === result.checkpoint ? this.next.line([], false, result.again) : null,
      verdict({
        result,
        before,
        active: active?.id ?? null,
        activeName: active?.name ?? before,
        again,
        promote: () => this.activate(checkpoint, again > 0),
        back: former && former !== result.checkpoint ? () => this.activate(encodeURIComponent(former)) : null,
        keep: () => {
          this.kept.add(run.id);
          this.draw();
        },
        kept: this.kept.has(run.id),
      }),
      this.charts.cards(this.series),
      figures(result, before),
      comparison(result, before, this.by, (by) => {
        this.by = by;
        this.draw();
      }),
      worstFrames(result, before, this.project),
      byRule(result.rules),
      spoiledIn(result.corrections, this.project),
      this.suspicions(facts),
    ];
  }

  /** What the check of the corrections named. @param {Facts} facts */
  suspicions({ corrections }) {
    return suspicions({
      check: corrections,
      project: this.project,
      leaveOut: this.leaveOut,
      choose: (leave) => (this.leaveOut = leave),
      begin: () => this.run(() => this.check()),
      changed: () => this.draw(),
    });
  }

  /** Put a checkpoint in use. @param {string} id encoded for an address @param {boolean} [again] propose again where nobody judged */
  activate(id, again = false) {
    return this.run(async () => {
      await post(
        `/data/projects/${encodeURIComponent(this.project)}/checkpoints/${id}/activate`,
        again ? { again } : {},
      );
      this.notice = "";
      this.nextOf = "";
    });
  }

  /** Show another run; the address follows. @param {Run} run */
  open(run) {
    history.replaceState(history.state, "", address("/retrain", { project: this.project, run: run.id }));
    this.seriesOf = "";
    this.refresh?.();
  }

  /** Go on with the stopped run. */
  goOn() {
    return this.run(() => post(`/data/projects/${encodeURIComponent(this.project)}/retrain/go-on`));
  }

  /** Start a run, unless the typed steps are no number of steps. */
  async begin() {
    const { steps, problem } = this.steps.value;
    this.steps.show(problem);
    if (problem) return;
    await this.run(async () => {
      const body = { ...(steps ? { steps } : {}), ...(this.leaveOut ? { leave_out: true } : {}) };
      Object.assign(body, this.again ? {} : { again: false });
      await post(`/data/projects/${encodeURIComponent(this.project)}/retrain`, body);
      history.replaceState(history.state, "", address("/retrain", { project: this.project }));
    });
  }

  /** Run `work`, load and draw; the message of an error is shown. @param {() => Promise<unknown>} work */
  async run(work) {
    this.problem = "";
    try {
      await work();
    } catch (error) {
      this.problem = messageOf(error);
    }
    await this.refresh?.();
    if (this.problem) this.draw();
  }
}
