// @ts-check
/** The list of keys, made from the table that the keys themselves use. */

import { fill, h, icon, iconButton, kbd } from "../../kit/dom.js";
import { openDialog } from "../../kit/floating.js";

const COLUMNS = [
  ["Move in time", "General"],
  ["Draw", "See"],
  ["Tracks", "Change tracks", "Review"],
];
const MOUSE = [
  ["Erase while drawing", "Alt", "Right button"],
  ["Straight line from the last stroke", "Shift"],
  ["Pan", "Middle button", "Space"],
  ["Choose a range", "Shift drag on the timeline"],
];

/** @param {import("../editor.js").Editor} app */
export function showKeys(app) {
  const columns = h("div", { class: "v-keycolumns" });
  /** @type {HTMLInputElement} */
  const search = h("input", {
    type: "text",
    placeholder: "Search, or press a key",
    "aria-label": "Search keys",
    oninput: () => draw(search.value),
  });
  const draw = (/** @type {string} */ words) => {
    const wanted = words.toLowerCase().trim();
    const row = (/** @type {string} */ label, /** @type {string[]} */ keys) =>
      h(
        "div",
        { class: "v-keyrow" },
        h("span", {}, label),
        h(
          "span",
          {},
          keys.map((key) => kbd(key)),
        ),
      );
    const fits = (/** @type {string} */ label, /** @type {string[]} */ keys) =>
      !wanted || label.toLowerCase().includes(wanted) || keys.some((key) => key.toLowerCase() === wanted);
    const group = (/** @type {string} */ name) => {
      const rows = [...app.registry.byId.values()]
        .filter((command) => command.group === name)
        .map(({ id, title }) => ({ label: title, keys: app.keymap.printedKeys(id) }))
        .filter(({ keys }) => keys.length);
      if (name === "Draw") rows.push(...MOUSE.map(([label, ...keys]) => ({ label, keys })));
      const seen = rows.filter(({ label, keys }) => fits(label, keys));
      return seen.length ? [h("h3", {}, name), seen.map(({ label, keys }) => row(label, keys))] : null;
    };
    fill(
      columns,
      COLUMNS.map((names) => h("div", {}, names.map(group))),
    );
  };
  draw("");
  const close = openDialog(
    app.root,
    h(
      "div",
      {},
      h(
        "div",
        { class: "v-row v-keyhead" },
        h("h2", { class: "v-grow" }, "Keys"),
        h("label", { class: "v-field" }, icon("search"), search),
        iconButton("x", "Close (Esc)", () => close()),
      ),
      columns,
    ),
    { label: "Keys", className: "v-keys" },
  );
}
