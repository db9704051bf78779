// @ts-check
/** The place of the picture while none is shown: loading, an invitation, or an error. */

import { pageAddress } from "../address.js";
import { fill, h, icon } from "../../kit/dom.js";

/** @param {import("../editor.js").Editor} app @returns {HTMLElement} */
export function emptiness(app) {
  const box = h("div", { class: "v-empty" });
  const draw = () => {
    const { phase, problem, project } = app.session.now;
    box.hidden = phase === "ready";
    const library = pageAddress("/", project?.id);
    if (phase === "loading") fill(box, h("p", { class: "v-t3", role: "status" }, "Loading"));
    else if (phase === "novideo") {
      fill(
        box,
        card(
          "film",
          project ? "Add your first video" : "Make a project first",
          "Any video that FFmpeg reads, a folder of frames, or YouTube-VIS JSON with its frames.",
          h(
            "a",
            { class: "v-btn v-pri v-large", href: library },
            icon("plus"),
            project ? "Add videos" : "To the library",
          ),
          h(
            "a",
            { class: "v-btn v-outline v-large", href: pageAddress("/exchange", project?.id) },
            icon("import"),
            "Import annotations",
          ),
        ),
      );
    } else if (phase === "failed") {
      fill(
        box,
        card(
          "warn",
          "This could not be opened",
          problem,
          h("button", { class: "v-btn v-pri v-large", type: "button", onclick: () => app.start() }, "Try again"),
          h("a", { class: "v-btn v-outline v-large", href: library }, "To the library"),
        ),
      );
    } else fill(box);
  };
  app.session.on(["phase", "problem", "project"], draw);
  draw();
  return box;
}

/** @param {string} image name of an icon @param {string} title @param {string} text @param {...HTMLElement} buttons */
function card(image, title, text, ...buttons) {
  return h(
    "div",
    { class: "v-drop", role: "status" },
    icon(image, 40, "v-t3"),
    h("h2", {}, title),
    h("p", { class: "v-t2" }, text),
    h("div", { class: "v-row" }, buttons),
  );
}
