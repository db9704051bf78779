// @ts-check
/** Edits of the video or of one track, newest first. */

import { api } from "../api.js";
import { fill, h, icon, swatch } from "../../kit/dom.js";
import { messageOf } from "../../kit/request.js";
import { ago, plural } from "../../kit/text.js";
import { KINDS } from "../../kit/kinds.js";
import { openVideo } from "../state.js";
import { colourNumber } from "../../look/palette.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").HistoryEdit} HistoryEdit */

/** @type {WeakMap<HTMLElement, object>} the last request of each list: answers to earlier ones are dropped */
const tokens = new WeakMap();

/**
 * Put the newest edits into an element.
 * @param {Editor} app
 * @param {HTMLElement} list
 * @param {string|null} track id, null for the whole video
 * @param {number} [limit]
 */
export async function historyList(app, list, track, limit = 60) {
  const token = {};
  tokens.set(list, token);
  /** @type {HistoryEdit[]} */
  let edits = [];
  let empty = "No edits yet.";
  try {
    ({ edits } = await api.history(openVideo(app.session).id, track, limit));
  } catch (error) {
    empty = messageOf(error);
  }
  if (tokens.get(list) !== token || (track === null && app.preferences.now.tab !== "history")) return;
  const rows = edits.map((edit) => row(app, edit, track === null));
  fill(list, rows.length ? rows : h("p", { class: "v-nothing" }, empty));
}

/** @param {Editor} app @param {HistoryEdit} edit @param {boolean} named whether the row names the track */
function row(app, edit, named) {
  const [image, word] = KINDS[edit.kind] ?? ["clock", edit.kind];
  const [first, last] = edit.frames ?? [null, null];
  const where = first === null || first === undefined ? "" : first === last ? ` frame ${first}` : ` ${first} – ${last}`;
  const { tracks = [] } = edit;
  const many = tracks.length > 1 ? `, ${plural(tracks.length, "track")}` : "";
  const only = named && tracks.length === 1 ? app.document.tracks.get(tracks[0]) : undefined;
  return h(
    "button",
    {
      class: `v-editrow ${edit.undone ? "v-struck" : ""}`,
      type: "button",
      title: edit.author ?? "",
      onclick: () => {
        if (typeof first === "number") app.commands.goto(first);
        if (tracks.length === 1 && app.document.tracks.get(tracks[0])?.deleted === false)
          app.commands.select(tracks[0]);
      },
    },
    icon(image, 16, "v-t3"),
    h("span", { class: "v-ell v-name" }, `${word}${where}${many}`),
    only ? swatch(only.number, colourNumber(only)) : h("span"),
    h("span", { class: "v-t3" }, ago(edit.created)),
  );
}
