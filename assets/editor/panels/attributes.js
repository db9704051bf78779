// @ts-check
/** The attributes of the selected track in the details: flags as buttons, each list of the project as a menu. */

import { fill, h, icon, kbd } from "../../kit/dom.js";
import { openMenu } from "../../kit/floating.js";
import { attributesInUse, chooseValue, nextOf } from "../commands/attributes.js";
import { isFlagged, valueOf } from "../document/attributes.js";
import { named } from "../shortcuts/labels.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {import("../../kit/wire.js").Attribute} Attribute */

/** @type {readonly [string, string, (track: Track, frame: number) => boolean][]} command, word, whether it holds */
const FLAGS = Object.freeze([
  ["occluded", "Occluded", (track, frame) => isFlagged(track, "occluded", frame)],
  ["truncated", "Truncated", (track, frame) => isFlagged(track, "truncated", frame)],
  ["crowd", "Crowd", (track) => track.iscrowd],
]);

/**
 * @param {Editor} app
 * @returns {{element: HTMLElement, draw: (track: Track) => void}}
 */
export function attributeSection(app) {
  const flags = FLAGS.map(([command, word]) => {
    const button = h(
      "button.v-flag",
      { type: "button", "data-flag": command, onclick: () => app.commands[command]() },
      word,
    );
    return named(app, button, command, app.registry.get(command).title);
  });
  const lists = h("div.v-lists");
  const element = h(
    "div.v-attributes",
    { role: "group", "aria-label": "Attributes" },
    h("div.v-flags", null, flags),
    lists,
  );
  const draw = (/** @type {Track} */ track) => {
    const { frame } = app.view.now;
    flags.forEach((button, i) => button.setAttribute("aria-pressed", String(FLAGS[i][2](track, frame))));
    const wanted = attributesInUse(app);
    // A redraw under the pointer would take the focus and the open menu away.
    const now = JSON.stringify([track.id, wanted, wanted.map((one) => valueOf(track, one, frame))]);
    if (lists.dataset.now === now) return;
    lists.dataset.now = now;
    fill(
      lists,
      wanted.map((attribute) => listRow(app, attribute, valueOf(track, attribute, frame))),
    );
  };
  return { element, draw };
}

/** @param {Editor} app @param {Attribute} attribute @param {string|null} value */
function listRow(app, attribute, value) {
  const { name, choices, per } = attribute;
  /** @type {HTMLElement} */
  const button = h(
    "button.v-choice",
    {
      type: "button",
      title: `${name}, ${per === "track" ? "of the whole track" : "of the frames in the scope"}`,
      "aria-label": `${name}: ${value ?? "none"}`,
      "data-attribute": name,
      onclick: () => menu(),
    },
    h(value === null ? "span.v-ell.v-t3" : "span.v-ell", null, value ?? "none"),
    icon("down", 14, "v-t3"),
  );
  /** @type {() => unknown} */
  const menu = () => {
    const reason = app.registry.reason(nextOf(attribute));
    // The registry shows the reason.
    if (reason) return app.registry.run(nextOf(attribute));
    const entry = (/** @type {string|null} */ choice) => ({
      title: choice ?? "none",
      current: choice === value,
      run: () => chooseValue(app, attribute, choice),
    });
    return openMenu(button, [...choices.map(entry), null, entry(null)], { label: name, width: 200, align: "end" });
  };
  const key = app.keymap.keyOf(nextOf(attribute));
  return h("div.v-listrow", null, h("span.v-ell.v-t3", { title: name }, name), button, key ? kbd(key) : null);
}
