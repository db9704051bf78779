// @ts-check
/** The plan of a retraining as a card, the invitation to start one, and the steps of a round. */

import { button, h, icon } from "../kit/dom.js";
import { count, plural } from "../kit/text.js";
import { address } from "./data.js";
import { cautions, cautionCard, named } from "./cautions.js";
import { pairList } from "./provenance.js";
import { EVALUATIONS } from "./report.js";

/**
 * @typedef {object} Plan the masks that a retraining uses, by their origin
 * @property {number} videos that are trained on; all that teaches is counted in these alone
 * @property {number} tracks
 * @property {number} [labelled_frames] frames with at least one of the masks; runs of earlier versions lack it
 * @property {number} masks_accepted
 * @property {number} masks_drawn drawn or corrected
 * @property {number} masks_imported
 * @property {number} ignored_unreviewed
 * @property {number} [ignored_uncategorised] reviewed masks of tracks without a category in use
 * @property {number} [complete_frames] these and the next four teach background; runs of earlier versions lack them
 * @property {number} [absences] frames in which a person marked a track absent
 * @property {number} [rejected_masks]
 * @property {number} [rejected_tracks]
 * @property {{name: string, complete: number, absent: number, rejected: number}[]} [background] by video
 * @property {number} [background_only] videos with background but without a mask to learn from
 * @property {number} corrected_videos
 * @property {string[]} [held_out] names of the videos that are never trained on
 * @property {number} [trainings] networks that are trained; all but one only measure
 * @property {number} [measured_videos] videos that before and after are measured on
 * @property {number} [folded_videos] those of them that the kept network learns and others measure; earlier runs lack it
 * @property {boolean} [before_learnt] the checkpoint in use was trained on the measured videos
 * @property {string} [set] name of the videos that it is measured on
 * @property {string} evaluation a key of `EVALUATIONS`, or a text of its own
 * @property {string|null} reason why no retraining can start, null where one can
 */

/** @typedef {import("../kit/wire.js").Job<import("./report.js").Result> & {steps: number|null, from: string|null, plan: Plan|null, job?: boolean, again?: boolean}} Run a run whose job is gone has no curve; `again`: a promotion proposes again */

/**
 * @typedef {object} Facts answer of `GET /data/projects/…/retrain`
 * @property {Plan} plan of the next run
 * @property {import("./cautions.js").TaughtCategory[]} [categories] in use
 * @property {import("./suspicions.js").Check} [corrections] the latest check of them
 * @property {number|null} [seconds] that the next run takes, judged by earlier ones
 * @property {{id: string, name: string}|null} active checkpoint in use
 * @property {{steps: number|null, config: string, from: string|null}} defaults
 * @property {string|null} [stopped] id of the run that was stopped and can go on
 * @property {string|null} [golden] what the user's golden set is used for, or why it cannot be
 * @property {number} [again] unreviewed videos in which a promotion may propose again
 * @property {Run[]} runs newest first
 * @property {import("./effort.js").Effort} [effort] what people's work in the project took so far
 */

/**
 * The card with the masks and settings of a run, or of the next one.
 * @param {object} parts
 * @param {Facts} parts.facts
 * @param {Run|null} parts.run the run that the page shows; one that can go on keeps what was frozen for it
 * @param {boolean} parts.running whether it is under way
 * @param {string} parts.before name of the checkpoint it is compared with
 * @param {number} parts.steps 0 where they are not known yet
 * @param {HTMLElement|null} [parts.again] the choice to propose again after a promotion, for the next run
 */
