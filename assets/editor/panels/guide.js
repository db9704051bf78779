// @ts-check
/** The annotation guide of the project, in a dialog over the editor. */

import { fill, h, iconButton } from "../../kit/dom.js";
import { openDialog } from "../../kit/floating.js";
import { rendered } from "../../kit/markdown.js";
import { messageOf } from "../../kit/request.js";
import { api } from "../api.js";
import { openVideo } from "../state.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** The project has no guide. @type {import("../commands/reasons.js").Check} */
export const noGuide = ({ session }) =>
  session.now.video?.guide
    ? null
    : "This project has no guide yet. Write one on the library page, in the project menu.";

/** @param {Editor} app */
export async function showGuide(app) {
  const text = h("div.v-markdown", { tabindex: "0", autofocus: true });
  const close = openDialog(
    app.root,
    [
      h(
        "div.v-guidehead",
        null,
        h("h2", null, "Annotation guide"),
        iconButton("x", "Close (Esc)", () => close()),
      ),
      text,
    ],
    { label: "Annotation guide", className: "v-guide" },
  );
  try {
    fill(text, rendered((await api.guide(openVideo(app.session).project.id)).html));
  } catch (error) {
    fill(text, h("p.v-bad", { role: "alert" }, messageOf(error)));
  }
}
