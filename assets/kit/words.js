// @ts-check
/** States and kinds of jobs, videos and masks, and the words and icons that stand for them everywhere. */

/** @typedef {import("./wire.js").Job} Job */

/** Whether a job waits or runs. @param {{status: string}|null|undefined} job */
export const isActive = (job) => Boolean(job && ["queued", "running", "cancelling"].includes(job.status));

/** Whether a job is over, whatever its outcome. @param {{status: string}} job */
export const hasEnded = (job) => ["done", "failed", "cancelled"].includes(job.status);

/** The sentence about what a cancelled job has kept, empty where there is none. @param {Job} job */
export const keptOf = ({ status, message }) => (status === "cancelled" && message?.endsWith(".") ? message : "");

/** @type {Record<string, {name: string, activity: string}>} */
const JOBS = {
  propose: { name: "Propose", activity: "Proposing" },
  retrain: { name: "Retrain", activity: "Retraining" },
  download: { name: "Download", activity: "Downloading" },
  add_checkpoint: { name: "Add a checkpoint", activity: "Checking a checkpoint" },
  export_checkpoint: { name: "Export to the official layout", activity: "Writing a checkpoint" },
  spread: { name: "Spread", activity: "Spreading" },
  import: { name: "Import", activity: "Importing" },
  export: { name: "Export", activity: "Exporting" },
  find_errors: { name: "Search for likely errors", activity: "Searching" },
  check_corrections: { name: "Check corrections", activity: "Checking corrections" },
  index: { name: "Read", activity: "Reading" },
};

/** Name of a kind of job. @param {string} kind */
export const jobName = (kind) => JOBS[kind]?.name ?? kind;

/** Activity of a running job. @param {string} kind */
export const activityOf = (kind) => JOBS[kind]?.activity ?? "Working";

/** @typedef {{word: string, icon: string, tone: ""|"ok"|"acc"|"warn"|"bad"}} Sign a state as a word, an icon and a colour */

/** Class of the editor's text in the colour of a state. @param {Sign} sign */
export const toneClass = ({ tone }) => (tone ? `v-${tone}` : "v-t3");

/** States of the work on a video. @type {Record<string, Sign>} */
const VIDEO_STATES = {
  new: { word: "New", icon: "film", tone: "" },
  proposed: { word: "Proposed", icon: "ci", tone: "" },
  review: { word: "In review", icon: "edit", tone: "acc" },
  done: { word: "Done", icon: "check", tone: "ok" },
};

/** @param {string} state of a video @returns {Sign} */
export const videoState = (state) => VIDEO_STATES[state] ?? { ...VIDEO_STATES.new, word: state };

/** @typedef {"accepted"|"corrected"|"look"|"rejected"|"unreviewed"} ReviewState of a mask */

/** @type {Readonly<Record<ReviewState, Sign>>} */
export const REVIEW_STATES = Object.freeze({
  accepted: { word: "Accepted", icon: "check", tone: "ok" },
  corrected: { word: "Corrected", icon: "edit", tone: "acc" },
  look: { word: "Needs a look", icon: "warn", tone: "warn" },
  rejected: { word: "Rejected", icon: "x", tone: "bad" },
  unreviewed: { word: "Unreviewed", icon: "ci", tone: "" },
});
