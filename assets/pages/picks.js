// @ts-check
/** Lists of names with a box each, all of them chosen at first: the videos and categories of an export. */

import { button, fill, h } from "../kit/dom.js";
import { count } from "../kit/text.js";

const FILTER_FROM = 12; // names, from which on a field finds some

/** The names that are chosen of each list. */
export class Picks {
  /** @param {(names: Record<string, string[]>) => void} changed gets the chosen names of lists that are not whole */
  constructor(changed) {
    this.changed = changed;
    /** @type {Map<string, {all: string[], out: Set<string>}>} */ this.lists = new Map();
  }

  /** A list that opens at a press; names that were left out of an earlier one stay out. @param {string} what @param {{name: string}[]} named */
  list(what, named) {
    const all = [...new Set(named.map((one) => one.name))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    /** @type {Set<string>} */ const out = new Set(all.filter((name) => this.lists.get(what)?.out.has(name)));
    this.lists.set(what, { all, out });
    const title = `${what[0].toUpperCase()}${what.slice(1)}`;
    const told = h("span.v-t2");
    const boxes = h("div.v-pickboxes", { role: "group", "aria-label": title });
    const tell = () => {
      const whole =
        out.size === 0 ? `all ${count(all.length)}` : `${count(all.length - out.size)} of ${count(all.length)}`;
      fill(told, all.length ? whole : "none");
    };
    const set = (/** @type {string[]} */ names, /** @type {boolean} */ chosen) => {
      for (const name of names) chosen ? out.delete(name) : out.add(name);
      tell();
      this.changed(this.names());
    };
    let wanted = "";
    const shown = () => all.filter((name) => name.toLowerCase().includes(wanted));
    const draw = () => fill(boxes, ...shown().map((name) => this.box(name, !out.has(name), (on) => set([name], on))));
    const choose = (/** @type {string} */ word, /** @type {boolean} */ on) =>
      button(word, {
        onclick: () => {
          set(shown(), on);
          draw();
        },
      });
    const find = h("input", { type: "search", placeholder: "Find", "aria-label": `Find ${what}` });
    find.addEventListener("input", () => {
      wanted = /** @type {HTMLInputElement} */ (find).value.trim().toLowerCase();
      draw();
    });
    tell();
    draw();
    return h(
      "details.v-pick",
      { id: `v-pick-${what}`, hidden: all.length < 2 },
      h("summary", null, title, " ", told),
      h("div.v-row", null, all.length >= FILTER_FROM ? find : null, choose("All", true), choose("None", false)),
      boxes,
    );
  }

  /** @param {string} name @param {boolean} checked @param {(on: boolean) => void} changed */
  box(name, checked, changed) {
    const box = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox" }));
    box.checked = checked;
    box.addEventListener("change", () => changed(box.checked));
    return h("label", null, box, h("span", null, name));
  }

  /** The chosen names of the lists that are not whole. @returns {Record<string, string[]>} */
  names() {
    const some = [...this.lists].filter(([, { out }]) => out.size);
    return Object.fromEntries(some.map(([what, { all, out }]) => [what, all.filter((name) => !out.has(name))]));
  }
}