export function planCard({ facts, run, running, before, steps, again = null }) {
  const stopped = goesOn(facts, run);
  const past = ((running || run?.result || stopped) && run?.plan) || null;
  const plan = past ?? facts.plan;
  const [verb, none] = running ? ["trains", "will train"] : ["trained", "would train"];
  const title = past && stopped ? "What it would go on with" : `What it ${past ? verb : none} on`;
  const pairs = /** @type {import("./provenance.js").Pair[]} */ ([
    ["Configuration", run?.result?.lineage?.config ?? facts.defaults.config],
    ["Compared with", before],
    ["Steps", steps ? count(steps) : "automatic"],
    ...(past || running ? [] : [["Takes", duration(facts.seconds)]]),
    ...(running
      ? [["If promoted", run?.again === false ? "proposes nothing again" : "proposes again in unreviewed videos"]]
      : []),
  ]);
  if (run?.result?.snapshot && !running)
    pairs.push(["Snapshot", `${run.result.snapshot.slice(0, 4)}…${run.result.snapshot.slice(-4)}`]);
  return h(
    "section.v-card",
    { id: "v-plan" },
    h("header", null, h("h2.v-grow", null, title)),
    h(
      "div.bd",
      null,
      ...amounts(plan),
      ...background(plan),
      remarksOn(plan),
      past ? null : goldenLine(facts),
      pairList(pairs),
    ),
    past || running ? null : again,
  );
}

/** What the user's golden set is used for; null where there is none. @param {Facts} facts */
const goldenLine = ({ golden }) => (golden ? h("p.v-small", { id: "v-golden-set" }, golden) : null);

/**
 * The choice to propose again after a promotion; null where that would change nothing.
 * @param {Facts} facts @param {boolean} chosen @param {(chosen: boolean) => void} choose
 */
export function againChoice({ plan, again = 0 }, chosen, choose) {
  if (plan.reason || !again) return null;
  return h(
    "label.bd.v-again",
    { title: "Replaces only masks that nobody has judged; it waits until no other job does" },
    h("input", {
      type: "checkbox",
      id: "v-again",
      checked: chosen,
      onchange: (/** @type {Event} */ event) => choose(/** @type {HTMLInputElement} */ (event.target).checked),
    }),
    `If it is promoted, propose again in ${plural(again, "unreviewed video")}`,
  );
}

/** Whether a run was stopped and can go on. @param {Facts} facts @param {Run|null} run */
export const goesOn = ({ stopped }, run) => Boolean(stopped) && stopped === run?.id;

/** What of a plan teaches, in numbers. @type {(keyof Plan)[]} */
const TEACHING = [
  "videos",
  "labelled_frames",
  "tracks",
  "masks_accepted",
  "masks_drawn",
  "masks_imported",
  "complete_frames",
  "absences",
  "rejected_masks",
];

/**
 * The card of the next run beside the report of another one, or beside one that can go on; null where none can start.
 * @param {Facts} facts @param {Run} run that the page shows
 * @param {HTMLElement|null} [again] the choice to propose again after a promotion
 */
export function nextCard(facts, run, again = null) {
  const { plan } = facts;
  if (plan.reason) return null;
  const same = run.plan && TEACHING.every((name) => run.plan?.[name] === plan[name]);
  return h(
    "section.v-card",
    { id: "v-next-plan" },
    h("header", null, h("h2.v-grow", null, "What the next one would train on")),
    h(
      "div.bd",
      null,
      ...(same
        ? [
            h(
              "p.v-t2",
              null,
              `No more than this one: ${plural(masksOf(plan), "mask")} in ${plural(plan.videos, "video")}.`,
            ),
          ]
        : [...amounts(plan), ...background(plan)]),
      remarksOn(plan),
      goldenLine(facts),
      pairList([
        ["Compared with", facts.defaults.from ?? "the current model"],
        ["Takes", duration(facts.seconds)],
      ]),
    ),
    again,
  );
}

/** Masks that are trained on. @param {Plan} plan */
export const masksOf = (plan) => plan.masks_accepted + plan.masks_drawn + plan.masks_imported;

