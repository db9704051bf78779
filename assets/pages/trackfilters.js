// @ts-check
/** The bar of the page of tracks: filters, their numbers of tracks, and the order. */

import { button, fill, h, icon } from "../kit/dom.js";
import { openMenu, popover } from "../kit/floating.js";
import { count } from "../kit/text.js";
import { REVIEW_STATES } from "../kit/words.js";
import { SORTS } from "./trackquery.js";
import { nameOf, SOURCES } from "./trackwords.js";

/** @typedef {import("../kit/wire.js").TrackFacets} TrackFacets */
/** @typedef {import("./trackquery.js").TrackQuery} TrackQuery */
/** @typedef {import("./trackquery.js").List} List */
/** @typedef {import("./trackquery.js").Value} Value */
/** @typedef {{value: string, label: string, icon?: string, tracks?: number}} Option */
/** @typedef {{query: TrackQuery, facets: TrackFacets, me: string, changed: () => void}} Choosing */

/** In place of a category's id: tracks without a category. */
const WITHOUT = "none";

/**
 * Filters of which any of several values may hold. A further one (an attribute, comments) is one more entry here and a
 * name in `trackquery.js`.
 * @type {{name: List, label: string, options: (facets: TrackFacets, me: string) => Option[]}[]}
 */
export const FILTERS = [
  {
    name: "category",
    label: "Category",
    options: ({ categories, uncategorised }) => [
      ...categories.map(({ id, name, tracks }) => ({ value: id, label: name, tracks })),
      ...(uncategorised ? [{ value: WITHOUT, label: "No category", tracks: uncategorised }] : []),
    ],
  },
  {
    name: "state",
    label: "State",
    options: ({ states }) =>
      Object.entries(REVIEW_STATES).map(([value, { word, icon: image }]) => {
        return { value, label: word, icon: image, tracks: states[value] ?? 0 };
      }),
  },
  {
    name: "source",
    label: "Source",
    options: ({ sources }) =>
      Object.entries(SOURCES).map(([value, label]) => ({ value, label, tracks: sources[value] ?? 0 })),
  },
  {
    name: "who",
    label: "Changed by",
    options: ({ authors }, me) =>
      Object.entries(authors).map(([value, tracks]) => ({ value, label: nameOf(value, me), tracks })),
  },
  {
    name: "video",
    label: "Video",
    options: ({ videos }) => videos.map(({ id, name }) => ({ value: id, label: name })),
  },
];

/** @type {{low: Value, high: Value, label: string, unit: string, step: string, most?: string}[]} */
const RANGES = [
  { low: "min_score", high: "max_score", label: "Score", unit: "0 to 1", step: "0.05", most: "1" },
  { low: "min_length", high: "max_length", label: "Length", unit: "masks", step: "1" },
];

/**
 * The bar. It stays while the filters change, so that an open list keeps its button.
 * @param {Choosing} choosing
 * @param {HTMLInputElement} search the field for names
 */
export function filterBar(choosing, search) {
  const { query } = choosing;
  /** @type {(() => void)[]} show the filters on the buttons */
  const parts = [];
  const changed = () => {
    parts.forEach((show) => show());
    choosing.changed();
  };
  const own = { ...choosing, changed };
  const clear = () => {
    query.clear();
    search.value = "";
    changed();
  };
  const cross = button("Clear", { kind: "ghost", icon: "x", onclick: clear, id: "v-clear-filters" });
  parts.push(() => (cross.hidden = !query.filtered));
  const openers = [
    ...FILTERS.map((filter) => listButton(own, filter, parts)),
    ...RANGES.map((range) => rangeButton(own, range, parts)),
  ];
  const sorter = sortButton(own, parts);
  parts.forEach((show) => show());
  return h(
    "div.v-lbar.v-tbar",
    null,
    h("label.v-field.v-search", null, icon("search"), search),
    ...openers,
    cross,
    h("span.v-grow"),
    sorter,
  );
}

