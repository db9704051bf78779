// @ts-check
/** The dialog in which a person changes keys: add one by pressing it, take one away, bring the defaults back. */

import { button, fill, h, icon, iconButton } from "../../kit/dom.js";
import { openDialog } from "../../kit/floating.js";
import { fitsIn } from "../../kit/fuzzy.js";
import { GROUPS } from "../commands/command.js";
import { keyName, printed } from "../shortcuts/names.js";

/** @typedef {import("../commands/command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

/** Keys alone that only change others. */
const HELD = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process", "Unidentified"]);
/** Keys that Chromium, Firefox or the dialog keep for themselves, so that the page never gets them. */
const KEPT = new Set(["Ctrl+T", "Ctrl+N", "Ctrl+W", "Ctrl+Shift+T", "Ctrl+Shift+N", "Ctrl+Shift+W", "Ctrl+Tab"]);
const MOVES_FOCUS = new Set(["Tab", "Shift+Tab"]);

/** Why a key cannot be given to a command; empty when it can. @param {string} name from `keyName` */
export function refusal(name) {
  if (KEPT.has(name)) return `The browser keeps ${printed(name)} for itself.`;
  if (MOVES_FOCUS.has(name)) return `${printed(name)} moves the focus.`;
  return "";
}

/** @param {Editor} app */
export function editKeys(app) {
  const { keymap, registry } = app;
  const changeable = [...registry.byId.values()].filter(({ places, keys }) => places?.length !== 0 || keys?.length);
  /** @type {string|null} id of the command that waits for a key */
  let waits = null;
  /** @type {{id: string, key: string, text: string, taken: boolean}|null} */
  let asked = null;
  /** @type {HTMLInputElement} */
  const search = h("input", {
    type: "text",
    autofocus: true,
    placeholder: "Search commands",
    "aria-label": "Search commands",
    oninput: () => draw(),
  });
  const list = h("div.v-keylist");
  const resetAll = button("Reset all", {
    kind: "v-outline",
    icon: "undo",
    onclick: () => change(() => keymap.reset()),
  });

  /** @param {() => void} work */
  function change(work) {
    work();
    asked = waits = null;
    draw();
  }

  /** @param {string} id */
  function record(id) {
    asked = null;
    waits = id;
    draw();
    const place = list.querySelector("[data-waits]");
    if (place instanceof HTMLElement) place.focus();
  }

  /** @param {string} id @param {KeyboardEvent} event */
  function press(id, event) {
    event.preventDefault();
    event.stopPropagation();
    if (event.isComposing || HELD.has(event.key)) return;
    const key = keyName(event);
    if (key === "Escape" && keymap.scopeOf(id) !== "preview") return back(id);
    const others = keymap.conflicts(id, key).map((other) => registry.get(other).title);
    const no = refusal(key);
    if (keymap.keysOf(id).includes(key)) return back(id);
    if (!no && !others.length) return back(id, () => keymap.change(id, [...keymap.keysOf(id), key]));
    const text = no || `${printed(key)} runs “${others.join("”, “")}” now.`;
    asked = { id, key, text, taken: !no };
    waits = null;
    draw();
    focusIn(id, "[data-role=take], [data-role=keep]");
  }

  /** Leave recording. @param {string} id @param {() => void} [work] */
  function back(id, work = () => {}) {
    change(work);
    focusIn(id, "[data-role=add]");
  }

  /** @param {string} id @param {string} selector */
  function focusIn(id, selector) {
    const place = list.querySelector(`[data-command-row="${CSS.escape(id)}"]`)?.querySelector(selector);
    if (place instanceof HTMLElement) place.focus();
  }

  /** @param {Command} command */
  function row({ id, title }) {
    const chip = (/** @type {string} */ key) => {
      const take = () =>
        back(id, () =>
          keymap.change(
            id,
            keymap.keysOf(id).filter((each) => each !== key),
          ),
        );
      return h(
        "span.v-kbd.v-keychip",
        null,
        printed(key),
        iconButton("x", `Remove ${printed(key)} from ${title}`, take),
      );
    };
    const add = button("Add", {
      kind: "v-ghost",
      icon: "plus",
      title: `Add a key for ${title}`,
      onclick: () => record(id),
    });
    add.dataset.role = "add";
    const recording = h(
      "span.v-keywait",
      {
        tabindex: "0",
        "data-waits": "",
        role: "textbox",
        "aria-label": `Press a key for ${title}, Escape to keep`,
        onkeydown: (/** @type {KeyboardEvent} */ event) => press(id, event),
        onblur: () => waits === id && change(() => {}),
      },
      "Press a key, Esc cancels",
    );
    const reset = iconButton("undo", `Reset the keys of ${title}`, () => back(id, () => keymap.reset(id)));
    reset.style.visibility = keymap.own.has(id) ? "" : "hidden";
    return h(
      "div.v-keyline",
      { "data-command-row": id },
      h("span.v-grow.v-ell", null, title),
      keymap.keysOf(id).map(chip),
      waits === id ? recording : add,
      reset,
      asked?.id === id ? question(asked) : null,
    );
  }

  /** @param {{id: string, key: string, text: string, taken: boolean}} what */
  function question({ id, key, text, taken }) {
    const take = button("Use it here", {
      kind: "v-pri",
      onclick: () => back(id, () => keymap.change(id, [...keymap.keysOf(id), key])),
    });
    const keep = button(taken ? "Keep it there" : "Close", { kind: "v-outline", onclick: () => back(id) });
    take.dataset.role = "take";
    keep.dataset.role = "keep";
    return h(
      "div.v-keyasked",
      { role: "alert" },
      icon("warn", 16, "v-warn"),
      h("span.v-grow", null, text),
      taken ? take : null,
      keep,
    );
  }

  function draw() {
    const words = (/** @type {Command} */ { title, group }) => `${title} ${group}`;
    const found = fitsIn(search.value, changeable.map(words));
    const fits = changeable.filter((command) => found(words(command)));
    fill(
      list,
      GROUPS.map((group) => {
        const own = fits.filter((command) => command.group === group);
        return own.length ? [h("h3", null, group), own.map(row)] : null;
      }),
      fits.length ? null : h("p.v-nothing", null, "Nothing fits."),
    );
    resetAll.disabled = !keymap.own.size;
  }
  draw();
  const head = h(
    "div.v-row.v-keyhead",
    null,
    h("h2.v-grow", null, "Change keys"),
    resetAll,
    h("label.v-field", null, icon("search"), search),
    iconButton("x", "Close (Esc)", () => close()),
  );
  const close = openDialog(app.root, [head, list], { label: "Change keys", className: "v-keys" });
}
