// @ts-check
/** The lanes of the timeline: one for each track, and while a preview is shown one for each track that it would make. */

import { blankTrack } from "../document/document.js";

/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {Pick<import("../editor.js").Editor, "document"|"view">} Shown */

/** Ids of the tracks that the shown preview would make. @param {Shown} app @returns {string[]} */
export function madeBy({ document, view }) {
  const ids = new Set(view.now.preview?.marks.map(({ track }) => track));
  return [...ids].filter((id) => !document.tracks.has(id));
}

/** Those tracks, without rows: the marks of the preview show those. @param {Shown} app @returns {Track[]} */
function provisional(app) {
  const { document } = app;
  const made = madeBy(app);
  const number = made.length ? document.nextNumber() : 0;
  return made.map((id, i) => Object.assign(blankTrack(id), { number: number + i, name: "new track" }));
}

/**
 * All lanes in their order. A new track stands below the selected one, which it is made of, and at the end without one.
 * @param {Shown} app @returns {Track[]}
 */
export function lanesOf(app) {
  const list = app.document.list();
  const made = provisional(app);
  if (!made.length) return list;
  const at = list.findIndex(({ id }) => id === app.view.now.selected);
  list.splice(at < 0 ? list.length : at + 1, 0, ...made);
  return list;
}
