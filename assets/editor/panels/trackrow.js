// @ts-check
/** A row of the list of tracks: its number, its name or the frames it is seen on, its category, its state. */

import { h, icon, swatch } from "../../kit/dom.js";
import { REVIEW_STATES, toneClass } from "../../kit/words.js";
import { laneOf, stateOf } from "../document/lanes.js";
import { colourNumber } from "../../look/palette.js";

/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {import("../editor.js").Editor} Editor */

/** "0 – 35": from the first to the last frame that has a mask. @param {Track} track */
export function spanOf(track) {
  const { joined } = laneOf(track);
  if (!joined.length) return "no masks";
  const [first, last] = [joined[0][0], joined[joined.length - 1][1]];
  return first === last ? `frame ${first}` : `${first} – ${last}`;
}

/** @param {Editor} app @param {Track} track @param {boolean} stop whether Tab stops at this row @returns {HTMLElement} */
export function trackRow(app, track, stop) {
  const { selected, hidden, locked, solo } = app.view.now;
  const category = app.categoryName(track.category);
  const sign = REVIEW_STATES[stateOf(track)];
  const marked = hidden.has(track.id) || locked.has(track.id) || solo === track.id;
  const classes = [
    track.id === selected ? "v-selected" : "",
    track.rejected ? "v-struck" : "",
    hidden.has(track.id) ? "v-faint" : "",
  ];
  const select = () => app.commands.select(track.id);
  return h(
    "div.v-trackrow",
    {
      class: classes.join(" "),
      role: "option",
      "aria-selected": String(track.id === selected),
      "aria-label": `Track ${track.number} ${app.title(track)}, ${sign.word}`,
      title: `${app.title(track)}, ${spanOf(track)}`,
      tabindex: stop ? "0" : "-1",
      "data-track": track.number,
      "data-focus": `track ${track.id}`,
      onclick: select,
      ondblclick: () => app.commands.renameTrack(),
      oncontextmenu: (event) => {
        event.preventDefault();
        select();
        app.onmenu("row", [event.clientX, event.clientY]);
      },
      onkeydown: (event) => press(event, select),
    },
    swatch(track.number, colourNumber(track)),
    track.name ? h("span.v-ell.v-name", null, track.name) : h("span.v-ell.v-name.v-unnamed", null, spanOf(track)),
    actions(app, track, marked),
    h(
      "span.v-meta",
      null,
      h("span.v-chip.v-ell", { title: category }, category),
      h("span.v-score", null, track.score === null ? "" : track.score.toFixed(2)),
      icon(sign.icon, 16, toneClass(sign), sign.word),
    ),
  );
}

/** @param {Editor} app @param {Track} track @param {boolean} kept whether they are shown without the pointer */
function actions(app, track, kept) {
  const { hidden, locked, solo } = app.view.now;
  const action = (
    /** @type {string} */ image,
    /** @type {string} */ label,
    /** @type {"hide"|"lock"|"solo"} */ command,
    /** @type {boolean} */ on,
  ) =>
    h(
      "button",
      {
        type: "button",
        tabindex: "-1", // by keyboard the keys of the commands do it
        "aria-label": `${label} track ${track.number}`,
        title: app.keymap.titled(label, command),
        "aria-pressed": String(on),
        onclick: (event) => {
          event.stopPropagation();
          app.commands[command](track.id);
        },
        ondblclick: (event) => event.stopPropagation(),
      },
      icon(image),
    );
  return h(
    "span.v-actions",
    { class: kept ? "v-kept" : "" },
    action(hidden.has(track.id) ? "eyeoff" : "eye", "Hide", "hide", hidden.has(track.id)),
    action(locked.has(track.id) ? "lock" : "unlock", "Lock", "lock", locked.has(track.id)),
    action("solo", "Only this", "solo", solo === track.id),
  );
}

/** Enter and Space select, the arrow keys go from row to row. @param {KeyboardEvent} event @param {() => void} select */
function press(event, select) {
  const row = /** @type {HTMLElement} */ (event.currentTarget);
  if (event.target !== row) return;
  const other = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (event.key === "Enter" || event.key === " ") select();
  else if (other instanceof HTMLElement && other.dataset.track) other.focus();
  else return;
  event.preventDefault();
}
