// @ts-check
/** What hangs under a button: a small menu, or a field for a name. Closes at a choice, a click elsewhere, or Esc. */

import { button, el, fill } from "./pagedom.js";

/** What is open now; there is never more than one. @type {{anchor: HTMLElement, close: () => void}|null} */
let current = null;

/**
 * Hangs a box under a button; a second press of the same button closes it.
 * @param {HTMLElement} anchor @param {HTMLElement} box @param {(event: KeyboardEvent) => void} [onkey]
 * @returns {(() => void)|null} closes it; null where it was open and is closed now
 */
function hang(anchor, box, onkey) {
  const again = current?.anchor === anchor;
  current?.close();
  if (again) return null;
  const place = anchor.getBoundingClientRect();
  (anchor.closest(".v-plain") ?? document.body).append(box);
  const low = place.bottom + 4 + box.offsetHeight > window.innerHeight;
  box.style.top = `${low ? Math.max(8, place.top - 4 - box.offsetHeight) : place.bottom + 4}px`;
  box.style.left = `${Math.max(8, Math.min(place.left, window.innerWidth - box.offsetWidth - 24))}px`;
  const outside = (/** @type {Event} */ event) => {
    const target = /** @type {Node} */ (event.target);
    if (!box.contains(target) && !anchor.contains(target)) close();
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      anchor.focus();
    } else onkey?.(event);
  };
  const close = () => {
    current = null;
    box.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("keydown", key, true);
  };
  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", key, true);
  current = { anchor, close };
  return close;
}

/**
 * @param {HTMLElement} anchor the button it hangs below
 * @param {(HTMLElement|null)[]} items buttons, links, rules
 */
export function openMenu(anchor, items) {
  const menu = el("div.v-menu", { role: "menu" }, ...items);
  const close = hang(anchor, menu, (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const entries = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("a,button")]);
    const at = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? entries.length - 1 : at - 1 + entries.length;
    entries[next % entries.length]?.focus();
  });
  // Before the choice is carried out: it may hang something of its own under the same button.
  if (close) menu.addEventListener("click", close, true);
}

/**
 * Asks for another name under a button.
 * @param {HTMLElement} anchor
 * @param {{label: string, value: string, save: (name: string) => Promise<any>}} options
 *   `save` stores the name; the sentence it throws is shown, and the field stays
 */
export function askName(anchor, { label, value, save }) {
  const field = /** @type {HTMLInputElement} */ (el("input", { "aria-label": label, maxlength: 200 }));
  field.value = value;
  const problem = el("p.v-badc", { role: "alert", hidden: true });
  const form = el(
    "form.v-menu.v-ask",
    null,
    el("div.v-t2", null, label),
    el(
      "div.v-row",
      null,
      el("label.v-field.v-grow", null, field),
      button("Save", { kind: "pri v-ask-save", submit: true }),
    ),
    problem,
  );
  const close = hang(anchor, form);
  if (!close) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (name === value) return close();
    try {
      await save(name);
      close();
    } catch (error) {
      fill(problem, /** @type {Error} */ (error).message);
      problem.hidden = false;
      field.focus();
    }
  });
  field.focus();
  field.select();
}
