// @ts-check
/** The same mistake in other tracks and videos: the page of tracks lists them, those that look alike first. */

import { pageAddress } from "../address.js";
import { EVERYWHERE } from "./command.js";
import { noTrack } from "./reasons.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../document/document.js").Track} Track */

/**
 * What mended a track: the verb for the others, the new category or the frame whose edges were corrected, and the
 * category that the others still have; null: none of its own.
 * @typedef {{verb: "reject"|"relabel"|"look", to?: string|number, category: string|null}} Mend
 */

/** In place of a category's id: tracks without a category. */
const WITHOUT = "none";

/**
 * Address of the page of tracks with those that look like one. After it was mended: only those of its model that nobody
 * judged, with those selected that probably have the same mistake, and the button that mends them as well.
 * @param {string|null|undefined} project id @param {string} track id @param {Mend|null} mend
 */
export function elsewhereAddress(project, track, mend) {
  const page = pageAddress("/tracks", project);
  const query = new URLSearchParams({ like: track });
  if (mend) {
    query.set("category", mend.category ?? WITHOUT);
    query.set("run_of", track);
    query.set("untouched", "true");
    query.set("mend", mend.to === undefined ? mend.verb : `${mend.verb}:${mend.to}`);
  }
  return `${page}${page.includes("?") ? "&" : "?"}${query}`;
}

/** @type {WeakMap<object, {track: string, mend: Mend}>} the last track that was rejected or relabelled, by document */
const mended = new WeakMap();

/** What mended a track last, while the track still has that. @param {Editor} app @param {Track} track @returns {Mend|null} */
function mendOf({ document }, { id, rejected, category }) {
  const last = mended.get(document);
  if (last?.track !== id) return null;
  const { verb, to } = last.mend;
  return (verb === "reject" ? rejected : category === to) ? last.mend : null;
}

/** @param {Editor} app @param {string} track id @param {Mend|null} mend */
function lookElsewhere(app, track, mend) {
  globalThis.open(elsewhereAddress(app.session.now.project?.id, track, mend), "_blank", "noopener");
}

/**
 * After a person mended what a model made: offer the tracks that may have the same mistake.
 * @param {Editor} app @param {Pick<Track, "id"|"number"|"run">} track @param {string} title @param {Mend} mend
 */
export function offerElsewhere(app, track, title, mend) {
  if (!track.run) return;
  mended.set(app.document, { track: track.id, mend });
  app.toast({
    icon: "search",
    title,
    text: `Other tracks and videos may have the same mistake (${app.keymap.keyOf("lookElsewhere")}).`,
    name: "elsewhere",
    actions: [{ label: "Look for others", run: () => lookElsewhere(app, track.id, mend) }],
  });
}

/** Whether a person corrected the selected track's mask on the shown frame, and a model had made the track. @param {Editor} app */
export function hasCorrectedEdges({ track, view }) {
  const row = track?.rows.get(view.now.frame);
  return Boolean(track?.run && row?.source === "drawn" && row.review === "corrected" && row.state === "present");
}

/** The tracks whose edges may be as wrong as those that a person corrected on the shown frame. @param {Editor} app */
export function lookForEdges(app) {
  const { track, view } = app;
  if (track) lookElsewhere(app, track.id, { verb: "look", to: view.now.frame, category: track.category });
}

/** @type {import("./command.js").Command} */
export const LOOK_ELSEWHERE = Object.freeze({
  id: "lookElsewhere",
  title: "Find tracks that look like this one",
  group: "Tracks",
  keys: ["Alt+L"],
  icon: "search",
  places: EVERYWHERE,
  unavailable: noTrack,
  run: (/** @type {Editor} */ app) => {
    if (!app.track) return;
    const mend = mendOf(app, app.track);
    if (!mend && hasCorrectedEdges(app)) lookForEdges(app);
    else lookElsewhere(app, app.track.id, mend);
  },
});
