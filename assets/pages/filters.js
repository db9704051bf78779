// @ts-check
/** Which videos the library shows, in which order and view: the choices, and the bar they are made in. */

import { openMenu } from "../kit/menu.js";
import { button, el, fill, icon } from "../kit/pagedom.js";
import { isOpen } from "./cards.js";

/** @typedef {import("../kit/wire.js").VideoLine} VideoLine */
/** @typedef {import("../kit/wire.js").Project} Project */
/** @typedef {"all"|"open"|"review"|"done"} Filter */
/** @typedef {"added"|"name"|"look"|"length"} Sort */

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
    /** @type {Sort} */ this.sort = "added";
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
  if (choices.shown === "removed") return el("div.v-lbar", null, segments);
  return el(
    "div.v-lbar",
    null,
    el("label.v-field.v-search", null, icon("search"), search),
    segments,
    el("span.v-grow"),
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
    return el("button", { type: "button", "aria-pressed": String(name === choices.shown), onclick: choose }, label);
  };
  const names = /** @type {Filter[]} */ (Object.keys(FILTERS));
  return el(
    "span.v-seg",
    { role: "group", "aria-label": "State" },
    ...names.map((name) => one(name, `${FILTERS[name].label} ${videos.filter(FILTERS[name].holds).length}`)),
    removed ? one("removed", `Removed ${removed}`) : null,
  );
}

/** @param {Choices} choices @param {() => void} changed */
function sortButton(choices, changed) {
  const names = /** @type {Sort[]} */ (Object.keys(SORTS));
  const entry = (/** @type {Sort} */ name) => {
    const choose = () => {
      choices.sort = name;
      changed();
    };
    const mark = name === choices.sort ? icon("check", 14) : null;
    return el("button", { type: "button", onclick: choose }, SORTS[name].label, el("span.v-grow"), mark);
  };
  const sorter = button("", { kind: "ghost", id: "v-sort", onclick: () => openMenu(sorter, names.map(entry)) });
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
    return el("button", { ...attributes, "aria-pressed": String(name === choices.view) }, icon(name));
  };
  return el("span.v-seg", { role: "group", "aria-label": "View" }, one("grid"), one("list"));
}