/** Videos, frames, tracks and masks as numbers, and the masks as a bar with its key. @param {Plan} plan */
function amounts(plan) {
  const masks = masksOf(plan);
  const parts = /** @type {[string, number, string][]} */ ([
    ["a", plan.masks_accepted, "accepted proposals"],
    ["c", plan.masks_drawn, "drawn or corrected"],
    ["u", plan.masks_imported, "imported"],
  ]);
  const { labelled_frames: frames } = plan;
  const numbers = /** @type {[number, string][]} */ ([
    [plan.videos, plan.videos === 1 ? "video" : "videos"],
    ...(frames === undefined ? [] : [[frames, frames === 1 ? "frame" : "frames"]]),
    [plan.tracks, plan.tracks === 1 ? "track" : "tracks"],
    [masks, masks === 1 ? "mask" : "masks"],
  ]);
  const shares = parts
    .filter((part) => part[1])
    .map(([kind, n]) => h(`i.${kind}`, { style: { width: `${(100 * n) / masks}%`, flex: "none" } }));
  return [
    h(
      "div.v-trio",
      { class: frames === undefined ? "" : "v-quad" },
      ...numbers.map(([n, word]) => h("div", null, h("b", null, count(n)), h("span.v-t2", null, word))),
    ),
    h("div.v-rbar.tall", { "aria-hidden": "true" }, ...(masks ? shares : [h("i.u")])),
    h(
      "div.v-keys",
      null,
      ...parts.map(([kind, n, word]) => h("div.v-row", null, h(`span.v-key.v-grow.${kind}`, null, word), count(n))),
    ),
  ];
}

/** What teaches background, in numbers and by video; empty for a run that did not count it. @param {Plan} plan */
function background(plan) {
  const { complete_frames: complete, absences = 0, rejected_masks: rejected = 0, rejected_tracks: tracks = 0 } = plan;
  if (complete === undefined || !plan.corrected_videos) return [];
  const videos = plan.background ?? [];
  const declared = videos.filter((video) => video.complete).length;
  const lines = /** @type {[number, string][]} */ ([
    [complete, complete ? `complete frames in ${plural(declared, "video")}` : "complete frames"],
    [absences, "frames where a track is absent"],
    [rejected, rejected ? `rejected masks of ${plural(tracks, "track")}` : "rejected masks"],
  ]);
  const none = !complete && !absences && !rejected;
  return [
    h(
      "div.v-background",
      { id: "v-background" },
      h("h3", null, "Teaches what is background"),
      ...lines.map(([n, word]) => h("div.v-row", null, h("span.v-grow", null, word), count(n))),
      none
        ? h("p.v-small", null, "Nothing yet: declare frames complete, mark a track absent, or reject a wrong proposal.")
        : byVideo(videos),
    ),
  ];
}

/** Whether the list of videos is unfolded; the page draws itself anew while a run is under way. */
let unfolded = false;

/** The same by video, folded. @param {NonNullable<Plan["background"]>} videos */
function byVideo(videos) {
  const text = (/** @type {{complete: number, absent: number, rejected: number}} */ v) =>
    [
      v.complete ? `${count(v.complete)} complete` : "",
      v.absent ? `${count(v.absent)} absent` : "",
      v.rejected ? `${count(v.rejected)} rejected` : "",
    ]
      .filter(Boolean)
      .join(", ");
  return h(
    "details",
    {
      open: unfolded,
      ontoggle: (/** @type {Event} */ event) => (unfolded = /** @type {HTMLDetailsElement} */ (event.target).open),
    },
    h("summary", null, "By video"),
    ...videos.map((v) =>
      h("div.v-row", null, h("span.v-ell.v-grow", { title: v.name }, v.name), h("span.v-t2.v-nowrap", null, text(v))),
    ),
  );
}

