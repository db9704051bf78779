// @ts-check
/** The bar of the page of tracks: filters, their numbers of tracks, and the order. */

import { button, fill, h, icon } from "../kit/dom.js";
import { openMenu, popover } from "../kit/floating.js";
import { count } from "../kit/text.js";
import { REVIEW_STATES } from "../kit/words.js";
import { SORTS } from "./trackquery.js";
import { FLAGS, nameOf, SOURCES } from "./trackwords.js";

/** @typedef {import("../kit/wire.js").TrackFacets} TrackFacets */
/** @typedef {import("./trackquery.js").TrackQuery} TrackQuery */
/** @typedef {import("./trackquery.js").List} List */
/** @typedef {import("./trackquery.js").Value} Value */
/**
 * @typedef {object} Option one value to choose
 * @property {string} value
 * @property {string} label
 * @property {string} [icon]
 * @property {number} [tracks] how many have it
 * @property {List} [list] the list of the query that it belongs to; none: that of its filter's name
 * @property {string} [heading] of the group that it belongs to
 * @property {string} [word] on the button, where the label needs its heading
 */
/** @typedef {{query: TrackQuery, facets: TrackFacets, me: string, changed: () => void}} Choosing */

/** In place of a category's id: tracks without a category. */
const WITHOUT = "none";

/**
 * Filters of which any of several values may hold; those of different lists, or of different attributes, hold together.
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
  {
    name: "attribute",
    label: "Attributes",
    options: ({ flags, attributes }) => [
      ...Object.entries(FLAGS).map(([value, label]) => {
        return { list: /** @type {const} */ ("flag"), value, label, tracks: flags[value] ?? 0 };
      }),
      ...attributes.flatMap(attributeOptions),
    ],
  },
  {
    name: "comment",
    label: "Comments",
    options: ({ comments, commenters }, me) => [
      { value: "open", label: "Open", tracks: comments.open ?? 0 },
      { value: "any", label: "Open or resolved", word: "any", tracks: comments.any ?? 0 },
      ...Object.entries(commenters).map(([value, tracks]) => {
        const label = nameOf(value, me);
        return { list: /** @type {const} */ ("comment_by"), heading: "By", value, label, word: `by ${label}`, tracks };
      }),
    ],
  },
];

/** @param {import("../kit/wire.js").AttributeFacet} attribute @returns {Option[]} */
function attributeOptions({ id, name, values, without }) {
  return [
    ...values.map(({ value, tracks }) => {
      return { heading: name, value: `${id}:${value}`, label: value, word: `${name} ${value}`, tracks };
    }),
    { heading: name, value: `${id}:`, label: "No value", word: `no ${name}`, tracks: without },
  ];
}

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
  const listOf = (/** @type {Option} */ option) => option.list ?? name;
  const open = () => {
    const list = options(facets, me).flatMap((option, index, all) => [
      option.heading && option.heading !== all[index - 1]?.heading ? h("h4.v-tgroup", null, option.heading) : null,
      checkbox(option, query.lists, listOf(option), changed),
    ]);
    const content = list.length ? list : h("p.v-t3", null, "There is nothing to choose.");
    popover(opener, h("div.v-tlist", { role: "group", "aria-label": label }, content), { label, width: 260 });
  };
  const opener = button("", { id: `v-filter-${name}`, onclick: open });
  parts.push(() => {
    const all = options(facets, me);
    const lists = new Set([name, ...all.map(listOf)]);
    // In the order of the list; a value of the address that no track has any more comes last, as it is.
    const words = [...lists].flatMap((list) => {
      const known = all.filter((option) => listOf(option) === list && query.lists[list].includes(option.value));
      const unknown = query.lists[list].filter((value) => !known.some((option) => option.value === value));
      return [...known.map((option) => option.word ?? option.label), ...unknown];
    });
    show(opener, label, words.length > 1 ? String(words.length) : (words[0] ?? ""));
  });
  return opener;
}

/** @param {Option} option @param {Record<List, string[]>} lists @param {List} name @param {() => void} changed */
function checkbox({ value, label, icon: image, tracks, word }, lists, name, changed) {
  const box = h("input", { type: "checkbox", "data-value": value, "aria-label": word ?? null });
  box.checked = lists[name].includes(value);
  box.addEventListener("change", () => {
    const others = lists[name].filter((one) => one !== value);
    lists[name] = box.checked ? [...others, value] : others;
    changed();
  });
  const number = tracks === undefined ? null : h("span.v-t3", null, count(tracks));
  const text = h("span.v-ell.v-grow", { title: label }, label);
  return h("label.v-tcheck", null, box, image ? icon(image, 14) : null, text, number);
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
