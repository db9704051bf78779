// @ts-check
/** The list of keys, made from the commands. */

import { button, fill, h, icon, iconButton, kbd } from "../../kit/dom.js";
import { openDialog } from "../../kit/floating.js";
import { fitsIn } from "../../kit/fuzzy.js";
import { editKeys } from "./keys.js";

/** @typedef {import("../editor.js").Editor} Editor */

const SHOWN = ["Move in time", "Tracks", "Review", "Attributes", "Draw", "Change tracks", "See", "General"];
/** @type {readonly [label: string, ...keys: string[]][]} what the pointer does */
const POINTER = Object.freeze([
  ["Erase while drawing", "Alt", "Right button"],
  ["Straight line from the last stroke", "Shift"],
  ["Pan", "Middle button", "Space"],
  ["Choose a range", "Shift drag on the timeline"],
  ["Context menu", "Right button", "Shift F10"],
]);

/** @typedef {{label: string, keys: string[]}} Line */

/**
 * Lines of a group that fit a search: by words, or by a key as it is printed.
 * @param {Line[]} lines
 * @param {string} query
 * @param {readonly Line[]} [all] lines of all groups
 */
export function fitting(lines, query, all = lines) {
  const wanted = query.trim().toLowerCase();
  const labels = all.map(({ label }) => label);
  const found = fitsIn(wanted, labels);
  return lines.filter(({ label, keys }) => keys.some((key) => key.toLowerCase() === wanted) || found(label));
}

/** @param {Editor} app @param {string} group @param {boolean} all also commands without a key @returns {Line[]} */
function linesOf(app, group, all) {
  const lines = [...app.registry.byId.values()]
    .filter((command) => command.group === group)
    .map(({ id, title, places }) => ({ label: title, keys: app.keymap.printedKeys(id), offered: places?.length !== 0 }))
    .filter(({ keys, offered }) => keys.length || (all && offered));
  return group === "Draw" ? [...lines, ...POINTER.map(([label, ...keys]) => ({ label, keys }))] : lines;
}

/** @param {Line} line */
const row = ({ label, keys }) =>
  h(
    "div.v-keyrow",
    null,
    h("span", null, label),
    h("span", null, keys.length ? keys.map((key) => kbd(key)) : "no key"),
  );

/** @param {Editor} app */
export function showKeys(app) {
  const columns = h("div.v-keycolumns");
  /** @type {HTMLInputElement} */
  const search = h("input", {
    type: "text",
    autofocus: true,
    placeholder: "Search words or a key",
    "aria-label": "Search keys",
    oninput: () => draw(),
  });
  const draw = () => {
    const groups = SHOWN.map((name) => linesOf(app, name, Boolean(search.value.trim())));
    const group = (/** @type {string} */ name, /** @type {number} */ i) => {
      const lines = fitting(groups[i], search.value, groups.flat());
      return lines.length ? h("section", null, h("h3", null, name), lines.map(row)) : null;
    };
    const made = SHOWN.map(group);
    columns.classList.toggle("v-found", Boolean(search.value.trim()));
    fill(columns, made.some(Boolean) ? made : h("p.v-nothing", null, "Nothing fits."));
  };
  draw();
  const change = button("Change keys", {
    kind: "v-outline",
    icon: "kb",
    onclick: () => {
      close();
      editKeys(app);
    },
  });
  const head = h(
    "div.v-row.v-keyhead",
    null,
    h("h2.v-grow", null, "Keys"),
    change,
    h("label.v-field", null, icon("search"), search),
    iconButton("x", "Close (Esc)", () => close()),
  );
  const close = openDialog(app.root, [head, columns], { label: "Keys", className: "v-keys" });
}
