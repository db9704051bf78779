// @ts-check
/** The box of the Add videos sheet: choose files, or drop them; the library's uploads take them. */

import { button, el, fill, icon } from "../kit/pagedom.js";

/** @param {HTMLElement} element */
export function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-drop"));
  const input = /** @type {HTMLInputElement} */ (
    el("input", {
      type: "file",
      multiple: true,
      accept: "video/*,.mkv,.avi,.ts,.m4v,.mov,.webm",
      id: "v-file",
      style: { display: "none" },
    })
  );
  /** @param {Iterable<File>} files */
  const send = (files) => window.dispatchEvent(new CustomEvent("v-upload", { detail: [...files] }));
  input.addEventListener("change", () => {
    send(input.files ?? []);
    input.value = "";
  });
  const box = el(
    "div.v-dropbox",
    null,
    el("span.v-t3", null, icon("film", 28)),
    el("b", null, "Drop videos here"),
    el("span.v-t3", null, "or"),
    button("Choose files", { kind: "pri lg", onclick: () => input.click() }),
    input,
  );
  box.addEventListener("dragover", (event) => {
    event.preventDefault();
    box.classList.add("over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    box.classList.remove("over");
    send(event.dataTransfer?.files ?? []);
  });
  fill(place, box);
}
