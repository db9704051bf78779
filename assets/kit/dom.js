// @ts-check
/** Builds elements. Strings become text nodes only, so a name with markup in it is shown, never run. */

import { iconMarkup } from "../look/icons.js";
import { colourOf, inkOn } from "../look/palette.js";

/** @typedef {Node|string|number|null|undefined|false} Child null, undefined and false are left out */
/** @typedef {Child|readonly Child[]} Few */
/** @typedef {Few|readonly Few[]} Many */
/** @typedef {Many|readonly Many[]} Children lists may be nested */
/** @typedef {{[Name in keyof HTMLElementEventMap as `on${Name}`]?: (event: HTMLElementEventMap[Name]) => unknown}} Listeners */
/** @typedef {{[name: string]: unknown} & {style?: string|Record<string, string|number>|null} & Listeners} Attributes */
/**
 * @template {string} Tag
 * @typedef {Tag extends `${infer Name}.${string}` ? ElementOf<Name> : Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag] : HTMLElement} ElementOf
 */

/**
 * Make an element.
 * @template {string} Tag
 * @param {Tag} tag its name, with classes after dots: "div.v-card.wide"
 * @param {Attributes|null} [attributes] by name; functions called `on…` become listeners; null, undefined and false are
 *   left out, true sets an empty attribute; `style` is a text, or properties (custom ones too) by name
 * @param {...Children} children nodes, texts, lists of them
 * @returns {ElementOf<Tag>}
 */
export function h(tag, attributes = null, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes ?? {})) set(element, key, value);
  append(element, children);
  return /** @type {ElementOf<Tag>} */ (element);
}

/** @param {HTMLElement} element @param {string} name @param {unknown} value */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
  else if (name === "class") element.className = [element.className, value].filter(Boolean).join(" ");
  else if (name === "value") /** @type {HTMLInputElement} */ (element).value = String(value);
  else if (name === "style" && typeof value === "object")
    for (const [property, text] of Object.entries(value)) element.style.setProperty(property, String(text));
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** @param {Element} parent @param {readonly Children[]} children */
function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === "object" && !(child instanceof Node)) append(parent, child);
    else parent.append(child instanceof Node ? child : String(child));
  }
}

/** Replace the content of an element. @param {Element} parent @param {...Children} children */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/**
 * Change what is inside of an element; the focus stays on what has the same `data-focus`.
 * @param {Element} parent @param {() => void} change
 */
export function keepingFocus(parent, change) {
  const active = document.activeElement;
  const name = active instanceof HTMLElement && parent.contains(active) ? active.dataset.focus : undefined;
  change();
  if (name === undefined) return;
  const same = parent.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  if (same instanceof HTMLElement) same.focus({ preventScroll: true });
}

/**
 * Replace the content of an element; the focus stays on what has the same `data-focus`.
 * @param {Element} parent @param {...Children} children
 */
export const refill = (parent, ...children) => keepingFocus(parent, () => fill(parent, ...children));

/** @type {Map<string, HTMLElement>} icons by name and size: a copy takes a fifth of the time of reading the markup */
const icons = new Map();

/**
 * An icon of the look.
 * @param {string} name
 * @param {number} [size] CSS pixels
 * @param {string} [tone] extra class
 * @param {string} [title]
 */
export function icon(name, size = 16, tone = "", title = "") {
  const key = `${name} ${size}`;
  const known = icons.get(key) ?? h("i.v-ic");
  if (!icons.has(key)) known.innerHTML = iconMarkup(name, size); // a constant of look/icons.js
  icons.set(key, known);
  const holder = /** @type {HTMLElement} */ (known.cloneNode(true));
  if (tone) holder.className += ` ${tone}`;
  if (title) holder.setAttribute("title", title);
  return holder;
}

/** A key as printed on it. @param {string} text */
export const kbd = (text) => h("kbd.v-kbd", null, text);

/** Number badge of a track in its colour. @param {number} number @param {number} [colourNumber] whose colour it has, where that is another one */
export function swatch(number, colourNumber = number) {
  const colour = colourOf(colourNumber);
  return h("span.v-swatch", { style: { "--c": colour, "--i": inkOn(colour) } }, number);
}

/**
 * A button that is only an icon.
 * @param {string} name of the icon
 * @param {string} label what it does, with its key
 * @param {(event: Event) => unknown} onclick
 * @param {string} [extra] classes
 */
export function iconButton(name, label, onclick, extra = "") {
  const attributes = { class: extra, type: "button", title: label, "aria-label": label, onclick };
  return h("button.v-btn.v-ghost.v-square", attributes, icon(name));
}

/**
 * A button of the pages.
 * @param {string} label
 * @param {{kind?: string, icon?: string, onclick?: (event: Event) => unknown, title?: string, id?: string, disabled?: boolean, submit?: boolean}} [options]
 *   `kind`: classes: pri, line, ghost, danger, lg
 */
export function button(label, { kind = "", icon: image, submit, ...attributes } = {}) {
  const type = submit ? "submit" : "button";
  return h(
    "button.v-btn",
    { class: kind, type, ...attributes },
    image ? icon(image) : null,
    label ? h("span.v-ell", null, label) : null,
  );
}

/** A listener that runs once per animation frame at most. @param {() => void} work */
export function oncePerFrame(work) {
  let request = 0;
  return () => {
    if (request) return;
    request = requestAnimationFrame(() => {
      request = 0;
      work();
    });
  };
}

/** Milliseconds after which work for an idle moment no longer waits for one. */
const PATIENCE = 120;

/**
 * Run work in a moment in which the page has nothing else to do, soon in any case.
 * @param {() => void} work
 */
export function whenIdle(work) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(() => work(), { timeout: PATIENCE });
  else setTimeout(work, 0);
}

/** Resolves in an idle moment. @returns {Promise<void>} */
export const idle = () =>
  new Promise((/** @type {() => void} */ done) => {
    whenIdle(done);
  });

/** A listener that runs in an idle moment, once for all calls before it: what a stroke must not wait for. @param {() => void} work */
export function onceIdle(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    whenIdle(() => {
      waiting = false;
      work();
    });
  };
}

/**
 * As `fill`, but elements that already show the same stay: the browser lays out only what is new.
 * @param {Element} parent @param {...Children} children
 */
export function renew(parent, ...children) {
  const made = h("div", null, ...children);
  const [there, wanted] = [[...parent.childNodes], [...made.childNodes]];
  wanted.forEach((node, i) => {
    if (!there[i]) parent.append(node);
    else if (!there[i].isEqualNode(node)) there[i].replaceWith(node);
  });
  for (const node of there.slice(wanted.length)) node.remove();
}

/**
 * Runs work only where a value differs from the one before: a stroke changes little of the page, and what stays needs no
 * new elements, styles and layout.
 * @returns {(value: unknown, work: () => void) => void} `value`: as JSON takes it
 */
export function whenOther() {
  let before = "";
  return (value, work) => {
    const now = JSON.stringify(value);
    if (now === before) return;
    before = now;
    work();
  };
}