/** @param {Choosing} choosing @param {typeof FILTERS[number]} filter @param {(() => void)[]} parts */
function listButton({ query, facets, me, changed }, { name, label, options }, parts) {
  const open = () => {
    const list = options(facets, me).map((option) => checkbox(option, query, name, changed));
    const content = list.length ? list : h("p.v-t3", null, "There is nothing to choose.");
    popover(opener, h("div.v-tlist", { role: "group", "aria-label": label }, content), { label, width: 260 });
  };
  const opener = button("", { id: `v-filter-${name}`, onclick: open });
  parts.push(() => {
    const [first, ...more] = query.lists[name];
    const word = options(facets, me).find((option) => option.value === first)?.label ?? first;
    show(opener, label, first === undefined ? "" : more.length ? String(more.length + 1) : word);
  });
  return opener;
}

/** @param {Option} option @param {TrackQuery} query @param {List} name @param {() => void} changed */
function checkbox({ value, label, icon: image, tracks }, query, name, changed) {
  const box = h("input", { type: "checkbox", "data-value": value });
  box.checked = query.lists[name].includes(value);
  box.addEventListener("change", () => {
    const others = query.lists[name].filter((one) => one !== value);
    query.lists[name] = box.checked ? [...others, value] : others;
    changed();
  });
  const number = tracks === undefined ? null : h("span.v-t3", null, count(tracks));
  const word = h("span.v-ell.v-grow", { title: label }, label);
  return h("label.v-tcheck", null, box, image ? icon(image, 14) : null, word, number);
}

/** @param {Choosing} choosing @param {typeof RANGES[number]} range @param {(() => void)[]} parts */
function rangeButton({ query, changed }, { low, high, label, unit, step, most }, parts) {
  const one = (/** @type {Value} */ name, /** @type {string} */ words) => {
    const limits = { type: "number", min: "0", max: most, step, "aria-label": `${label}, ${words}` };
    const field = h("input", { ...limits, placeholder: words, value: query.values[name] ?? "" });
    if (name === low) field.setAttribute("autofocus", "");
    field.addEventListener("change", () => {
      query.values[name] = field.value;
      changed();
    });
    return h("span.v-field", null, field);
  };
  const open = () => {
    const note = h("span.v-t3.v-nowrap", null, unit);
    const fields = h("div.v-row", null, one(low, "from"), "to", one(high, "to"), note);
    popover(opener, h("div.v-ask", null, fields), { label, width: 280 });
  };
  const opener = button("", { id: `v-filter-${label.toLowerCase()}`, onclick: open });
  parts.push(() => {
    const { [low]: from, [high]: to } = query.values;
    show(opener, label, from && to ? `${from} to ${to}` : from ? `from ${from}` : to ? `to ${to}` : "");
  });
  return opener;
}

/** Write what a filter is set to on its button. @param {HTMLElement} opener @param {string} label @param {string} value */
function show(opener, label, value) {
  const words = value ? `${label}: ${value}` : label;
  opener.className = value ? "v-btn v-tcset" : "v-btn ghost";
  fill(opener, h("span.v-ell", { title: words }, words), icon("down", 14));
}

/** @param {Choosing} choosing @param {(() => void)[]} parts */
function sortButton({ query, changed }, parts) {
  const item = (/** @type {typeof SORTS[number]} */ order) => ({
    title: order.label,
    current: order === query.order && !query.values.like,
    run: () => {
      query.order = order;
      delete query.values.like;
      changed();
    },
  });
  const open = () => openMenu(sorter, SORTS.map(item), { label: "Sort by", align: "end" });
  const sorter = button("", { kind: "ghost", id: "v-sort", onclick: open });
  parts.push(() => fill(sorter, h("span.v-ell", null, `Sort: ${query.orderName}`), icon("down", 14)));
  return sorter;
}
