// @ts-check
/**
 * Popovers, menus and dialogs on the platform's own `popover` and `<dialog>`: a press elsewhere and Escape close them,
 * and the focus goes back, without work of ours. One popover at a time.
 */

import { h, icon } from "./dom.js";

/** @typedef {import("./dom.js").Children} Children */

/**
 * @typedef {object} MenuItem
 * @property {string} title
 * @property {string|HTMLElement} [icon] a name, or an element
 * @property {string|HTMLElement} [note] at the right end
 * @property {boolean} [current]
 * @property {string} [href] for a link
 * @property {() => unknown} [run] for a button
 * @property {string|null} [reason] why it cannot be chosen now
 * @property {string} [name] kept as `data-do`
 */

/** @typedef {{label: string, width?: number, align?: "start"|"end", onclose?: () => void}} MenuOptions */

/** @type {{anchor: Element, close: () => void}|null} */
let open = null;
/** @type {Element|null} anchor of the popover that the press under way is about to close */
let pressed = null;

/** Whether a popover or a dialog is open, which then gets the keys. */
export const isFloating = () => open !== null || document.querySelector("dialog[open]") !== null;

/** Run `work` after the press that is under way: a popover opened in the middle of one would be closed by its end. @param {() => void} work */
export function afterPress(work) {
  addEventListener("pointerup", () => setTimeout(work), { once: true, capture: true });
}

/**
 * Show a popover below (or above) an element, inside the window; a second press of that element closes it.
 * @param {Element} anchor
 * @param {Children} content
 * @param {{label: string, width?: number, align?: "start"|"end", onclose?: () => void}} options
 * @returns {() => void} closes it
 */
export function popover(anchor, content, { label, width, align = "start", onclose }) {
  const again = pressed === anchor || open?.anchor === anchor;
  pressed = null;
  if (again) {
    open?.close();
    return () => {};
  }
  const style = width ? { width: `${width}px` } : null;
  const box = h("div.v-pop", { popover: "auto", role: "dialog", "aria-label": label, style }, content);
  // Without a field of its own that waits for keys the popover has the focus: Tab goes into it.
  if (!box.querySelector("[autofocus]")) {
    box.setAttribute("tabindex", "-1");
    box.setAttribute("autofocus", "");
  }
  const place = () => placeAt(box, anchor, align);
  const watch = new ResizeObserver(place);
  const press = (/** @type {PointerEvent} */ event) => {
    if (!(event.target instanceof Node) || !anchor.contains(event.target)) return;
    pressed = anchor;
    afterPress(() => (pressed = null));
  };
  const close = () => {
    if (open?.close === close) box.hidePopover();
  };
  box.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "closed") return;
    open = null;
    watch.disconnect();
    removeEventListener("scroll", place, true);
    removeEventListener("pointerdown", press, true);
    onclose?.();
  });
  box.addEventListener("toggle", (event) => {
    if (event.newState === "closed") box.remove();
  });
  (anchor.closest(".v-app, .v-plain") ?? document.body).append(box);
  box.showPopover();
  open = { anchor, close };
  place();
  watch.observe(box);
  addEventListener("scroll", place, { capture: true, passive: true });
  addEventListener("pointerdown", press, true);
  return close;
}

/** @param {HTMLElement} box @param {Element} anchor @param {"start"|"end"} align */
function placeAt(box, anchor, align) {
  // The button of a job goes when the job ends; its popover stays where it is.
  if (!anchor.isConnected) return;
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = align === "end" ? at.right - width : at.left;
  const below = at.bottom + 4;
  const fits = below + height <= innerHeight - 8;
  box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  box.style.top = `${fits ? below : Math.max(8, at.top - height - 4)}px`;
}

/**
 * A list to choose from, in a popover; the arrow keys go round it.
 * @param {Element} anchor
 * @param {(MenuItem|null)[]} items null is a line between groups
 * @param {MenuOptions} options
 */
export function openMenu(anchor, items, options) {
  openColumns(anchor, [items], options);
}

/**
 * A menu at a point of the window, such as that of the right button.
 * @param {Element} host where its styles hold
 * @param {[x: number, y: number]} point CSS pixels
 * @param {(MenuItem|null)[][]} columns side by side, so that a long menu needs no scrolling
 * @param {{label: string, width?: number}} options `width` of a column
 */
