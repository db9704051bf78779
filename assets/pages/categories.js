// @ts-check
/** Categories of the project: add, rename in place, retire and bring back. */

import { button, fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { get, post, projectInAddress } from "./data.js";

/** @typedef {import("../kit/wire.js").Category} Category */

/** @param {HTMLElement} element */
export function mount(element) {
  const list = new Categories(/** @type {HTMLElement} */ (element.querySelector("#v-categories")));
  window.addEventListener("v-sheet", (event) => {
    if (/** @type {CustomEvent} */ (event).detail === "categories") list.load();
  });
}

class Categories {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.problem = "";
    /** @type {Category[]} */ this.items = [];
  }

  /** Run `work`, load the categories and draw; the message of an error is shown. @param {() => Promise<unknown>} work */
  async run(work) {
    this.problem = "";
    try {
      await work();
      this.items = (await get(`/data/projects/${encodeURIComponent(projectInAddress())}`)).categories;
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.draw();
  }

  load() {
    return this.run(async () => undefined);
  }

  draw() {
    const name = h("input", { placeholder: "New category", "aria-label": "New category" });
    const add = async () => {
      if (!name.value.trim()) return;
      await this.run(() =>
        post(`/data/projects/${encodeURIComponent(projectInAddress())}/categories`, { name: name.value }),
      );
      this.place.querySelector("input")?.focus();
    };
    name.addEventListener("keydown", (event) => {
      if (event.key === "Enter") add();
    });
    const here = this.items.filter((c) => !c.retired);
    const retired = this.items.filter((c) => c.retired);
    fill(
      this.place,
      h(
        "div.v-row",
        { style: { "margin-bottom": "12px" } },
        h("label.v-field.v-grow", null, icon("tag"), name),
        button("Add", { kind: "pri", onclick: add }),
      ),
      this.problem
        ? h("p.v-note.bad", { role: "alert", style: { "margin-bottom": "12px" } }, icon("warn"), this.problem)
        : null,
      here.length ? h("ul.v-catlist", null, ...here.map((c) => this.line(c))) : h("p.v-t3", null, "No categories yet."),
      retired.length
        ? h("p.v-t3", { style: { margin: "16px 0 4px 8px" } }, "Retired: kept on their tracks, offered no more")
        : null,
      retired.length ? h("ul.v-catlist", null, ...retired.map((c) => this.line(c))) : null,
    );
  }

  /** @param {Category} category */
  line(category) {
    const field = h("input", {
      value: category.name,
      "aria-label": `Name of ${category.name}`,
      disabled: category.retired,
    });
    const patch = (/** @type {{name?: string, retired?: boolean}} */ body) =>
      this.run(() => post(`/data/categories/${encodeURIComponent(category.id)}`, body));
    field.addEventListener("change", () => patch({ name: field.value }));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") field.blur();
      if (event.key === "Escape") field.value = category.name;
    });
    return h(
      "li",
      { class: category.retired ? "retired" : "" },
      field,
      button(category.retired ? "Bring back" : "Retire", {
        kind: "ghost",
        onclick: () => patch({ retired: !category.retired }),
      }),
    );
  }
}
