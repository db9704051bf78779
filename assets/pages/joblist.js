// @ts-check
/** Jobs of a page: what runs, with progress and a way to stop it, and how the last ones ended. */

import { button, fill, h, icon } from "../kit/dom.js";
import { clock, plural, when } from "../kit/text.js";
import { isActive, jobName } from "../kit/words.js";
import { get, poll, post } from "./data.js";

const SHOWN = 6;

/** @typedef {{id: string, kind: string, status: string, progress: number, message: string, eta_seconds: number|null, error: string|null, result: any, created: number, started: number|null, finished: number|null}} Job */

/**
 * @param {HTMLElement} place
 * @param {{project: string, kinds: string[], empty?: string, outcome: (job: Job) => (HTMLElement|string|null)[], ended?: () => void, looked?: (active: Set<string>) => void}} options
 *   `kinds` of jobs that are listed; `outcome`: what a finished job shows;
 *   `looked`: called after each look with the kinds that are under way
 * @returns {() => Promise<void>} looks again at once
 */
export function jobList(place, options) {
  /** @type {string[]} */ let running = [];
  const look = async () => {
    let jobs;
    try {
      jobs = /** @type {Job[]} */ ((await get(`/data/jobs?project=${encodeURIComponent(options.project)}`)).jobs);
    } catch {
      return 4000;
    }
    const ours = jobs.filter((j) => options.kinds.includes(j.kind)).slice(0, SHOWN);
    const active = ours.filter(isActive);
    const now = active.map((j) => j.id);
    if (running.some((id) => !now.includes(id))) options.ended?.();
    running = now;
    place.hidden = ours.length === 0 && !options.empty;
    fill(
      place,
      h(
        "section.v-card",
        null,
        h("header", null, h("h2", null, "Jobs")),
        ours.length
          ? h("ul.v-jobs", null, ...ours.map((job) => line(job, options, again)))
          : h("div.bd.v-t3", null, options.empty ?? ""),
      ),
    );
    options.looked?.(new Set(active.map((j) => j.kind)));
    return now.length ? 1200 : 6000;
  };
  // Not `look` alone: the pause of a calm list would still stand, and a new job seem to wait long after it ended.
  const again = () => polled.now();
  const polled = poll(look);
  return again;
}

/** @param {Job} job @param {any} options @param {() => Promise<void>} again */
function line(job, options, again) {
  const active = isActive(job);
  const percent = Math.round((job.progress ?? 0) * 100);
  const mark = { done: ["v-okc", "check"], failed: ["v-badc", "warn"], cancelled: ["v-t3", "x"] }[job.status] ?? [
    "v-acc",
    "spark",
  ];
  const stop = async () => {
    await post(`/data/jobs/${encodeURIComponent(job.id)}/cancel`).catch(() => undefined);
    await again();
  };
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
      active && job.message ? h("div.v-t3.v-ell", null, job.message) : null,
      job.status === "failed" ? h("div.v-badc", { role: "alert" }, job.error ?? "It failed.") : null,
      job.status === "cancelled" ? h("div.v-t3", null, "Stopped; nothing of it was kept.") : null,
      job.status === "done" ? h("div.v-t2.v-outcome", null, ...options.outcome(job)) : null,
    ),
    active ? button("Stop", { kind: "ghost", icon: "x", onclick: stop, disabled: job.status === "cancelling" }) : null,
  );
}

/** A list of problems as a table, none for an empty list. @param {string[]} sentences @param {string} title */
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