/** "about 4 min"; where nothing is known the first run will show it. @param {number|null|undefined} seconds */
export function duration(seconds) {
  if (!seconds) return "known after the first run";
  if (seconds < 50) return "less than a minute";
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} min` : `about ${(minutes / 60).toFixed(1)} h`;
}

/** How before and after are measured, and on what. @param {Plan} plan */
function judged({
  evaluation,
  held_out: kept = [],
  measured_videos: videos = 0,
  folded_videos: folded = 0,
  trainings = 1,
}) {
  const networks = plural(trainings, "network");
  const cost = trainings > 1 ? `For this it trains ${networks}, one after another, and keeps the last.` : "";
  if (evaluation !== "held-out" || !videos)
    return [`Judged ${EVALUATIONS[evaluation] ?? evaluation}.`, cost].filter(Boolean).join(" ");
  const out = [`Judged on ${plural(videos, "video")}.`];
  if (kept.length)
    out.push(
      `${named(kept)} ${kept.length === 1 ? "is" : "are"} held out: no round trains on ${kept.length === 1 ? "it" : "them"}.`,
    );
  const all = folded === videos ? `All ${count(folded)} are` : `The other ${count(folded)} are`;
  const one = folded === videos ? "It is" : "The other one is";
  if (folded)
    out.push(`${folded === 1 ? one : all} judged by networks that did not learn ${folded === 1 ? "it" : "them"}.`);
  return [...out, cost].filter(Boolean).join(" ");
}

/** What is too little for the next run, null where nothing is. @param {Facts} facts */
export const tooLittle = ({ plan, categories = [] }) => cautionCard(cautions(plan, categories));

/** The masks that are left out and the way of measuring, in a sentence or two; null for neither. @param {Plan} plan */
function remarksOn(plan) {
  const out = [];
  const { ignored_unreviewed: ignored } = plan;
  if (ignored)
    out.push(`${plural(ignored, "unreviewed mask")} ${ignored === 1 ? "is" : "are"} ignored, not taken as background.`);
  if (plan.ignored_uncategorised)
    out.push(
      `${plural(plan.ignored_uncategorised, "reviewed mask")} left out, not taken as background: no category in use.`,
    );
  if (plan.background_only)
    out.push(`${plural(plan.background_only, "video")} left out: background, but no accepted or corrected mask.`);
  if (plan.corrected_videos) out.push(judged(plan));
  return out.length ? h("p.v-small", null, out.join(" ")) : null;
}

/**
 * The card that starts a run, or shows the reason against one.
 * @param {object} parts
 * @param {Plan} parts.plan
 * @param {string} parts.project id
 * @param {() => HTMLElement} parts.steps makes the field for the number of steps
 * @param {() => void} parts.begin
 */
export function invitation({ plan, project, steps, begin }) {
  const reason = plan.reason;
  return h(
    "section.v-card.v-invite",
    null,
    h(
      "div.v-grow",
      null,
      h("h2", null, reason ? "Nothing to train on yet" : "Ready to retrain"),
      h(
        "p.v-t2",
        null,
        reason ??
          "It runs in the background; you can go on reviewing. The new checkpoint is measured against the one in use and replaces it only if it is proven better; else you decide.",
      ),
    ),
    ...(reason
      ? [h("a.v-btn.line.lg", { href: address("/review", { project }) }, "Review videos")]
      : [steps(), button("Retrain", { kind: "pri lg", icon: "retrain", onclick: begin, id: "v-retrain-start" })]),
  );
}

/** The four steps of a round, shown before the first one. */
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
      "Old and new are measured on corrected videos, each by a network that did not learn it, by category and by video.",
    ],
    [
      "check",
      "Promote",
      "One that is proven better is put in use for the next proposals; about any other one you decide. Both stay registered.",
    ],
  ]);
  const step = (/** @type {[string, string, string]} */ [name, title, text]) =>
    h(
      "li",
      null,
      h("span.v-round", null, icon(name, 20)),
      h("div", null, h("b", null, title), h("p.v-t2", null, text)),
    );
  return h(
    "section.v-card",
    null,
    h("header", null, h("h2", null, "A round")),
    h("ol.v-rounds", null, ...steps.map(step)),
  );
}
