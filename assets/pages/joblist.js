// @ts-check
/** Jobs of a page: the active ones with their progress and a button to stop them, and the results of the last ones. */

import { button, fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { clock, plural, when } from "../kit/text.js";
import { isActive, jobName, keptOf } from "../kit/words.js";
import { get, poll, post } from "./data.js";

const SHOWN = 6;

/** @typedef {import("../kit/wire.js").Job} Job */

/**
 * @typedef {object} JobListOptions
 * @property {string} project id; "" lists the jobs of all projects
 * @property {string[]} kinds of jobs that are listed
 * @property {string} [empty] shown where there is no job
 * @property {(job: Job) => (HTMLElement|string|null)[]} outcome shown for a finished job
 * @property {(job: Job) => {below: HTMLElement, open: boolean}|null} [question] shown below the sentence of a job that failed because it asks
 *   something, which is no error, `open` until it is answered; null for a job that asks nothing
 * @property {() => void} [ended] called after a job has ended
 * @property {(active: Set<string>) => void} [looked] called after each request with the kinds of the active jobs
 */

/**
 * List the jobs of a project, and keep the list up to date.
 * @param {HTMLElement} place @param {JobListOptions} options
 * @returns {() => Promise<void>} asks for the jobs at once
 */
export function jobList(place, options) {
  /** @type {string[]} */ let running = [];
  // Beside the list, which stays as it was last seen.
  const trouble = h("p.v-note.bad", { role: "alert", hidden: true });
  const list = h("div");
  fill(place, trouble, list);
  /** @param {unknown} [error] none: all is well again */
  const tell = (error) => {
    trouble.hidden = error === undefined;
    if (error !== undefined) fill(trouble, icon("warn"), messageOf(error));
    if (!trouble.hidden) place.hidden = false;
  };
  const path = options.project ? `/data/jobs?project=${encodeURIComponent(options.project)}` : "/data/jobs";
  /** @type {unknown} */ let refusal;
  let asked = 0;
  const look = async () => {
    const mine = ++asked;
    let jobs;
    try {
      jobs = /** @type {Job[]} */ ((await get(path)).jobs);
      // Asked again meanwhile, since something was begun or stopped: this answer may be from before that.
      if (mine !== asked) return 0;
    } catch (error) {
      if (mine !== asked) return 0;
      tell(error);
      return 4000;
    }
    const ours = jobs.filter((j) => options.kinds.includes(j.kind)).slice(0, SHOWN);
    const active = ours.filter(isActive);
    const now = active.map((j) => j.id);
    if (running.some((id) => !now.includes(id))) options.ended?.();
    running = now;
    place.hidden = ours.length === 0 && !options.empty;
    tell(refusal);
    fill(
      list,
      h(
        "section.v-card",
        null,
        h("header", null, h("h2", null, "Jobs")),
        ours.length
          ? h("ul.v-jobs", null, ...ours.map((job) => line(job, options, stop)))
          : h("div.bd.v-t3", null, options.empty ?? ""),
      ),
    );
    options.looked?.(new Set(active.map((j) => j.kind)));
    return now.length ? 1200 : 6000;
  };
  // Through the poll, so that the pause of a list without active jobs ends and a new job is followed closely.
  const again = () => polled.now();
  /** @param {Job} job */
  const stop = async (job) => {
    refusal = undefined;
    await post(`/data/jobs/${encodeURIComponent(job.id)}/cancel`).catch((error) => (refusal = error));
    await again();
  };
  const polled = poll(look);
  return again;
}

/** Class and icon of an ended job. @type {Record<string, [string, string]>} */
const MARKS = { done: ["v-okc", "check"], failed: ["v-badc", "warn"], cancelled: ["v-t3", "x"] };

/** @param {Job} job @param {JobListOptions} options @param {(job: Job) => Promise<void>} stop */
function line(job, options, stop) {
  const active = isActive(job);
  const percent = Math.round((job.progress ?? 0) * 100);
  const question = (job.status === "failed" && options.question?.(job)) || null;
  const mark = question
    ? question.open
      ? ["v-warnc", "warn"]
      : ["v-t3", "check"]
    : (MARKS[job.status] ?? ["v-acc", "spark"]);
  return h(
    "li",
    { "data-job": job.id, "data-status": job.status },
    h("i", { class: mark[0] }, icon(mark[1])),
    h(
      "div.v-grow",
      null,
      h(
        "div.v-row",
        null,
        h("b", null, jobName(job.kind)),
        h("span.v-t3.v-nowrap", null, when(job.started ?? job.created)),
        h("span.v-grow"),
        active
          ? h(
              "span.v-t2.v-nowrap",
              null,
              [
                job.status === "queued" ? "waiting" : `${percent} %`,
                job.eta_seconds ? `${clock(job.eta_seconds)} left` : "",
              ]
                .filter(Boolean)
                .join(", "),
            )
          : null,
      ),
      active
        ? h(
            "div.v-rbar",
            { role: "progressbar", "aria-valuenow": percent, style: { margin: "6px 0" } },
            percent ? h("i.c", { style: { width: `${percent}%` } }) : null,
            h("i.u"),
          )
        : null,
      active && job.message && job.message !== "waiting" ? h("div.v-t3.v-ell", null, job.message) : null,
      job.status === "failed"
        ? h("div", { class: question ? "v-t2" : "v-badc", role: question ? null : "alert" }, job.error ?? "It failed.")
        : null,
      question?.below,
      job.status === "cancelled" ? h("div.v-t3", null, keptOf(job) || "Stopped; nothing of it was kept.") : null,
      job.status === "done" ? h("div.v-t2.v-outcome", null, ...options.outcome(job)) : null,
    ),
    active
      ? button("Stop", { kind: "ghost", icon: "x", onclick: () => stop(job), disabled: job.status === "cancelling" })
      : null,
  );
}

/** A list of problems as a table, null for an empty one. @param {string[]|undefined} sentences @param {string} title */
export function problems(sentences, title) {
  if (!sentences?.length) return null;
  return h(
    "details.v-problems",
    { open: sentences.length <= 5 },
    h("summary", null, `${title}: ${plural(sentences.length, "line")}`),
    h(
      "table.v-table.left",
      null,
      h(
        "tbody",
        null,
        ...sentences
          .slice(0, 200)
          .map((s, i) => h("tr", null, h("td.v-t3", null, String(i + 1)), h("td.v-wrap", null, s))),
      ),
    ),
  );
}
