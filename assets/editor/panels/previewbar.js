// @ts-check
/** The part of the review bar that shows a preview: what changes, open questions, Discard and Apply. */

import { fill, h, icon } from "../../kit/dom.js";
import { ANSWERS, takeResult } from "../commands/previewing.js";
import { keyMark, named } from "../shortcuts/labels.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @param {Editor} app @returns {HTMLElement} */
export function previewParts(app) {
  const glyph = h("span.v-ic");
  const title = h("b.v-b.v-nowrap");
  const facts = h("span.v-t2.v-previewfacts", { role: "status" });
  const here = h("span.v-t2.v-ell.v-previewhere");
  const text = h("span.v-previewtext", {}, facts, here);
  const questions = h("span.v-row");
  const more = h("span.v-row");
  const button = (/** @type {string} */ id, /** @type {string} */ label, extra = "") => {
    const press = { class: extra, type: "button", onclick: () => app.commands[id]() };
    const image = icon(app.registry.get(id).icon ?? "check");
    return named(app, h("button.v-btn", press, image, label, keyMark(app, id)), id, label);
  };
  const parts = h(
    "span.v-preview",
    { hidden: true },
    glyph,
    title,
    text,
    questions,
    more,
    button("discardPreview", "Discard"),
    button("applyPreview", "Apply", "v-pri"),
  );
  app.view.on(["preview", "frame", "selected"], () => {
    here.textContent = here.title = app.view.now.preview?.here(app.view.now.frame) ?? "";
    here.hidden = !here.textContent;
  });
  app.view.on(["preview"], () => {
    const { preview } = app.view.now;
    if (!preview) return;
    fill(glyph, icon(preview.icon, 16, "v-acc"));
    title.textContent = preview.title;
    facts.textContent = preview.facts.map((fact) => fact.replace(/\.$/, "")).join(" · ");
    fill(
      more,
      preview.buttons.map(({ label, icon: image, key, run }) =>
        h("button.v-btn", { type: "button", title: `${label} (${key})`, onclick: run }, icon(image), label),
      ),
    );
    fill(
      questions,
      preview.questions.flatMap((question, i) => [
        segments(app, question),
        ANSWERS[i] ? keyMark(app, ANSWERS[i].id) : null,
      ]),
    );
  });
  return parts;
}

/**
 * Move the focus to the picture when a preview comes: Enter and Esc decide on it, not on the button that asked for it. A
 * preview that takes its place, as that of a spread does with every draft, takes no focus from where a person works.
 * @param {Pick<Editor, "view">} app @param {HTMLElement} picture
 */
export function focusAtPreview({ view }, picture) {
  let before = view.now.preview;
  view.on(["preview"], ({ preview }) => {
    const focused = document.activeElement;
    const lost = !focused || focused === document.body;
    if (preview && (!before || lost) && !focused?.closest(".v-preview")) picture.focus({ preventScroll: true });
    before = preview;
  });
}

/** @param {Editor} app @param {import("../commands/preview.js").Question} question */
function segments(app, { label, answers, chosen, choose }) {
  return h(
    "span.v-seg",
    { role: "radiogroup", "aria-label": label, title: label },
    answers.map(({ name, label: text }) =>
      h(
        "button",
        {
          type: "button",
          role: "radio",
          "aria-checked": String(name === chosen),
          onclick: () => takeResult(app, choose(name)),
        },
        text,
      ),
    ),
  );
}
