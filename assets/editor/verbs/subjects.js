// @ts-check
/** What the commands of the verbs share: where they are offered, why they cannot run, and the frames that they mean. */

import { framesOf, scopeOf } from "../commands/judging.js";
import { firstOf, lockedTrack } from "../commands/reasons.js";
import { isOpen } from "../document/likelyerrors.js";
import { offered } from "./offer.js";
import { suspectedFirst } from "./partners.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./plan.js").Frames} Frames */
/** @typedef {import("./plan.js").Track} Track */

export const GROUP = "Change tracks";
/** No other track is there. @type {import("../commands/reasons.js").Check} */
const alone = (app) => (app.document.list().length > 1 ? null : "This video has no other track.");

/** @type {import("../commands/reasons.js").Check} */
export const noPartner = firstOf(lockedTrack, alone);

/** The selected track has no mask on the shown frame. @type {import("../commands/reasons.js").Check} */
export const noMaskHere = (app) =>
  lockedTrack(app) ??
  (app.track?.rows.get(app.view.now.frame)?.state === "present"
    ? null
    : `Track ${app.track?.number} has no mask on frame ${app.view.now.frame}.`);

/** The selected track. Throws where there is none; commands check that before they run. @param {Editor} app @returns {Track} */
export function trackOf({ track }) {
  if (!track) throw new Error("No track is selected.");
  return track;
}

/** The chosen range where verdicts hold for it, all frames where they hold for the whole track, else from here on. @param {Editor} app @param {number} last @returns {Frames} */
export function fromHereOn(app, last) {
  const [first, end] = framesOf(app);
  if (scopeOf(app) === "range" || scopeOf(app) === "whole") return [first, Math.min(end, last)];
  return [app.view.now.frame, last];
}

/**
 * Ask for the second track unless it is given, then offer.
 * @param {Editor} app @param {unknown} given id
 * @param {{title: string, partners: import("./partners.js").Partner[], offer: (id: string) => import("./offer.js").Offer}} how
 */
export function withPartner(app, given, { title, partners, offer }) {
  if (typeof given === "string") return offered(app, offer(given));
  const { likely, frame } = app.view.now;
  const errors = likely.filter((error) => isOpen(app.document, error));
  const ordered = suspectedFirst(partners, errors, trackOf(app), frame);
  return app.choosePartner(title, ordered).then((id) => (id === null ? null : offered(app, offer(id))));
}
