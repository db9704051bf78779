// @ts-check
/** The same mistake in other tracks and videos: the page of tracks lists them, those that look alike first. */

import { pageAddress } from "../address.js";
import { noTrack } from "./reasons.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../document/document.js").Track} Track */

/**
 * Address of the page of tracks with those that may share a mistake; its Relabel and Reject show first what changes.
 * @param {string|null|undefined} project id @param {string} track id @param {string|null} category that the tracks have; null: any
 */
export function elsewhereAddress(project, track, category) {
  const like = `like=${encodeURIComponent(track)}`;
  const page = pageAddress("/tracks", project);
  const address = `${page}${page.includes("?") ? "&" : "?"}${like}`;
  return category === null ? address : `${address}&category=${encodeURIComponent(category)}`;
}

/** @param {Editor} app @param {string} track id @param {string|null} category */
function lookElsewhere(app, track, category) {
  globalThis.open(elsewhereAddress(app.session.now.project?.id, track, category), "_blank", "noopener");
}

/**
 * After a person mended what a model made: offer the tracks that may have the same mistake.
 * @param {Editor} app @param {Pick<Track, "id"|"number"|"run">} track @param {{title: string, category: string|null}} mended
 *   `category`: the one that the others still have
 */
export function offerElsewhere(app, track, { title, category }) {
  if (!track.run) return;
  app.toast({
    icon: "search",
    title,
    text: "Other tracks and videos may have the same mistake.",
    name: "elsewhere",
    actions: [{ label: "Look for others", run: () => lookElsewhere(app, track.id, category) }],
  });
}

/** @type {import("./command.js").Command} */
export const LOOK_ELSEWHERE = Object.freeze({
  id: "lookElsewhere",
  title: "Find tracks that look like this one",
  group: "Tracks",
  keys: ["Alt+L"],
  icon: "search",
  places: /** @type {const} */ (["palette", "lane", "row", "canvas"]),
  unavailable: noTrack,
  run: (/** @type {Editor} */ app) => {
    if (app.track) lookElsewhere(app, app.track.id, null);
  },
});
