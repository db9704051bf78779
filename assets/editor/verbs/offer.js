// @ts-check
/** From a plan to what a person sees: applied at once where it touches one frame, else a preview in the review bar. */

import { Preview } from "../commands/preview.js";
import { stillShown } from "../commands/previewing.js";
import { parse } from "../masks/rle.js";
import { openVideo } from "../state.js";
import { extentOf, refused } from "./plan.js";
import { colourNumber } from "../../look/palette.js";

/** @typedef {import("../commands/preview.js").LaneMark} LaneMark */
/** @typedef {import("../commands/preview.js").Question} Question */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./plan.js").Frames} Frames */
/** @typedef {import("./plan.js").Outcome} Outcome */
/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {{track: string, frame: number}} Place a row */

/**
 * @typedef {object} Offer
 * @property {string} title of the command, over the reason of a refusal
 * @property {string} icon
 * @property {() => Outcome} make the plan of the present state
 * @property {Frames} [rows] frames whose rows must be loaded first
 * @property {() => Place[]} [masks] rows whose masks must be loaded first
 * @property {boolean} [always] a preview also where one frame changes
 * @property {() => Question[]} [questions]
 * @property {Preview["keys"]} [keys] while the preview is shown
 * @property {(frame: number) => string} [here] what the preview says of the shown frame
 * @property {Preview["buttons"]} [buttons] of the preview
 * @property {() => void} [done] called after it was applied
 * @property {(plan: Plan) => string|null} [select] id of the track that is selected after it is applied
 */

/** What another command adds to the offer of a verb. @typedef {Pick<Offer, "keys"|"here"|"buttons">} More */

/** Masks that one request may load, in frames. */
const REQUEST = 500;
const ORDER = Object.freeze({ gains: "draft", changes: "draft", loses: "gone" });

/**
 * @param {Editor} app @param {Offer} offer
 * @returns {Preview|import("../document/editbatch.js").Edit|null|Promise<unknown>} for the registry
 */
export function offered(app, offer) {
  return whenReady(app, offer, () => taken(app, offer));
}

/** The last frame that can carry masks now. @param {Editor} app */
export const lastFrame = (app) => Math.min(app.document.count, openVideo(app.session).confirmed ?? Infinity) - 1;

/**
 * Do something once what an offer needs is loaded: at once where it is.
 * @template T
 * @param {Editor} app @param {Offer} offer @param {() => T} work
 * @returns {T|Promise<T|null>} null where another video was opened meanwhile
 */
function whenReady(app, offer, work) {
  const unread = offer.rows && app.rows && !app.rows.covers(...offer.rows);
  const { document } = app;
  if (!unread && !unloaded(document, offer.masks?.() ?? []).length) return work();
  return prepared(app, offer).then(() => (app.document === document ? work() : null));
}

/** Rows whose masks are not loaded. @param {import("./plan.js").VideoDocument} document @param {Place[]} places */
const unloaded = (document, places) =>
  places.filter(({ track, frame }) => {
    const row = document.row(track, frame);
    return row?.state === "present" && row.hash !== null && !document.masks.has(row.hash);
  });

/** Load what an offer needs. @param {Editor} app @param {Offer} offer @returns {Promise<void>} */
async function prepared(app, offer) {
  if (offer.rows && app.rows && !app.rows.covers(...offer.rows)) {
    app.toast({
      icon: "clock",
      title: offer.title,
      text: "The masks of this video are still being read.",
      name: "reading",
    });
    await app.rows.cover(...offer.rows);
  }
  await loadMasks(app, offer.masks?.() ?? []);
}

/**
 * Load the masks of some rows that are not loaded, and of no other tracks.
 * @param {Editor} app @param {Place[]} places in any order
 */
export async function loadMasks(app, places) {
  const { document } = app;
  const missing = unloaded(document, places).sort((a, b) => a.frame - b.frame);
  const tracks = [...new Set(missing.map(({ track }) => track))];
  for (let at = 0; at < missing.length && app.document === document;) {
    const { frame: first } = missing[at];
    let last = first;
    while (at < missing.length && missing[at].frame - first < REQUEST) last = missing[at++].frame;
    await app.showing?.fetchMasks(first, last + 1, tracks);
  }
}

