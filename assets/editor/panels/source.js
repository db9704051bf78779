// @ts-check
/** The notice over the canvas when a picture cannot be loaded: why, and a field for another path of the video. */

import { api } from "../api.js";
import { h, icon } from "../../kit/dom.js";
import { messageOf, RefusedError } from "../../kit/request.js";
import { openVideo } from "../state.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @param {Editor} app @returns {HTMLElement} */
export function sourceNotice(app) {
  const words = h("div", { class: "v-grow v-noticewords" });
  const buttons = h("div", { class: "v-row" });
  const form = pointing(app);
  const notice = h(
    "div",
    { class: "v-notice", role: "alert", hidden: true },
    h("div", { class: "v-noticeline" }, icon("warn", 16, "v-warn"), words, buttons),
    form.element,
  );
  const again = h("button", { class: "v-btn", type: "button", onclick: () => tryAgain(app) }, "Try again");
  const elsewhere = h(
    "button",
    { class: "v-btn v-outline", type: "button", "data-role": "point-elsewhere", onclick: () => form.open() },
    "Point elsewhere…",
  );
  const draw = () => {
    const { problem, phase, video } = app.session.now;
    const lost = phase === "ready" ? (video?.problem ?? "") : "";
    const text = phase === "ready" ? lost || problem : "";
    notice.hidden = !text;
    notice.dataset.kind = lost ? "source" : "frame";
    if (!lost) form.close();
    words.replaceChildren(
      h("div", { class: lost ? "v-b" : "" }, text),
      ...(lost
        ? [h("div", { class: "v-t2" }, "Tracks, masks and edits are kept. Masks are shown without pictures.")]
        : []),
    );
    buttons.replaceChildren(again, ...(lost ? [elsewhere] : []));
  };
  app.session.on(["problem", "phase", "video"], draw);
  draw();
  return notice;
}

/** @param {Editor} app */
async function tryAgain(app) {
  await app.refreshVideo();
  await app.show();
}

/** The field for another path. @param {Editor} app */
function pointing(app) {
  const field = h("input", {
    type: "text",
    "aria-label": "Path of the video on this machine",
    placeholder: "Path of the video file or folder on the machine that serves this page",
    spellcheck: "false",
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation();
      if (event.key === "Escape") close();
    },
  });
  const coded = h("input", { type: "checkbox" });
  const coding = h("label", { class: "v-row v-t2", hidden: true }, coded, "It is the same video, coded again");
  const use = h("button", { class: "v-btn v-pri", type: "submit", "data-role": "use-path" }, "Use this");
  const refusal = h("p", { class: "v-bad v-refusal", role: "status", hidden: true });
  const element = h(
    "form",
    {
      class: "v-pointing",
      hidden: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        send();
      },
    },
    h(
      "div",
      { class: "v-row" },
      h("label", { class: "v-field v-grow" }, field),
      use,
      h("button", { class: "v-btn", type: "button", onclick: () => close() }, "Cancel"),
    ),
    refusal,
    coding,
  );
  function open() {
    element.hidden = false;
    field.value = app.session.now.video?.path ?? "";
    field.focus();
    field.select();
  }
  function close() {
    element.hidden = true;
    refusal.hidden = coding.hidden = true;
    coded.checked = false;
  }
  async function send() {
    const video = openVideo(app.session);
    if (element.getAttribute("aria-busy") === "true") return;
    element.setAttribute("aria-busy", "true");
    use.textContent = "Comparing…";
    refusal.hidden = true;
    try {
      await api.source(video.id, field.value, coded.checked);
      close();
      await app.open(video.id, app.view.now.frame, app.track?.number ?? null);
      app.toast({ icon: "check", title: "The pictures are back", text: field.value });
    } catch (error) {
      refusal.textContent = messageOf(error);
      refusal.hidden = false;
      // Only where the same frames look different it may be the same video, coded again.
      coding.hidden = !(error instanceof RefusedError && error.kind === "other_pixels");
      if (coding.hidden) coded.checked = false;
    } finally {
      element.setAttribute("aria-busy", "false");
      use.textContent = "Use this";
      if (!element.hidden) field.focus();
    }
  }
  return { element, open, close };
}
