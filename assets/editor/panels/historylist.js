// @ts-check
/** Edits of the video or of one track, newest first. */

import { api } from "../api.js";
import { fill, h, icon, swatch } from "../../kit/dom.js";
import { ago, plural } from "../../kit/text.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @type {Record<string, [string, string]>} */
const KINDS = Object.freeze({
  brush: ["brush", "Brush"],
  erase: ["eraser", "Eraser"],
  polygon: ["polygon", "Polygon"],
  lasso: ["lasso", "Lasso"],
  track: ["plus", "New track"],
  accept: ["check", "Accepted"],
  reject: ["x", "Rejected"],
  look: ["warn", "Needs a look"],
  absent: ["absent", "Absent"],
  delete: ["trash", "Deleted"],
  key: ["kprev", "Key"],
  correct: ["edit", "Corrected"],
  relabel: ["tag", "Relabelled"],
  rename: ["edit", "Renamed"],
  complete: ["flag", "Complete"],
  propose: ["spark", "Proposed"],
  proposed: ["spark", "Proposed"],
  proposal: ["spark", "Proposed"],
  import: ["import", "Imported"],
  undo: ["undo", "Undid"],
  redo: ["redo", "Redid"],
});

/**
 * Put the newest edits into an element.
 * @param {Editor} app
 * @param {HTMLElement} list
 * @param {string|null} track id, null for the whole video
 * @param {number} [limit]
 */
export async function historyList(app, list, track, limit = 60) {
  const video = app.session.now.video;
  const token = {};
  /** @type {any} */ (list).token = token;
  let answer;
  try {
    answer = await api.history(video.id, track, limit);
  } catch (/** @type {any} */ error) {
    answer = { edits: [], error: error.message };
  }
  if (/** @type {any} */ (list).token !== token || (track === null && app.preferences.now.tab !== "history")) return;
  if (answer.error || !answer.edits.length) {
    fill(list, h("p", { class: "v-nothing" }, answer.error ?? "No edits yet."));
    return;
  }
  fill(
    list,
    answer.edits.map((/** @type {any} */ edit) => row(app, edit, track === null)),
  );
}

/** @param {Editor} app @param {any} edit @param {boolean} named whether the track has to be said */
function row(app, edit, named) {
  const [image, word] = KINDS[edit.kind] ?? ["clock", edit.kind];
  const [first, last] = edit.frames ?? [null, null];
  const where = first === null || first === undefined ? "" : first === last ? ` frame ${first}` : ` ${first} – ${last}`;
  const many = (edit.tracks?.length ?? 0) > 1 ? `, ${plural(edit.tracks.length, "track")}` : "";
  const only = named && edit.tracks?.length === 1 ? app.document.tracks.get(edit.tracks[0]) : undefined;
  return h(
    "button",
    {
      class: `v-editrow ${edit.undone ? "v-struck" : ""}`,
      type: "button",
      title: edit.author ?? "",
      onclick: () => {
        if (typeof first === "number") app.commands.goto(first);
        if (edit.tracks?.length === 1 && app.document.tracks.get(edit.tracks[0])?.deleted === false)
          app.commands.select(edit.tracks[0]);
      },
    },
    icon(image, 16, "v-t3"),
    h("span", { class: "v-ell v-name" }, `${word}${where}${many}`),
    only ? swatch(only.number) : h("span"),
    h("span", { class: "v-t3" }, ago(edit.created)),
  );
}