/** The plan of an offer; refused where the page cannot hold its masks all at once. @param {Editor} app @param {Offer} offer @returns {Outcome} */
const planOf = (app, offer) =>
  unloaded(app.document, offer.masks?.() ?? []).length
    ? refused("The masks of so many frames are too large for this page; choose a shorter range.")
    : offer.make();

/** @param {Editor} app @param {Offer} offer */
function taken(app, offer) {
  const plan = planOf(app, offer);
  if ("refused" in plan) {
    app.toast({ icon: offer.icon, title: offer.title, text: plan.refused, name: "not now" });
    return null;
  }
  const extent = extentOf(plan);
  const small = extent ? extent[0] === extent[1] : plan.changes.length < 2;
  return small && !offer.always ? applied(app, offer, plan) : previewOf(app, offer, plan);
}

/** @param {Editor} app @param {Offer} offer @param {Plan} plan */
function applied(app, offer, plan) {
  const edit = app.queue?.add(plan.kind, plan.changes) ?? null;
  const selected = offer.select?.(plan);
  if (edit && selected) app.view.set({ selected, newTrack: null });
  if (edit) offer.done?.();
  return edit;
}

/** @param {Editor} app @param {Offer} offer @param {Plan} plan @returns {Preview} */
function previewOf(app, offer, plan) {
  const { title, facts, doubts } = plan.summary;
  return new Preview({
    title,
    icon: offer.icon,
    facts: [...doubts, ...facts],
    marks: marksOf(plan),
    questions: offer.questions?.() ?? [],
    masks: draftMasks(app, plan),
    keys: offer.keys,
    here: offer.here,
    buttons: offer.buttons,
    apply: () => applied(app, offer, plan),
    again: () =>
      whenReady(app, offer, () => {
        const next = planOf(app, offer);
        return "refused" in next ? null : previewOf(app, offer, next);
      }),
  });
}

/**
 * The preview of an offer with another answer; the shown one stays where that is refused.
 * @param {Editor} app @param {Offer} offer @returns {Preview|Promise<Preview|null>|null} null where it was left meanwhile
 */
export function answered(app, offer) {
  const stands = stillShown(app);
  return whenReady(app, offer, () => {
    if (!stands()) return null;
    const plan = planOf(app, offer);
    if (!("refused" in plan)) return previewOf(app, offer, plan);
    app.toast({ icon: offer.icon, title: offer.title, text: plan.refused, name: "not now" });
    return app.view.now.preview;
  });
}

/** @param {Plan} plan @returns {LaneMark[]} */
function marksOf(plan) {
  return plan.lanes.flatMap(({ track, how, runs, doubtful }) => {
    const kind = /** @type {LaneMark["kind"]} */ (doubtful ? "doubt" : ORDER[how]);
    return runs.map(([first, last]) => ({ track, first, last, kind }));
  });
}

/** The masks that a plan puts on a frame, as far as they are loaded. @param {Editor} app @param {Plan} plan */
function draftMasks(app, plan) {
  /** @type {Map<number, import("./plan.js").Change[]>|null} */
  let byFrame = null;
  const { document } = app;
  const number = (/** @type {string|null} */ id) => {
    const track = document.tracks.get(id ?? "");
    return track ? colourNumber(track) : document.nextNumber();
  };
  return (/** @type {number} */ frame) => {
    if (!byFrame) {
      byFrame = new Map();
      for (const change of plan.changes) {
        if (change.frame === null || (!change.after?.rle && !change.after?.mask)) continue;
        const list = byFrame.get(change.frame);
        if (list) list.push(change);
        else byFrame.set(change.frame, [change]);
      }
    }
    return (byFrame.get(frame) ?? []).flatMap(({ track, after }) => {
      const runs = after?.rle ? parse(after.rle.counts) : document.masks.runs(after?.mask ?? "");
      return runs ? [{ number: number(track), runs }] : [];
    });
  };
}
