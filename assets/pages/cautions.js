// @ts-check
/** What is too little for a good retraining, in sentences for people, before they press the button. */

import { h, icon } from "../kit/dom.js";
import { plural } from "../kit/text.js";

const PROVABLE = 5; // corrected videos from which a result can be proven
const FEW_TRACKS = 3; // of a category below which it is hard to learn
const MOST_NAMES = 4;

/** @typedef {{name: string, tracks: number, videos: number}} TaughtCategory tracks with a mask of a person, and their videos */

/**
 * @param {import("./plan.js").Plan} plan
 * @param {TaughtCategory[]} categories in use
 * @returns {string[]}
 */
export function cautions(plan, categories) {
  if (plan.reason) return [];
  const out = [];
  const missing = PROVABLE - plan.corrected_videos;
  if (missing > 0)
    out.push(
      `Too few videos to prove anything: correct ${plural(missing, "more video")}, and a better checkpoint is put in use by itself. Until then you decide.`,
    );
  else if (plan.before_learnt)
    out.push(
      "The checkpoint in use was trained on the videos it is judged by, so nothing can be proven; correct new ones.",
    );
  const none = categories.filter((one) => !one.tracks).map(({ name }) => name);
  if (none.length)
    out.push(
      `Nothing teaches ${named(none)}: nobody accepted or drew a track of ${none.length === 1 ? "it" : "them"}.`,
    );
  const few = categories.filter((one) => one.tracks && one.tracks < FEW_TRACKS);
  if (few.length)
    out.push(`Few examples: ${named(few.map(({ name, tracks }) => `${name} (${plural(tracks, "track")})`))}.`);
  const background = (plan.complete_frames ?? 0) + (plan.absences ?? 0) + (plan.rejected_masks ?? 0);
  if (plan.complete_frames !== undefined && !background)
    out.push(
      "Nothing teaches what is background, so the new checkpoint may find too much: declare some frames complete.",
    );
  return out;
}

/** At most four names, and the number of the others. @param {string[]} names */
export function named(names) {
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

/** The card of the cautions, null where there is none. @param {string[]} sentences */
export function cautionCard(sentences) {
  if (!sentences.length) return null;
  return h(
    "section.v-card",
    { id: "v-cautions" },
    h("header", null, h("h2", null, "Too little")),
    h(
      "div.bd.v-gate",
      null,
      ...sentences.map((text) => h("span", null, h("i.v-warnc", null, icon("warn")), h("span", null, text))),
    ),
  );
}
