// @ts-check
/** Builds DOM nodes. Strings become text nodes only, so a name with markup in it is shown, never run. */

import { icon as lookIcon } from "../look/icons.js";

/**
 * @typedef {Node|string|number|null|undefined|false} Child
 * @param {string} tag element name, with classes after dots: "div.v-card.wide"
 * @param {Record<string, any>|null} [attributes] attributes; `on…` are listeners, `style` may hold custom properties
 * @param {...(Child|Child[])} children nodes or texts; null and false are left out
 * @returns {HTMLElement}
 */
export function el(tag, attributes, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.classList.add(...String(value).split(" ").filter(Boolean));
    else if (key === "style") Object.entries(value).forEach(([k, v]) => node.style.setProperty(k, String(v)));
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(
    ...children
      .flat()
      .filter((c) => c !== null && c !== undefined && c !== false)
      .map(asNode),
  );
  return node;
}

/** @param {any} child @returns {Node} */
function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/**
 * @param {string} name an icon of the look
 * @param {number} [size] CSS pixels
 * @returns {HTMLElement}
 */
export function icon(name, size = 16) {
  const holder = el("i.v-ic", { "aria-hidden": "true", style: { width: `${size}px`, height: `${size}px` } });
  const drawn = /** @type {any} */ (lookIcon(name, size));
  if (drawn instanceof Node) holder.append(drawn);
  else holder.innerHTML = drawn; // a constant of icons.js
  return holder;
}

/** Replaces what is in a node. @param {Element} node @param {...(Child|Child[])} children */
export function fill(node, ...children) {
  node.replaceChildren(
    ...children
      .flat()
      .filter((c) => c !== null && c !== undefined && c !== false)
      .map(asNode),
  );
}

/**
 * A button of the look.
 * @param {string} label
 * @param {{kind?: string, icon?: string, onclick?: (e: Event) => void, title?: string, id?: string, disabled?: boolean, submit?: boolean}} [options]
 */
export function button(label, options = {}) {
  return el(
    "button.v-btn",
    {
      class: options.kind ?? "",
      type: options.submit ? "submit" : "button",
      onclick: options.onclick,
      title: options.title,
      id: options.id,
      disabled: options.disabled,
    },
    options.icon ? icon(options.icon) : null,
    label ? el("span.v-ell", null, label) : null,
  );
}

/** @param {number} value @returns {string} 1,234 */
export function count(value) {
  return Math.round(value).toLocaleString("en-US");
}

/** @param {number} n @param {string} one @param {string} [many] @returns {string} "1 track", "2 tracks" */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** @param {number} seconds @returns {string} m:ss or h:mm:ss */
export function clock(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const parts = s >= 3600 ? [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60] : [Math.floor(s / 60), s % 60];
  return parts.map((p, i) => (i ? String(p).padStart(2, "0") : String(p))).join(":");
}

/** @param {number} bytes @returns {string} "12.3 MB" */
export function size(bytes) {
  if (!(bytes > 0)) return "0 MB";
  const mb = bytes / 1e6;
  if (mb >= 1000) return `${(mb / 1000).toFixed(2)} GB`;
  return mb >= 100 ? `${Math.round(mb)} MB` : `${mb.toFixed(1)} MB`;
}

/** @param {number|null|undefined} value 0 to 1 @returns {string} AP as people read it, times 100 */
export function points(value) {
  return value === null || value === undefined || value < 0 || Number.isNaN(value) ? "–" : (value * 100).toFixed(1);
}

/** @param {number} unixSeconds @returns {string} "today 14:02" or "3 Nov 14:02" */
export function when(unixSeconds) {
  const date = new Date(unixSeconds * 1000);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date().toDateString()) return `today ${time}`;
  return `${date.getDate()} ${date.toLocaleString("en-US", { month: "short" })} ${time}`;
}
