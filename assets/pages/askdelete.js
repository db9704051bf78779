// @ts-check
/** The question before something is deleted for good, in a popover under a button. */

import { button, fill, h, icon } from "../kit/dom.js";
import { popover } from "../kit/floating.js";
import { messageOf } from "../kit/request.js";

/**
 * Ask whether something is to be deleted; "Keep" has the focus.
 * @param {HTMLElement} anchor
 * @param {{name: string, loss: string[], run: () => Promise<unknown>}} options
 *   `loss` has the sentences about what goes and what stays; `run` deletes, and the message of its error is shown here
 */
export function askDelete(anchor, { name, loss, run }) {
  const title = `Delete ${name} for good?`;
  const problem = h("p.v-badc", { role: "alert", hidden: true });
  const yes = button("Delete for good", { kind: "danger", icon: "trash", onclick: () => submit() });
  const keep = button("Keep", { kind: "line", onclick: () => close() });
  keep.autofocus = true;
  const submit = async () => {
    yes.disabled = true;
    try {
      await run();
      close();
    } catch (error) {
      fill(problem, messageOf(error));
      problem.hidden = false;
      yes.disabled = false;
      keep.focus();
    }
  };
  const content = h(
    "div.v-ask",
    null,
    h("b.v-row", null, icon("warn", 16, "v-badc"), h("span.v-wrap", null, title)),
    ...loss.map((sentence) => h("p.v-t2", null, sentence)),
    h("p.v-t2", null, "This cannot be undone."),
    problem,
    h("div.v-row.v-end", null, keep, yes),
  );
  const close = popover(anchor, content, { label: title, width: 340, align: "end" });
  keep.focus();
}
