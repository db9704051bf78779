// @ts-check
/** Toasts: short messages above the details of the panel. */

import { h, icon, iconButton } from "../../kit/dom.js";
import { keyMark } from "../shortcuts/labels.js";

/** @typedef {import("../editor.js").Editor} Editor */
/**
 * @typedef {{label: string, run: () => unknown, undoes?: boolean, command?: string}} ToastAction `undoes`: takes back the
 * last edit; `command`: the one whose key does the same
 */
/**
 * @typedef {object} Toast
 * @property {""|"warn"|"bad"} [tone]
 * @property {string} [icon]
 * @property {string} title
 * @property {string} [text]
 * @property {ToastAction[]} [actions]
 * @property {Promise<unknown>} [until] it stays until this is there, which never fails
 * @property {string} [name] a toast takes the place of an earlier one of the same name, which is the title unless given
 */

/** Toasts shown at once. */
const MOST = 2;
/** How long a toast without a fault stays, milliseconds. */
const STAY = 6000;

/** Where toasts appear; gives the editor its `toast`. @param {Editor} app @returns {HTMLElement} */
export function toastShelf(app) {
  const shelf = h("div.v-toasts", { "aria-live": "polite" });
  /** @type {Map<string, HTMLElement>} */
  const named = new Map();
  app.toast = (message) => {
    const name = message.name ?? message.title;
    named.get(name)?.remove();
    const toast = toastOf(app, message);
    named.set(name, toast);
    shelf.append(toast);
    while (shelf.children.length > MOST) shelf.firstChild?.remove();
    if (message.until) void message.until.then(() => toast.remove());
    else if (message.tone !== "bad") setTimeout(() => toast.remove(), STAY);
  };
  return shelf;
}

/** @param {Editor} app @param {Toast} message @returns {HTMLElement} */
function toastOf(app, { tone = "", icon: image = "check", title, text = "", actions = [] }) {
  const close = () => void toast.remove();
  const buttons = actions.map(({ label, run, command }) => {
    const onclick = () => {
      close();
      run();
    };
    return h("button.v-btn", { type: "button", onclick }, label, command ? keyMark(app, command) : null);
  });
  /** @type {HTMLElement} */
  const toast = h(
    "div.v-toast",
    {
      class: actions.some((action) => action.undoes) ? "v-undoable" : "",
      role: tone === "bad" ? "alert" : "status",
    },
    icon(image, 16, tone ? `v-${tone}` : "v-t3"),
    h(
      "div.v-grow",
      null,
      h("div.v-b", null, title),
      text ? h("div.v-t2", null, text) : null,
      buttons.length ? h("div.v-row.v-toastactions", null, buttons) : null,
    ),
    iconButton("x", "Close", close, "v-small"),
  );
  return toast;
}
