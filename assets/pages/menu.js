// @ts-check
/** A small menu under a button; closes at a choice, a click elsewhere, or Esc. */

import { el } from "./dom.js";

/**
 * @param {HTMLElement} anchor the button it hangs below
 * @param {(HTMLElement|null)[]} items buttons, links, rules
 */
export function openMenu(anchor, items) {
  const open = document.querySelector(".v-menu");
  open?.remove();
  if (open && open.getAttribute("data-of") === anchor.id) return;
  const box = anchor.getBoundingClientRect();
  const menu = el("div.v-menu", { role: "menu", "data-of": anchor.id }, ...items);
  (anchor.closest(".v-plain") ?? document.body).append(menu);
  const width = menu.offsetWidth;
  menu.style.top = `${box.bottom + 4}px`;
  menu.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - width - 24))}px`;
  const close = () => {
    menu.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("keydown", key, true);
  };
  /** @param {Event} event */
  const outside = (event) => {
    if (!menu.contains(/** @type {Node} */ (event.target)) && !anchor.contains(/** @type {Node} */ (event.target))) close();
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    const entries = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("a,button")]);
    const at = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "Escape") {
      close();
      anchor.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      entries[(at + (event.key === "ArrowDown" ? 1 : entries.length - 1) + entries.length) % entries.length]?.focus();
    }
  };
  menu.addEventListener("click", () => close());
  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", key, true);
}
