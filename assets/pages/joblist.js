// @ts-check
/** Jobs of a page: what runs, with progress and a way to stop it, and how the last ones ended. */

import { button, clock, el, fill, icon, plural, when } from "../kit/pagedom.js";
import { get, poll, post } from "./data.js";

const ACTIVE = ["queued", "running", "cancelling"];
const SHOWN = 6;

/** @typedef {{id: string, kind: string, status: string, progress: number, message: string, eta_seconds: number|null, error: string|null, result: any, created: number, started: number|null, finished: number|null}} Job */

/**
 * @param {HTMLElement} place
 * @param {{project: string, kinds: Record<string, string>, empty?: string, outcome: (job: Job) => (HTMLElement|string|null)[], ended?: () => void, looked?: (active: Set<string>) => void}} options
 *   `kinds`: kind -> what people call it; `outcome`: what a finished job shows;
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
    const ours = jobs.filter((j) => j.kind in options.kinds).slice(0, SHOWN);
    const active = ours.filter((j) => ACTIVE.includes(j.status));
    const now = active.map((j) => j.id);
    if (running.some((id) => !now.includes(id))) options.ended?.();
    running = now;
    place.hidden = ours.length === 0 && !options.empty;
    fill(
      place,
      el(
        "section.v-card",
        null,
        el("header", null, el("h2", null, "Jobs")),
        ours.length
          ? el("ul.v-jobs", null, ...ours.map((job) => line(job, options, again)))
          : el("div.bd.v-t3", null, options.empty ?? ""),
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
  const active = ACTIVE.includes(job.status);
  const percent = Math.round((job.progress ?? 0) * 100);
  const mark = { done: ["v-okc", "check"], failed: ["v-badc", "warn"], cancelled: ["v-t3", "x"] }[job.status] ?? [
    "v-acc",
    "spark",
  ];
  const stop = async () => {
    await post(`/data/jobs/${encodeURIComponent(job.id)}/cancel`).catch(() => undefined);
    await again();
  };
  return el(
    "li",
    { "data-job": job.id, "data-status": job.status },
    el("i", { class: mark[0] }, icon(mark[1])),
    el(
      "div.v-grow",
      null,
      el(
        "div.v-row",
        null,
        el("b", null, options.kinds[job.kind]),
        el("span.v-t3.v-nowrap", null, when(job.started ?? job.created)),
        el("span.v-grow"),
        active
          ? el(
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
        ? el(
            "div.v-rbar",
            { role: "progressbar", "aria-valuenow": percent, style: { margin: "6px 0" } },
            percent ? el("i.c", { style: { width: `${percent}%` } }) : null,
            el("i.u"),
          )
        : null,
      active && job.message ? el("div.v-t3.v-ell", null, job.message) : null,
      job.status === "failed" ? el("div.v-badc", { role: "alert" }, job.error ?? "It failed.") : null,
      job.status === "cancelled" ? el("div.v-t3", null, "Stopped; nothing of it was kept.") : null,
      job.status === "done" ? el("div.v-t2.v-outcome", null, ...options.outcome(job)) : null,
    ),
    active ? button("Stop", { kind: "ghost", icon: "x", onclick: stop, disabled: job.status === "cancelling" }) : null,
  );
}

/** A list of problems as a table, none for an empty list. @param {string[]} sentences @param {string} title */
export function problems(sentences, title) {
  if (!sentences?.length) return null;
  return el(
    "details.v-problems",
    { open: sentences.length <= 5 },
    el("summary", null, `${title}: ${plural(sentences.length, "line")}`),
    el(
      "table.v-table.left",
      null,
      el(
        "tbody",
        null,
        ...sentences
          .slice(0, 200)
          .map((s, i) => el("tr", null, el("td.v-t3", null, String(i + 1)), el("td.v-wrap", null, s))),
      ),
    ),
  );
}
