// @ts-check
/** Things that float: popovers, menus, dialogs, toasts. One popover and one dialog at a time. */

import { h, ic, iconButton } from "./dom.js";

/** @typedef {import("../editor/editor.js").Editor} Editor */

/** Toasts shown at once. */
const TOASTS = 2;
/** How long a toast without a fault stays, milliseconds. */
const STAY = 6000;

/** @type {{close: () => void, anchor: Element|null}|null} */
let open = null;
/** @type {{close: () => void}|null} */
let dialog = null;

/** Which keys hold now. @returns {"dialog"|"editor"} */
export const scope = () => (dialog || open ? "dialog" : "editor");

/** Close what floats on top. @returns {boolean} whether there was something */
export function closeTop() {
  if (open) open.close();
  else if (dialog) dialog.close();
  else return false;
  return true;
}

/**
 * Show a popover below (or above) an element, inside the window.
 * @param {Editor} app
 * @param {Element} anchor a second call for the same one closes it
 * @param {Node} content
 * @param {{width?: number, label: string, align?: "start"|"end", onclose?: () => void}} options
 * @returns {() => void} how to close it
 */
export function popover(app, anchor, content, { width, label, align = "start", onclose }) {
  const same = open?.anchor === anchor;
  open?.close();
  if (same) return () => {};
  const box = h(
    "div",
    { class: "v-pop", role: "dialog", "aria-label": label, style: width ? `width:${width}px` : null },
    content,
  );
  app.root.append(box);
  const away = (/** @type {Event} */ event) => {
    if (event.target instanceof Node && !box.contains(event.target) && !anchor.contains(event.target)) close();
  };
  const place = () => {
    const at = anchor.getBoundingClientRect();
    const own = box.getBoundingClientRect();
    const left = align === "end" ? at.right - own.width : at.left;
    const below = at.bottom + 4;
    box.style.left = `${Math.max(8, Math.min(left, innerWidth - own.width - 8))}px`;
    box.style.top = `${below + own.height > innerHeight - 8 ? Math.max(8, at.top - own.height - 4) : below}px`;
  };
  const watch = new ResizeObserver(place);
  function close() {
    if (open?.anchor !== anchor) return;
    open = null;
    watch.disconnect();
    box.remove();
    window.removeEventListener("pointerdown", away, true);
    onclose?.();
  }
  open = { close, anchor };
  place();
  watch.observe(box);
  window.addEventListener("pointerdown", away, true);
  const first = /** @type {HTMLElement|null} */ (box.querySelector("[autofocus]") ?? box.querySelector("input"));
  first?.focus();
  // A press on the picture opens a popover too, and after this the browser gives the focus to what was pressed.
  setTimeout(() => box.isConnected && !box.contains(document.activeElement) && first?.focus());
  return close;
}

/**
 * A list to choose from in a popover.
 * @param {Editor} app
 * @param {Element} anchor
 * @param {{label: string, items: ({title: string, note?: any, icon?: any, current?: boolean, href?: string, run?: () => void}|null)[], width?: number, align?: "start"|"end", foot?: Node|null}} options
 */
export function menu(app, anchor, { label, items, width = 240, align, foot = null }) {
  const rows = items.map((item) => {
    if (item === null) return h("hr", { class: "v-menuline" });
    const inside = [item.icon ?? null, h("span", { class: "v-ell v-grow" }, item.title), item.note ?? null];
    if (item.href)
      return h(
        "a",
        { class: "v-item", role: "menuitem", href: item.href, "aria-current": item.current ? "true" : null },
        inside,
      );
    return h(
      "button",
      {
        class: "v-item",
        type: "button",
        role: "menuitem",
        "aria-current": item.current ? "true" : null,
        onclick: () => {
          close();
          item.run?.();
        },
      },
      inside,
    );
  });
  const close = popover(app, anchor, h("div", { class: "v-menu", role: "menu" }, rows, foot), { width, label, align });
}

/**
 * A dialog over everything; only for conflicts and the list of keys.
 * @param {Editor} app
 * @param {Node} content
 * @param {{label: string, className?: string, closable?: boolean}} options
 * @returns {() => void} how to close it
 */
export function openDialog(app, content, { label, className = "", closable = true }) {
  dialog?.close();
  const scrim = h(
    "div",
    { class: "v-scrim" },
    h(
      "div",
      { class: `v-dialog ${className}`, role: "dialog", "aria-modal": "true", "aria-label": label, tabindex: "-1" },
      content,
    ),
  );
  const close = () => {
    dialog = null;
    scrim.remove();
  };
  if (closable)
    scrim.addEventListener("pointerdown", (/** @type {Event} */ event) => event.target === scrim && close());
  dialog = { close: closable ? close : () => {} };
  app.root.append(scrim);
  scrim.firstChild.focus();
  return close;
}

/**
 * Where toasts appear: above the details of the panel.
 * @param {Editor} app
 * @returns {HTMLElement}
 */
export function toastShelf(app) {
  const shelf = h("div", { class: "v-toasts", "aria-live": "polite" });
  /** @type {Map<string, any>} */
  const named = new Map();
  app.toast = ({ tone = "", icon = "check", title, text = "", actions = [], name = title }) => {
    named.get(name)?.remove();
    const undoable = actions.some((action) => action.undoes) ? "v-undoable" : "";
    const toast = h(
      "div",
      { class: `v-toast ${undoable}`, role: tone === "bad" ? "alert" : "status" },
      ic(icon, 16, tone ? `v-${tone}` : "v-t3"),
      h(
        "div",
        { class: "v-grow" },
        h("div", { class: "v-b" }, title),
        text ? h("div", { class: "v-t2" }, text) : null,
        actions.length
          ? h(
              "div",
              { class: "v-row v-toastactions" },
              actions.map((action) =>
                h(
                  "button",
                  {
                    class: "v-btn",
                    type: "button",
                    onclick: () => {
                      toast.remove();
                      action.run();
                    },
                  },
                  action.label,
                ),
              ),
            )
          : null,
      ),
      iconButton("x", "Close", () => toast.remove(), "v-small"),
    );
    named.set(name, toast);
    shelf.append(toast);
    while (shelf.children.length > TOASTS) shelf.firstChild?.remove();
    if (tone !== "bad") setTimeout(() => toast.remove(), STAY);
  };
  return shelf;
}
