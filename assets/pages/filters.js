// @ts-check
/** Which videos the library shows, in which order and view: the choices, and the bar they are made in. */

import { button, fill, h, icon } from "../kit/dom.js";
import { openMenu } from "../kit/floating.js";
import { isOpen } from "./cards.js";

/** @typedef {import("../kit/wire.js").VideoLine} VideoLine */
/** @typedef {import("../kit/wire.js").Project} Project */
/** @typedef {"all"|"open"|"review"|"done"} Filter */
/** @typedef {"added"|"next"|"name"|"look"|"length"} Sort */

/** @type {Record<Filter, {label: string, none: string, holds: (video: VideoLine) => boolean}>} */
export const FILTERS = {
  all: { label: "All", none: "There is no video here.", holds: () => true },
  open: { label: "Open", none: "Every video is in review or done.", holds: isOpen },
  review: { label: "In review", none: "No video is in review.", holds: (video) => video.state === "review" },
  done: { label: "Done", none: "No video is done yet.", holds: (video) => video.state === "done" },
};

/** @type {Record<Sort, {label: string, by: (a: VideoLine, b: VideoLine) => number}>} */
export const SORTS = {
  added: { label: "order added", by: () => 0 },
  next: { label: "suggested next", by: (a, b) => (a.place ?? Infinity) - (b.place ?? Infinity) || 0 },
  name: { label: "name", by: (a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) },
  look: {
    label: "needs a look",
    by: (a, b) => b.counts.look - a.counts.look || b.counts.unreviewed - a.counts.unreviewed,
  },
  length: { label: "length", by: (a, b) => b.count - a.count },
};

const VIEWS = /** @type {const} */ ({ grid: "Grid", list: "List" });

/** The choices of the library; kept as long as the page, the view in this browser. */
export class Choices {
  constructor() {
    /** @type {Filter|"removed"} */ this.shown = "all";
    // A link may ask for an order.
    const wanted = new URLSearchParams(location.search).get("sort") ?? "";
    /** @type {Sort} */ this.sort = wanted in SORTS ? /** @type {Sort} */ (wanted) : "added";
    /** @type {"grid"|"list"} */ this.view = localStorage.getItem("v-library-view") === "list" ? "list" : "grid";
  }
}

/**
 * The bar above the videos.
 * @param {object} parts
 * @param {Project} parts.project
 * @param {Choices} parts.choices changed by a press
 * @param {HTMLElement} parts.search field that filters by name
 * @param {() => void} parts.changed called after a choice
 */
export function filterBar({ project, choices, search, changed }) {
  const segments = filterButtons(project, choices, changed);
  if (choices.shown === "removed") return h("div.v-lbar", null, segments);
  return h(
    "div.v-lbar",
    null,
    h("label.v-field.v-search", null, icon("search"), search),
    segments,
    h("span.v-grow"),
    sortButton(choices, changed),
    viewButtons(choices, changed),
  );
}

/** @param {Project} project @param {Choices} choices @param {() => void} changed */
function filterButtons({ videos, removed }, choices, changed) {
  const one = (/** @type {Filter|"removed"} */ name, /** @type {string} */ label) => {
    const choose = () => {
      choices.shown = name;
      changed();
    };
    return h("button", { type: "button", "aria-pressed": String(name === choices.shown), onclick: choose }, label);
  };
  const names = /** @type {Filter[]} */ (Object.keys(FILTERS));
  return h(
    "span.v-seg",
    { role: "group", "aria-label": "State" },
    ...names.map((name) => one(name, `${FILTERS[name].label} ${videos.filter(FILTERS[name].holds).length}`)),
    removed ? one("removed", `Removed ${removed}`) : null,
  );
}

/** @param {Choices} choices @param {() => void} changed */
function sortButton(choices, changed) {
  const names = /** @type {Sort[]} */ (Object.keys(SORTS));
  const item = (/** @type {Sort} */ name) => ({
    title: SORTS[name].label,
    current: name === choices.sort,
    run: () => {
      choices.sort = name;
      changed();
    },
  });
  const open = () => openMenu(sorter, names.map(item), { label: "Sort by" });
  const sorter = button("", { kind: "ghost", id: "v-sort", onclick: open });
  fill(sorter, `Sort: ${SORTS[choices.sort].label}`, icon("down", 14));
  return sorter;
}

/** @param {Choices} choices @param {() => void} changed */
function viewButtons(choices, changed) {
  const one = (/** @type {keyof typeof VIEWS} */ name) => {
    const choose = () => {
      choices.view = name;
      localStorage.setItem("v-library-view", name);
      changed();
    };
    const attributes = { type: "button", "aria-label": VIEWS[name], title: VIEWS[name], onclick: choose };
    return h("button", { ...attributes, "aria-pressed": String(name === choices.view) }, icon(name));
  };
  return h("span.v-seg", { role: "group", "aria-label": "View" }, one("grid"), one("list"));
}
