// @ts-check
/** Small builders for elements; text always goes in as text, never as markup. */

import { icon } from "../look/icons.js";
import { colourOf, inkOn } from "../look/palette.js";

/**
 * Make an element. `class`, `style` and attributes by name; `on…` functions become listeners; booleans set or leave out.
 * @param {string} tag
 * @param {Record<string, any>|null} [props]
 * @param {...any} children nodes, text, arrays; null and false are left out
 * @returns {any} the element
 */
export function h(tag, props = null, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") /** @type {any} */ (element).value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** @param {Element} parent @param {any[]} children */
function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.append(child instanceof Node ? child : String(child));
  }
}

/** Replace what an element holds. @param {Element} parent @param {...any} children */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/** An icon. @param {string} name @param {number} [size] @param {string} [tone] extra class @param {string} [title] */
export function ic(name, size = 16, tone = "", title = "") {
  const holder = h("i", { class: `v-ic ${tone}`, title: title || null });
  holder.innerHTML = icon(name, size);
  return holder;
}

/** A key as printed on it. @param {string} text */
export const kbd = (text) => h("kbd", { class: "v-kbd" }, text);

/** Number badge of a track in its colour. @param {number} number */
export function swatch(number) {
  const colour = colourOf(number);
  return h("span", { class: "v-swatch", style: `--c:${colour};--i:${inkOn(colour)}` }, number);
}

/**
 * A button that is only an icon.
 * @param {string} name icon
 * @param {string} label what it does, with its key
 * @param {(event: Event) => void} onclick
 * @param {string} [extra] classes
 */
export function iconButton(name, label, onclick, extra = "") {
  return h(
    "button",
    { class: `v-btn v-ghost v-square ${extra}`, type: "button", title: label, "aria-label": label, onclick },
    ic(name),
  );
}

/** "0:07.25" from seconds. @param {number} seconds @param {number} [digits] */
export function clock(seconds, digits = 2) {
  const whole = Math.max(0, seconds);
  const minutes = Math.floor(whole / 60);
  const rest = (whole - minutes * 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  return `${minutes}:${rest}`;
}

/** "1.4 MB" from a number of bytes. @param {number} bytes */
export function sizeText(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** "1 frame", "3,000 frames". @param {number} count @param {string} word */
export const count = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/** A listener that runs once per animation frame at most. @param {() => void} work */
export function oncePerFrame(work) {
  let asked = 0;
  return () => {
    if (!asked) {
      asked = requestAnimationFrame(() => {
        asked = 0;
        work();
      });
    }
  };
}
