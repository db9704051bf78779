// @ts-check
/** Listens to the keys of the window and leaves those that belong to a field, a popover or a dialog. */

import { keyName } from "./names.js";

/** @typedef {import("../commands/command.js").Scope} Scope */

/** Kinds of inputs that take no typing. */
const UNTYPED = new Set(["range", "checkbox", "radio", "button", "submit", "reset", "color", "file"]);

/** Whether keys belong to the focused element. @param {EventTarget|null} target */
export function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !UNTYPED.has(target.type);
}

/**
 * Whether a field waits for its request: keys that are typed meanwhile are meant for it, even without the focus.
 * @param {HTMLElement|null} field
 */
function inRequest(field) {
  return Boolean(field?.isConnected && (field.closest('[aria-busy="true"]') || field.matches(":disabled")));
}

/** Whether the field's popover has closed: the field keeps the focus until the page is drawn. @param {EventTarget|null} field */
function isGone(field) {
  return field instanceof HTMLElement && Boolean(field.closest("[popover]")) && !field.checkVisibility();
}

/** `data-keeps`: a field that takes effect when it is left. Escape gives its old value back before it leaves. */
const KEEPS = "keeps";

/** Keys that the focused element of the page acts on by itself. */
const OWN = Object.freeze({
  button: new Set(["Enter", "Space"]),
  link: new Set(["Enter"]),
  tab: new Set(["Enter", "Space", "ArrowLeft", "ArrowRight"]),
  slider: new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]),
});

/** Whether a key moves or presses the focused element. @param {Element|null} element @param {string} name */
export function isOwn(element, name) {
  if (!(element instanceof HTMLElement) || !element.matches(":focus-visible")) return false;
  if (element.matches('input[type="range"], [role="separator"]')) return OWN.slider.has(name);
  if (element.matches("[role=tab]")) return OWN.tab.has(name);
  if (element.matches("button, [role=option], summary")) return OWN.button.has(name);
  return element.matches("a[href]") && OWN.link.has(name);
}

/**
 * Listen to keys of the window.
 * @param {object} parts
 * @param {(scopes: readonly Scope[], key: string) => {id: string, repeat: boolean}|undefined} parts.find
 * @param {(id: string) => void} parts.run
 * @param {() => readonly Scope[]} parts.scopes which scopes hold now, the narrowest first; none in a dialog
 * @param {(key: string) => boolean} parts.take whether a preview takes the key for itself
 * @param {(held: boolean) => boolean} parts.space Space goes down or up; on up: whether it was a tap
 * @returns {() => void} ends it
 */
export function listen({ find, run, scopes, take, space }) {
  /** @type {HTMLElement|null} the field that had the focus last */
  let field = null;
  let before = "";
  const focused = (/** @type {FocusEvent} */ event) => {
    if (event.target instanceof HTMLElement && typing(event.target)) field = event.target;
    else if (!inRequest(field)) field = null;
    if (event.target instanceof HTMLInputElement) before = event.target.value;
  };
  /** @param {KeyboardEvent} event */
  const down = (event) => {
    if (event.isComposing) return;
    const typed = typing(event.target) && !isGone(event.target);
    if (!typed && inRequest(field)) return;
    if (typed) {
      const element = /** @type {HTMLElement} */ (event.target);
      const leaves = event.key === "Escape" || (event.key === "Enter" && !element.closest("form"));
      if (!leaves || !scopes().length) return;
      if (event.key === "Escape" && element instanceof HTMLInputElement && KEEPS in element.dataset)
        element.value = before;
      element.blur();
      return;
    }
    const name = keyName(event);
    if (isOwn(document.activeElement, name)) return;
    if (scopes().length && take(name)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const entry = find(scopes(), name);
    const holds = name === "Space" && scopes().length > 0;
    if (!entry && !holds) return;
    event.preventDefault();
    event.stopPropagation();
    // A button that was pressed by the pointer would be pressed again by Space or Enter.
    const active = document.activeElement;
    if (active instanceof HTMLButtonElement && !active.matches(":focus-visible")) active.blur();
    if (holds) {
      if (!event.repeat) space(true);
    } else if (entry && (!event.repeat || entry.repeat)) run(entry.id);
  };
  /** @param {KeyboardEvent} event */
  const up = (event) => {
    if (event.key !== " " || !space(false) || typing(event.target)) return;
    const entry = find(scopes(), "Space");
    if (entry) run(entry.id);
  };
  window.addEventListener("focusin", focused, true);
  window.addEventListener("keydown", down, true);
  window.addEventListener("keyup", up, true);
  return () => {
    window.removeEventListener("focusin", focused, true);
    window.removeEventListener("keydown", down, true);
    window.removeEventListener("keyup", up, true);
  };
}
