// @ts-check
/** What the page of tracks asks for: filters and order, kept in the page's address under the names of the route. */

export const LISTS = /** @type {const} */ ([
  "category",
  "state",
  "source",
  "who",
  "video",
  "flag",
  "attribute",
  "comment",
  "comment_by",
]);
export const VALUES = /** @type {const} */ ([
  "min_score",
  "max_score",
  "min_length",
  "max_length",
  "text",
  "run_of",
  "untouched",
  "like",
]);
/** In the address beside the query: what mended the track that the others look like. */
export const MEND = "mend";

/** @typedef {typeof LISTS[number]} List filters of which one of several values is enough */
/** @typedef {typeof VALUES[number]} Value filters with one value, and the track whose look-alikes come first */

/** Orders that the menu offers. @type {{label: string, sort: string, descending: boolean}[]} */
export const SORTS = [
  { label: "video", sort: "video", descending: false },
  { label: "name", sort: "name", descending: false },
  { label: "lowest score", sort: "score", descending: false },
  { label: "highest score", sort: "score", descending: true },
  { label: "longest", sort: "length", descending: true },
  { label: "shortest", sort: "length", descending: false },
  { label: "largest", sort: "area", descending: true },
  { label: "smallest", sort: "area", descending: false },
];

export class TrackQuery {
  constructor() {
    this.lists = /** @type {Record<List, string[]>} */ ({});
    for (const name of LISTS) this.lists[name] = [];
    /** @type {Partial<Record<Value, string>>} */ this.values = {};
    this.order = SORTS[0];
    /** "reject", "look:" and the frame of a correction, or "relabel:" and the new category's id; empty: nothing is to be mended */
    this.mend = "";
  }

  /** The choices that an address holds; what it does not know is left out. @param {string} search */
  static read(search) {
    const query = new URLSearchParams(search);
    const found = new TrackQuery();
    for (const name of LISTS) found.lists[name] = query.getAll(name);
    for (const name of VALUES) if (query.get(name)) found.values[name] = /** @type {string} */ (query.get(name));
    found.mend = query.get(MEND) ?? "";
    const descending = query.get("descending") === "true";
    found.order = SORTS.find((one) => one.sort === query.get("sort") && one.descending === descending) ?? SORTS[0];
    return found;
  }

  /** Whether any filter is set. */
  get filtered() {
    return LISTS.some((name) => this.lists[name].length) || VALUES.some((name) => name !== "like" && this.values[name]);
  }

  /** Leave all filters out; the order stays. */
  clear() {
    for (const name of LISTS) this.lists[name] = [];
    this.values = this.values.like ? { like: this.values.like } : {};
    this.mend = "";
  }

  /** Name of the order. */
  get orderName() {
    return this.values.like ? "look-alike" : this.order.label;
  }

  /** The query of the route, with what `more` adds. @param {Record<string, string|number>} [more] */
  toParameters(more = {}) {
    const query = new URLSearchParams();
    for (const name of LISTS) for (const value of this.lists[name]) query.append(name, value);
    for (const name of VALUES) if (this.values[name]) query.set(name, this.values[name]);
    if (this.order !== SORTS[0]) query.set("sort", this.order.sort);
    if (this.order.descending) query.set("descending", "true");
    for (const [name, value] of Object.entries(more)) query.set(name, String(value));
    return query;
  }

  /** The address of the page with these choices; what else it holds stays. @param {string} search of the address now */
  toAddress(search) {
    const query = new URLSearchParams(search);
    for (const name of [...LISTS, ...VALUES, "sort", "descending", MEND]) query.delete(name);
    for (const [name, value] of this.toParameters(this.mend ? { [MEND]: this.mend } : {})) query.append(name, value);
    return `?${query}`;
  }
}
