// @ts-check
/** Buttons and key marks of commands, whose texts follow the keys that a person chose. */

import { h, icon, kbd } from "../../kit/dom.js";

/** @typedef {import("../editor.js").Editor} Editor */

/**
 * A button that is only an icon and runs a command.
 * @param {Editor} app
 * @param {string} id of the command
 * @param {{icon?: string, size?: number, label?: string, extra?: string, plain?: boolean}} [options] `label` and `icon` in place of
 *   the command's own; `plain`: without the look of a button
 */
export function commandButton(app, id, { icon: image, size = 16, label, extra = "", plain = false } = {}) {
  const command = app.registry.get(id);
  const button = h(
    plain ? "button" : "button.v-btn.v-ghost.v-square",
    { class: extra, type: "button", onclick: () => app.commands[id]() },
    icon(image ?? command.icon ?? "more", size),
  );
  return named(app, button, id, label ?? command.title);
}

/**
 * Name an element after a command: its tooltip names the key, and follows it.
 * @template {HTMLElement} E
 * @param {Editor} app @param {E} element @param {string} id @param {string} label @returns {E}
 */
export function named(app, element, id, label) {
  element.dataset.command = id;
  element.dataset.label = label;
  print(app, element);
  return element;
}

/** The key of a command as a mark on its button, which follows it; the name of the button is read without it. @param {Editor} app @param {string} id */
export function keyMark(app, id) {
  const mark = kbd("");
  mark.setAttribute("aria-hidden", "true");
  mark.dataset.command = id;
  print(app, mark);
  return mark;
}

/** @param {Editor} app @param {HTMLElement} element */
function print({ keymap }, element) {
  const { command = "", label } = element.dataset;
  if (label === undefined) {
    element.textContent = keymap.keyOf(command);
    element.hidden = !element.textContent;
    return;
  }
  element.title = keymap.titled(label, command);
  if (!element.textContent) element.setAttribute("aria-label", element.title);
}

/** Print all keys anew after a person changed them. @param {Editor} app */
export function followKeys(app) {
  app.keymap.on(() => {
    for (const element of app.root.querySelectorAll("[data-command]"))
      if (element instanceof HTMLElement) print(app, element);
  });
}
