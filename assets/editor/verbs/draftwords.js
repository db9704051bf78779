// @ts-check
/** What drafts say: how sure, how different from what stands there, and where they need a look. */

import { intersection } from "../masks/combine.js";
import { area } from "../masks/rle.js";
import { clock, plural } from "../../kit/text.js";

/** @typedef {import("../../kit/wire.js").SentDraft} SentDraft */
/** @typedef {import("../commands/preview.js").LaneMark} LaneMark */
/** @typedef {import("../document/document.js").VideoDocument} VideoDocument */

/** @typedef {import("../masks/store.js").MaskStore} MaskStore */

/** Changes kept at once for a video. */
const KEPT = 50_000;
/** @type {WeakMap<MaskStore, Map<string, number>>} changes by the hashes of both masks: a growing draft is read several times a second */
const changes = new WeakMap();

/** Drafts that a person should check first. @param {readonly SentDraft[]} drafts */
export const doubtful = (drafts) => drafts.filter(({ doubt }) => doubt !== null);

/**
 * How much a draft differs from the mask that stands there: 0 for the same pixels, 1 for none in common.
 * @param {VideoDocument} document @param {SentDraft} draft
 * @returns {number|null} null where there is no mask to compare with, or it is not loaded
 */
export function changeOf(document, { track, frame, mask }) {
  const row = document.row(track, frame);
  if (!row || row.state !== "present" || !row.hash) return null;
  if (row.hash === mask) return 0;
  if (mask === null) return 1;
  return differenceOf(document.masks, row.hash, mask);
}

/**
 * One minus the overlap (IoU) of two masks, computed once.
 * @param {MaskStore} masks @param {string} before hash @param {string} after hash
 * @returns {number|null} null where one is not loaded
 */
function differenceOf(masks, before, after) {
  let kept = changes.get(masks);
  if (!kept) changes.set(masks, (kept = new Map()));
  const name = `${before} ${after}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const [one, other] = [masks.runs(before), masks.runs(after)];
  if (!one || !other) return null;
  const common = area(intersection(one, other));
  const all = area(one) + area(other) - common;
  const change = all ? 1 - common / all : 0;
  kept.set(name, change);
  if (kept.size > KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
  return change;
}

const percent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;

/**
 * What the draft of a frame says, of several that of the selected track, else the least sure one.
 * @param {VideoDocument} document @param {readonly SentDraft[]} drafts @param {number} frame @param {string|null} selected id of a track
 */
export function describe(document, drafts, frame, selected) {
  const here = drafts.filter((draft) => draft.frame === frame);
  const unsure = [...here].sort((a, b) => (a.confidence ?? 1) - (b.confidence ?? 1));
  const draft = here.find(({ track }) => track === selected) ?? unsure[0];
  if (!draft) return "";
  const change = changeOf(document, draft);
  const parts = [
    draft.state === "absent" ? "absent" : draft.confidence === null ? "" : `${percent(draft.confidence)} sure`,
    change === null ? "" : `${percent(change)} changed`,
    draft.doubt ?? "",
  ];
  const name = here.length > 1 ? `Track ${document.tracks.get(draft.track)?.number}` : `Frame ${frame}`;
  return `${name}: ${parts.filter(Boolean).join(", ")}`;
}

/** The draft in numbers. @param {readonly SentDraft[]} drafts @param {import("../../kit/wire.js").Job|null} job the running one */
export function factsOf(drafts, job) {
  const frames = new Set(drafts.map(({ frame }) => frame)).size;
  const looks = new Set(doubtful(drafts).map(({ frame }) => frame)).size;
  const eta = typeof job?.eta_seconds === "number" ? `${clock(job.eta_seconds)} left` : "";
  return [
    ...(job && !frames ? [job.status === "queued" ? "waiting for the worker" : "begins"] : [plural(frames, "frame")]),
    ...(looks ? [plural(looks, "needs a look", "need a look")] : []),
    ...(eta && frames ? [eta] : []),
  ];
}

/**
 * The drafts as cells of the lanes, in runs of frames, each with how sure it is and how much it changes.
 * @param {VideoDocument} document @param {readonly SentDraft[]} drafts by frame
 * @param {(draft: SentDraft) => boolean} chosen whether Apply takes it
 * @returns {LaneMark[]}
 */
export function marksOf(document, drafts, chosen) {
  /** @type {Map<string, LaneMark>} the last one of each track */
  const open = new Map();
  const marks = [];
  for (const draft of drafts) {
    /** @type {LaneMark["kind"]} */
    const kind = draft.doubt === null ? "draft" : "doubt";
    const faint = !chosen(draft);
    let mark = open.get(draft.track);
    if (!mark || mark.last !== draft.frame - 1 || mark.kind !== kind || Boolean(mark.faint) !== faint) {
      mark = { track: draft.track, first: draft.frame, last: draft.frame, kind, faint, levels: [], changes: [] };
      open.set(draft.track, mark);
      marks.push(mark);
    }
    mark.last = draft.frame;
    mark.levels?.push(draft.state === "absent" ? 0 : (draft.confidence ?? 1));
    mark.changes?.push(changeOf(document, draft));
  }
  return marks;
}
