// @ts-check
/** What a retraining uses: the card of its plan, the invitation to start one, and what a round is. */

import { button, count, el, icon, plural } from "../kit/pagedom.js";
import { address } from "./data.js";
import { EVALUATIONS } from "./report.js";

/**
 * @typedef {object} Plan masks of a project by where their verdict comes from
 * @property {number} videos
 * @property {number} tracks
 * @property {number} masks_accepted
 * @property {number} masks_drawn drawn or corrected
 * @property {number} masks_imported
 * @property {number} ignored_unreviewed
 * @property {number} corrected_videos
 * @property {string} evaluation a key of `EVALUATIONS`, or a text of its own
 * @property {string|null} reason why no retraining can start, null where one can
 */

/** @typedef {import("../kit/wire.js").Job<import("./report.js").Result> & {steps: number|null, from: string|null, plan: Plan|null}} Run */

/**
 * @typedef {object} Facts answer of `GET /data/projects/…/retrain`
 * @property {Plan} plan of the next run
 * @property {{id: string, name: string}|null} active checkpoint in use
 * @property {{steps: number|null, config: string, from: string|null}} defaults
 * @property {Run[]} runs newest first
 */

/**
 * The card with the masks and settings of a run, or of the next one.
 * @param {object} parts
 * @param {Facts} parts.facts
 * @param {Run|null} parts.run the run that the page shows
 * @param {boolean} parts.running whether it is under way
 * @param {string} parts.before name of the checkpoint it is compared with
 * @param {number} parts.steps 0 where they are not known yet
 */
export function planCard({ facts, run, running, before, steps }) {
  const past = (running || run?.result) && run?.plan ? run.plan : null;
  const plan = past ?? facts.plan;
  const title = running ? "What it trains on" : past ? "What it trained on" : "What it would train on";
  const pairs = /** @type {[string, string][]} */ ([
    ["Configuration", facts.defaults.config],
    ["Compared with", before],
    ["Steps", steps ? count(steps) : "automatic"],
    ["Corrected videos", String(plan.corrected_videos)],
  ]);
  if (run?.result?.snapshot && !running)
    pairs.push(["Snapshot", `${run.result.snapshot.slice(0, 4)}…${run.result.snapshot.slice(-4)}`]);
  const remarks = remarksOn(plan);
  return el(
    "section.v-card",
    { id: "v-plan" },
    el("header", null, el("h2.v-grow", null, title)),
    el(
      "div.bd",
      null,
      ...amounts(plan),
      remarks ? el("p.v-small", null, remarks) : null,
      el("dl.v-kv", null, ...pairs.flatMap(([k, v]) => [el("dt", null, k), el("dd.v-ell", { title: v }, v)])),
    ),
  );
}

/** Videos, tracks and masks as numbers, and the masks as a bar with its key. @param {Plan} plan */
function amounts(plan) {
  const masks = plan.masks_accepted + plan.masks_drawn + plan.masks_imported;
  const parts = /** @type {[string, number, string][]} */ ([
    ["a", plan.masks_accepted, "accepted proposals"],
    ["c", plan.masks_drawn, "drawn or corrected"],
    ["u", plan.masks_imported, "imported"],
  ]);
  const trio = /** @type {[number, string][]} */ ([
    [plan.videos, plan.videos === 1 ? "video" : "videos"],
    [plan.tracks, plan.tracks === 1 ? "track" : "tracks"],
    [masks, masks === 1 ? "mask" : "masks"],
  ]);
  const shares = parts
    .filter((part) => part[1])
    .map(([kind, n]) => el(`i.${kind}`, { style: { width: `${(100 * n) / masks}%`, flex: "none" } }));
  return [
    el(
      "div.v-trio",
      null,
      ...trio.map(([n, word]) => el("div", null, el("b", null, count(n)), el("span.v-t2", null, word))),
    ),
    el("div.v-rbar.tall", { "aria-hidden": "true" }, ...(masks ? shares : [el("i.u")])),
    el(
      "div.v-keys",
      null,
      ...parts.map(([kind, n, word]) => el("div.v-row", null, el(`span.v-key.v-grow.${kind}`, null, word), count(n))),
    ),
  ];
}

/** What is left out and how the run is measured, in a sentence or two; empty for neither. @param {Plan} plan */
function remarksOn(plan) {
  const out = [];
  const { ignored_unreviewed: ignored, evaluation } = plan;
  if (ignored)
    out.push(`${plural(ignored, "unreviewed mask")} ${ignored === 1 ? "is" : "are"} ignored, not taken as background.`);
  if (plan.corrected_videos) out.push(`Judged ${EVALUATIONS[evaluation] ?? evaluation}.`);
  return out.join(" ");
}

/**
 * The card that starts a run, or says what is missing for one.
 * @param {object} parts
 * @param {Plan} parts.plan
 * @param {string} parts.project id
 * @param {() => HTMLElement} parts.steps makes the field for the number of steps
 * @param {() => void} parts.begin
 */
export function invitation({ plan, project, steps, begin }) {
  const reason = plan.reason;
  return el(
    "section.v-card.v-invite",
    null,
    el(
      "div.v-grow",
      null,
      el("h2", null, reason ? "Nothing to train on yet" : "Ready to retrain"),
      el(
        "p.v-t2",
        null,
        reason ??
          "It runs in the background; you can go on reviewing. The new checkpoint is measured against the one in use, and kept aside until you promote it.",
      ),
    ),
    ...(reason
      ? [el("a.v-btn.line.lg", { href: address("/review", { project }) }, "Review videos")]
      : [steps(), button("Retrain", { kind: "pri lg", icon: "retrain", onclick: begin, id: "v-retrain-start" })]),
  );
}

/** What a round is, while there is none to show. */
export function rounds() {
  const steps = /** @type {[string, string, string][]} */ ([
    [
      "edit",
      "Review",
      "Accept what is right and correct what is wrong. Only masks with a verdict teach; what nobody looked at is left out.",
    ],
    [
      "retrain",
      "Retrain",
      "The masks are frozen as a snapshot; training starts from the first checkpoint of the line, so that rounds do not drift, with a live curve here.",
    ],
    [
      "solo",
      "Compare",
      "Old and new are measured on corrected videos that the new one did not learn from, by category and by video.",
    ],
    [
      "check",
      "Promote",
      "Put the new checkpoint in use for the next proposals, or keep it aside. Both stay registered.",
    ],
  ]);
  const step = (/** @type {[string, string, string]} */ [name, title, text]) =>
    el(
      "li",
      null,
      el("span.v-round", null, icon(name, 20)),
      el("div", null, el("b", null, title), el("p.v-t2", null, text)),
    );
  return el(
    "section.v-card",
    null,
    el("header", null, el("h2", null, "A round")),
    el("ol.v-rounds", null, ...steps.map(step)),
  );
}
