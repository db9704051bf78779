// @ts-check
/** The annotation guide of the project: Markdown in a field, and how people see it below. */

import { button, fill, h, icon } from "../kit/dom.js";
import { rendered } from "../kit/markdown.js";
import { messageOf } from "../kit/request.js";
import { get, post, projectInAddress } from "./data.js";

/** @param {HTMLElement} element */
export function mount(element) {
  const guide = new Guide(/** @type {HTMLElement} */ (element.querySelector("#v-guide")));
  window.addEventListener("v-sheet", (event) => {
    if (/** @type {CustomEvent} */ (event).detail === "guide") guide.load();
  });
}

class Guide {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.saved = "";
    this.note = h("p.v-note", { role: "status", hidden: true });
    this.shown = h("div.v-markdown");
    this.field = h("textarea.v-guidetext", {
      rows: "16",
      spellcheck: "true",
      "aria-label": "Guide, in Markdown",
      placeholder: "# What to annotate\n\n- Every animal that is visible for at least a second",
    });
    fill(
      place,
      h("p.v-t3", null, "What people should annotate, and how. Write Markdown; the editor shows it."),
      this.field,
      h(
        "div.v-row",
        null,
        h("span.v-grow"),
        button("Preview", { kind: "ghost", onclick: () => this.preview() }),
        button("Save", { kind: "pri", onclick: () => this.save() }),
      ),
      this.note,
      this.shown,
    );
  }

  get address() {
    return `/data/projects/${encodeURIComponent(projectInAddress())}/guide`;
  }

  /** Show the answer of a request, or the message of its error. @param {Promise<{markdown: string, html: string}>} request @param {string} [done] */
  async take(request, done = "") {
    try {
      const { markdown, html } = await request;
      fill(this.shown, rendered(html));
      this.tell("", done);
      return markdown;
    } catch (error) {
      this.tell("bad", messageOf(error));
      return null;
    }
  }

  /** @param {string} tone @param {string} text */
  tell(tone, text) {
    this.note.hidden = !text;
    this.note.className = `v-note ${tone}`;
    fill(this.note, text ? icon(tone ? "warn" : "check") : null, text);
  }

  async load() {
    // What is typed before the answer would be lost, or would replace the stored guide unseen.
    this.field.disabled = true;
    const markdown = await this.take(get(this.address));
    if (markdown === null) return;
    this.field.disabled = false;
    this.saved = markdown;
    this.field.value = markdown;
  }

  preview() {
    return this.take(post("/data/guide/preview", { markdown: this.field.value }));
  }

  async save() {
    const body = { markdown: this.field.value, was: this.saved };
    const markdown = await this.take(post(this.address, body), "Saved.");
    if (markdown !== null) this.saved = markdown;
  }
}
