// @ts-check
/** A field for another name, in a popover under a button. */

import { button, fill, h } from "../kit/dom.js";
import { popover } from "../kit/floating.js";
import { messageOf } from "../kit/request.js";

/**
 * Ask for another name.
 * @param {HTMLElement} anchor
 * @param {{label: string, value: string, longest?: number, save: (name: string) => Promise<unknown>}} options
 *   `longest`: characters; `save` stores the name; the message of its error is shown, and the field stays
 */
export function askName(anchor, { label, value, longest = 200, save }) {
  const field = h("input", { "aria-label": label, maxlength: longest, value, autofocus: true });
  const problem = h("p.v-badc", { role: "alert", hidden: true });
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (name === value) return close();
    try {
      await save(name);
      close();
    } catch (error) {
      fill(problem, messageOf(error));
      problem.hidden = false;
      field.focus();
    }
  };
  const form = h(
    "form.v-ask",
    { onsubmit: submit },
    h("div.v-t2", null, label),
    h("div.v-row", null, h("label.v-field.v-grow", null, field), button("Save", { kind: "pri", submit: true })),
    problem,
  );
  const close = popover(anchor, form, { label: "Rename", width: 300 });
  field.select();
}
