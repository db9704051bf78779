// @ts-check
/** The command palette: every command, its keys, and why one cannot run now. Works by keyboard alone. */

import { fill, h, icon, kbd } from "../../kit/dom.js";
import { openDialog } from "../../kit/floating.js";
import { fit } from "../../kit/fuzzy.js";
import { recentCommands, remember } from "../commands/recent.js";

/** @typedef {import("../commands/command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

/** Rows that Page Up and Page Down move over. */
const PAGE = 8;

/**
 * Commands that fit a query, best first; without a query the recent ones first, then all in their order.
 * @param {readonly Command[]} commands
 * @param {string} query
 * @param {readonly string[]} recent ids, newest first
 * @param {(id: string) => boolean} possible whether one can run now: these come before others that fit as well
 */
export function found(commands, query, recent, possible) {
  const late = (/** @type {Command} */ { id }) => (recent.includes(id) ? recent.indexOf(id) : recent.length);
  return commands
    .map((command, place) => ({ command, place, score: fit(query, `${command.title} ${command.group}`) }))
    .filter(({ score }) => score > 0)
    .sort(
      (a, b) =>
        b.score - a.score ||
        late(a.command) - late(b.command) ||
        Number(possible(b.command.id)) - Number(possible(a.command.id)) ||
        a.place - b.place,
    )
    .map(({ command }) => command);
}

/** @param {Editor} app */
export function openPalette(app) {
  const { registry } = app;
  const commands = registry.offered("palette").filter(({ id }) => id !== "palette");
  const recent = recentCommands(localStorage);
  const reasons = new Map(commands.map(({ id }) => [id, registry.reason(id)]));
  /** @type {Command[]} */
  let shown = [];
  let at = 0;
  /** @type {HTMLInputElement} */
  const input = h("input", {
    type: "text",
    role: "combobox",
    autofocus: true,
    placeholder: "Search commands",
    "aria-label": "Search commands",
    "aria-controls": "v-palette-list",
    "aria-expanded": "true",
    autocomplete: "off",
    oninput: () => search(),
    onkeydown: (event) => press(event),
  });
  const list = h("div.v-palettelist", { id: "v-palette-list", role: "listbox", "aria-label": "Commands" });
  const close = openDialog(
    app.root,
    [h("label.v-palettehead", null, icon("search", 20, "v-t3"), input, kbd("Esc")), list],
    { label: "Commands", className: "v-palette" },
  );

  function search() {
    shown = found(commands, input.value, recent, (id) => !reasons.get(id));
    at = 0;
    fill(
      list,
      shown.map((command, i) => row(app, command, reasons.get(command.id) ?? "", i, () => choose(i))),
      shown.length ? null : h("p.v-nothing", null, "No command fits."),
    );
    mark();
  }

  function mark() {
    [...list.querySelectorAll(".v-paletterow")].forEach((element, i) => {
      element.setAttribute("aria-selected", String(i === at));
      if (i === at) element.scrollIntoView({ block: "nearest" });
    });
    if (shown.length) input.setAttribute("aria-activedescendant", `v-palette-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} i */
  function choose(i) {
    const command = shown[i];
    if (!command || reasons.get(command.id)) return;
    close();
    remember(localStorage, command.id);
    registry.run(command.id);
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (event.isComposing) return;
    const last = shown.length - 1;
    const to = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at === 0 ? last : at - 1,
      PageDown: Math.min(last, at + PAGE),
      PageUp: Math.max(0, at - PAGE),
    }[event.key];
    if (event.key === "Enter") choose(at);
    else if (event.key === "Escape") close();
    else if (to !== undefined) at = Math.max(0, to);
    else return;
    event.preventDefault();
    mark();
  }
  search();
}

/** @param {Editor} app @param {Command} command @param {string} reason @param {number} i @param {() => void} choose */
function row(app, command, reason, i, choose) {
  return h(
    "div.v-paletterow",
    {
      id: `v-palette-${i}`,
      role: "option",
      "aria-selected": "false",
      "aria-disabled": reason ? "true" : null,
      "data-do": command.id,
      onclick: choose,
    },
    icon(command.icon ?? "right", 16, command.icon ? "v-t2" : "v-t3"),
    h("span.v-palettename", null, command.title),
    h("span.v-t3.v-ell.v-grow", { title: reason || null }, reason || command.group),
    h(
      "span.v-palettekeys",
      null,
      app.keymap.printedKeys(command.id).map((key) => kbd(key)),
    ),
  );
}
