// @ts-check
/** The list of tracks in a popover, to choose the second track of a verb: likely ones first, a digit or Enter takes one. */

import { fill, h, icon, kbd, swatch } from "../../kit/dom.js";
import { afterPress, popover } from "../../kit/floating.js";
import { keysOf } from "./category.js";
import { colourNumber } from "../../look/palette.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../verbs/partners.js").Partner} Partner */

/** How many are shown at once; typing finds the others. */
const SHOWN = 60;

/**
 * Those whose number, name or category contains a text; a number must be the whole one.
 * @param {Partner[]} partners @param {string} text @param {(partner: Partner) => string} nameOf
 */
export function matchingPartners(partners, text, nameOf) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return partners;
  if (/^\d+$/.test(wanted)) {
    const exact = partners.filter(({ track }) => String(track.number) === wanted);
    return [
      ...exact,
      ...partners.filter(({ track }) => track.number !== Number(wanted) && String(track.number).startsWith(wanted)),
    ];
  }
  return partners.filter((partner) => nameOf(partner).toLowerCase().includes(wanted));
}

/**
 * @param {Editor} app @param {string} title @param {Partner[]} partners the likeliest first
 * @returns {Promise<string|null>} id of the chosen track, null where none was chosen
 */
export function choosePartner(app, title, partners) {
  return new Promise((done) => {
    const ask = () => open(app, title, partners, done);
    if (app.isPressed()) afterPress(ask);
    else ask();
  });
}

/** What popovers about the selected track hang on: its details, where they hide neither picture nor lanes. @param {Editor} app */
export const anchorIn = ({ root }) => root.querySelector(".v-detailhead") ?? root.querySelector(".v-canvas") ?? root;

/** @param {Editor} app @param {string} title @param {Partner[]} partners @param {(id: string|null) => void} done */
function open(app, title, partners, done) {
  const anchor = anchorIn(app);
  const input = h("input", { type: "text", placeholder: "Number, name or category", "aria-label": "Find a track" });
  const list = h("div.v-categorylist", { role: "menu", "aria-label": title, tabindex: "-1", autofocus: true });
  /** @type {{element: HTMLElement, id: string}[]} */
  let entries = [];
  let at = 0;
  const take = (/** @type {number} */ i) => {
    const entry = entries[i];
    if (!entry) return;
    done(entry.id);
    close();
  };
  const move = (/** @type {number} */ to) => {
    entries[at]?.element.removeAttribute("data-at");
    at = entries.length ? (to + entries.length) % entries.length : 0;
    entries[at]?.element.setAttribute("data-at", "");
    entries[at]?.element.scrollIntoView({ block: "nearest" });
    for (const focus of [input, list]) focus.setAttribute("aria-activedescendant", entries[at]?.element.id ?? "");
  };
  const draw = () => {
    const found = matchingPartners(partners, input.value, ({ track }) => `${track.name} ${app.title(track)}`);
    entries = found.slice(0, SHOWN).map((partner, i) => ({ element: entryOf(app, partner, i), id: partner.track.id }));
    entries.forEach(({ element }, i) => element.addEventListener("click", () => take(i)));
    fill(list, entries.length ? entries.map(({ element }) => element) : h("p.v-nothing", null, "No track matches."));
    at = 0;
    move(0);
  };
  const onkeydown = keysOf({
    input,
    count: () => entries.length,
    step: (by) => move(at + by),
    run: (i) => take(i ?? at),
  });
  input.addEventListener("input", draw);
  const field = h(
    "form",
    { onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
    h("label.v-field", null, icon("search"), input),
  );
  const content = h("div.v-categories", { onkeydown }, h("h3.v-poptitle", null, title), field, list);
  draw();
  const close = popover(anchor, content, { label: title, width: 280, onclose: () => done(null) });
  list.style.minHeight = `${list.offsetHeight}px`;
  move(0);
}

/** @param {Editor} app @param {Partner} partner @param {number} i */
function entryOf(app, { track, note }, i) {
  return h(
    "button.v-item",
    { type: "button", role: "menuitem", tabindex: "-1", id: `v-partner-${i}`, "data-track": track.number },
    swatch(track.number, colourNumber(track)),
    h("span.v-ell.v-grow", null, app.title(track)),
    h("span.v-t3.v-nowrap", null, note),
    i < 9 ? kbd(String(i + 1)) : null,
  );
}
