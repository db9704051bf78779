// @ts-check
/** Before and after: the mask that a machine proposed, shown in place of the one that a person made of it. */

import { api } from "../api.js";
import { showRow } from "../canvas/earlier.js";
import { isHuman } from "../document/document.js";
import { openVideo } from "../state.js";
import { firstOf, noTrack } from "./reasons.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** Show what a machine proposed here, or the row itself again. @param {Editor} app */
export async function flicker(app) {
  if (app.document.earlier) return showRow(app);
  const { frame, selected } = app.view.now;
  if (selected === null) return;
  const { document } = app;
  const { row } = await api.proposed(openVideo(app.session).id, selected, frame);
  if (app.document !== document || app.view.now.frame !== frame || app.view.now.selected !== selected) return;
  if (!row) {
    const text = "Nothing was proposed here before a person drew it.";
    app.toast({ icon: "ci", title: "No mask before", text, name: "no mask before" });
    return;
  }
  if (row.hash !== null && row.mask !== null) document.masks.add(row.hash, row.mask);
  document.earlier = { track: selected, frame, hash: row.hash };
  const score = row.score === null ? "" : ` ${row.score.toFixed(2)}`;
  app.view.set({ earlier: `before: ${row.hash === null ? "absent" : `${row.source}${score}`}` });
  app.recompose();
}

/** The earlier mask goes when something else is shown or changed. @param {Editor} app */
export function followFlicker(app) {
  app.view.on(["frame", "selected", "revision", "tool", "preview"], () => showRow(app));
}

/** No person changed or judged the row. @type {import("./reasons.js").Check} */
const asProposed = (app) => {
  const row = app.document.row(app.view.now.selected, app.view.now.frame);
  if (row && isHuman(row)) return null;
  return `Nobody has changed track ${app.track?.number} on frame ${app.view.now.frame}.`;
};

/** @type {import("./command.js").Command} */
export const FLICKER = {
  id: "flicker",
  title: "Before and after the correction",
  group: "See",
  keys: ["'"],
  icon: "flicker",
  places: ["palette", "canvas", "lane"],
  unavailable: firstOf(noTrack, asProposed),
  run: flicker,
};
