// @ts-check
/**
 * The card of the frozen versions of a project: their numbers, a button that writes one again, and what changed from
 * one to another.
 */

import { button, fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { plural } from "../kit/text.js";
import { get, post } from "./data.js";

/**
 * @typedef {object} Version
 * @property {string} name
 * @property {number} edit number of the last edit that it has
 * @property {{videos: number, frames: number, tracks: number, masks: number}} numbers
 */

/** The versions of one project. */
export class Versions {
  /** @param {string} project id @param {() => void} begun called after a job that writes a version again has begun */
  constructor(project, begun) {
    this.begun = begun;
    this.path = `/data/projects/${encodeURIComponent(project)}/versions`;
    this.place = h("section.v-card", { id: "v-versions", hidden: true });
    this.trouble = h("p.v-note.bad", { role: "alert", hidden: true });
    this.known = "";
  }

  /** Ask for the versions; the card is hidden as long as there is none. */
  async look() {
    let versions;
    try {
      versions = /** @type {Version[]} */ ((await get(this.path)).versions);
    } catch (error) {
      this.known = "";
      this.place.hidden = false;
      return fill(this.place, h("p.v-note.bad", { role: "alert" }, icon("warn"), messageOf(error)));
    }
    const names = JSON.stringify(versions.map((version) => version.name));
    if (names === this.known) return;
    this.known = names;
    this.place.hidden = versions.length === 0;
    this.draw(versions);
  }

  /** @param {Version[]} versions */
  draw(versions) {
    const rows = versions.map(({ name, edit, numbers }) =>
      h(
        "tr",
        null,
        h("td.v-wrap", null, name),
        h("td", null, plural(numbers.videos, "video")),
        h("td", null, plural(numbers.frames, "frame")),
        h("td", null, plural(numbers.tracks, "track")),
        h("td", null, plural(numbers.masks, "mask")),
        h("td.v-t3", null, `edit ${edit}`),
        h(
          "td",
          null,
          button("Make again", { title: `Write ${name} again, equal to the byte`, onclick: () => this.make(name) }),
        ),
      ),
    );
    fill(
      this.place,
      h("header", null, h("h2", null, "Versions")),
      h(
        "div.bd",
        null,
        h("table.v-table.left", null, h("tbody", null, ...rows)),
        this.trouble,
        this.comparison(versions),
      ),
    );
  }

  /** Write a version again into a new folder. @param {string} name */
  async make(name) {
    this.trouble.hidden = true;
    try {
      await post(`${this.path}/make`, { name });
      this.begun();
    } catch (error) {
      this.trouble.hidden = false;
      fill(this.trouble, icon("warn"), messageOf(error));
    }
  }

  /** The choice of two versions and their difference, null for a single one. @param {Version[]} versions */
  comparison(versions) {
    if (versions.length < 2) return null;
    const choose = (/** @type {string} */ label, /** @type {number} */ chosen) => {
      const options = versions.map(({ name }) => h("option", { value: name }, name));
      const compare = () => this.compare(from, to, told);
      const select = /** @type {HTMLSelectElement} */ (
        h("select", { "aria-label": label, onchange: compare }, ...options)
      );
      select.value = versions[chosen].name;
      return select;
    };
    const told = h("div.v-t2", { role: "status" });
    const from = choose("From version", versions.length - 2);
    const to = choose("To version", versions.length - 1);
    this.compare(from, to, told);
    return h(
      "div.v-compare",
      null,
      h("div.v-row", null, h("span.v-t2", null, "From"), from, h("span.v-t2", null, "to"), to),
      told,
    );
  }

  /** @param {HTMLSelectElement} from @param {HTMLSelectElement} to @param {HTMLElement} told */
  async compare(from, to, told) {
    const asked = `first=${encodeURIComponent(from.value)}&second=${encodeURIComponent(to.value)}`;
    try {
      const { lines } = /** @type {{lines: string[]}} */ (await get(`${this.path}/diff?${asked}`));
      fill(told, ...lines.map((line) => h("div", null, line)));
    } catch (error) {
      fill(told, h("p.v-note.bad", { role: "alert" }, icon("warn"), messageOf(error)));
    }
  }
}
