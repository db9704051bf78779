// @ts-check
/** The box of the Add videos sheet: choose files, or drop them; the library's uploads take them. */

import { button, fill, h, icon } from "../kit/dom.js";

/** @param {HTMLElement} element */
export function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-drop"));
  const input = h("input", {
    type: "file",
    multiple: true,
    accept: "video/*,.mkv,.avi,.ts,.m4v,.mov,.webm",
    id: "v-file",
    style: { display: "none" },
  });
  /** @param {Iterable<File>} files */
  const send = (files) => window.dispatchEvent(new CustomEvent("v-upload", { detail: [...files] }));
  input.addEventListener("change", () => {
    send(input.files ?? []);
    input.value = "";
  });
  const box = h(
    "div.v-dropbox",
    null,
    h("span.v-t3", null, icon("film", 28)),
    h("b", null, "Drop videos here"),
    h("span.v-t3", null, "or"),
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