export function openMenuAt(host, [x, y], columns, options) {
  const point = h("span", { style: { position: "fixed", left: `${x}px`, top: `${y}px` } });
  host.append(point);
  openColumns(point, columns, { ...options, onclose: () => point.remove() });
}

/** @param {Element} anchor @param {(MenuItem|null)[][]} columns @param {MenuOptions} options */
function openColumns(anchor, columns, { label, width = 240, align, onclose }) {
  const rows = (/** @type {(MenuItem|null)[]} */ items) =>
    items.map((item) => (item ? row(item, () => close()) : h("hr.v-menuline")));
  const parts = columns.map((items) => h("div.v-menucolumn", { role: "presentation" }, rows(items)));
  const list = h(
    "div.v-menu",
    {
      class: columns.length > 1 ? "v-menucolumns" : "",
      role: "menu",
      tabindex: "-1",
      autofocus: true,
      onkeydown: goInMenu,
    },
    parts,
  );
  const close = popover(anchor, list, { label, width: width * columns.length, align, onclose });
}

/** @param {MenuItem} item @param {() => void} close */
function row({ title, icon: image, note, current, href, run, name, reason }, close) {
  const mark = typeof image === "string" ? icon(image, 16, "v-t2") : image;
  const content = [mark, h("span.v-ell.v-grow", null, title), note];
  const attributes = { role: "menuitem", "aria-current": current ? "true" : null, "data-do": name };
  if (href) return h("a.v-item", { ...attributes, href }, content);
  // Closed first: the choice may open something of its own under the same button.
  const onclick = () => {
    if (reason) return;
    close();
    run?.();
  };
  if (reason) Object.assign(attributes, { "aria-disabled": "true", title: reason, "aria-description": reason });
  return h("button.v-item", { ...attributes, type: "button", onclick }, content);
}

/** Letters that were typed one after another in a menu, and when the last one came, milliseconds. */
const typed = { text: "", at: -Infinity };
/** After this time a letter begins a new word, milliseconds. */
const WORD = 1000;

/** The letters typed so far, of which this key is the next one. @param {KeyboardEvent} event */
function wordWith({ key, timeStamp }) {
  typed.text = timeStamp - typed.at > WORD ? key : typed.text + key;
  typed.at = timeStamp;
  return typed.text.toLowerCase();
}

/** Keys in a menu: letters lead to the item whose title begins with them, the arrow keys go about. @param {KeyboardEvent} event */
function goInMenu(event) {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (key.length > 1 || key === " " || ctrlKey || metaKey || altKey) {
    goAbout(event);
    return;
  }
  event.stopPropagation();
  const word = wordWith(event);
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  [.../** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(".v-item"))]
    .find((item) => item.querySelector(".v-ell")?.textContent?.toLowerCase().startsWith(word))
    ?.focus();
}

/** Move the focus among the items of a list with the arrow keys. @param {KeyboardEvent} event */
export function goRound(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const entries = [.../** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(".v-item"))];
  const at = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? entries.length - 1 : at - 1 + entries.length;
  entries[next % entries.length]?.focus();
}

/** Arrow keys in a menu: up and down go round it, left and right to the column beside. @param {KeyboardEvent} event */
function goAbout(event) {
  const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!side) {
    goRound(event);
    return;
  }
  event.preventDefault();
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const columns = [...list.children].map((part) => [
    .../** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll(".v-item")),
  ]);
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  const at = columns.findIndex((items) => items.includes(focused));
  const beside = columns[at < 0 ? 0 : at + side];
  beside?.[Math.min(Math.max(0, columns[at]?.indexOf(focused) ?? 0), beside.length - 1)]?.focus();
}

/**
 * A dialog over everything else of the page.
 * @param {Element} host where its styles hold
 * @param {Children} content
 * @param {{label: string, className?: string, closable?: boolean}} options `closable`: by Escape and by a press beside it
 * @returns {() => void} closes it
 */
export function openDialog(host, content, { label, className = "", closable = true }) {
  const closedby = closable ? "any" : "none";
  const dialog = h("dialog.v-dialog", { class: className, "aria-label": label, closedby, tabindex: "-1" }, content);
  dialog.addEventListener("close", () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
  // A key that was meant for the page must not press the first button of a choice.
  if (!closable) dialog.focus();
  return () => {
    dialog.close();
    // The event comes later; until then a key would still go to a field that nobody sees any more.
    dialog.remove();
  };
}
