// @ts-check
/** The list of comments in the side panel, and the form for a new one. */

import { authorWords } from "../../kit/author.js";
import { button, h, icon, iconButton, swatch } from "../../kit/dom.js";
import { popover } from "../../kit/floating.js";
import { ago } from "../../kit/text.js";
import { addComment, changeComment, deleteComment, goToComment } from "../commands/comments.js";
import { openComments, placeInWords } from "../document/comments.js";
import { colourNumber } from "../../look/palette.js";
import { openVideo } from "../state.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").Comment} Comment */
/** @typedef {{label: string, track: string|null, point: [number, number]|null}} Pin */

/** @param {Editor} app */
export function commentList(app) {
  const { comments, commentFilter } = app.view.now;
  const open = openComments(comments);
  const resolved = comments.filter((one) => one.resolved);
  const choice = (/** @type {"open"|"resolved"} */ name, /** @type {string} */ label) =>
    h(
      "button",
      {
        type: "button",
        "data-focus": `comments ${name}`,
        "aria-pressed": String(commentFilter === name),
        onclick: () => app.view.set({ commentFilter: name }),
      },
      label,
    );
  const shown = commentFilter === "open" ? open : resolved;
  const nothing =
    commentFilter === "resolved"
      ? "No comment is resolved yet."
      : "No open comments. A comment is pinned to a frame, a track or a point, for whoever works here next.";
  return [
    h(
      "div.v-filter",
      null,
      h("span.v-seg", null, choice("open", `Open ${open.length}`), choice("resolved", `Resolved ${resolved.length}`)),
      h("span.v-grow"),
      h(
        "button.v-btn.v-square",
        {
          type: "button",
          "data-role": "new-comment",
          "data-focus": "new comment",
          title: app.keymap.titled("New comment", "comment"),
          "aria-label": "New comment",
          onclick: () => app.commands.comment(),
        },
        icon("plus"),
      ),
    ),
    shown.length ? shown.map((one) => row(app, one)) : h("p.v-nothing", null, nothing),
  ];
}

/** @param {Editor} app @param {Comment} comment */
function row(app, comment) {
  const { id, text, author, created, frame, resolved, resolved_by: by } = comment;
  const track = comment.track === null ? undefined : app.document.tracks.get(comment.track);
  const here = frame === app.view.now.frame;
  const who = (/** @type {string|null} */ name) => authorWords(name ?? "", app.author);
  return h(
    "article.v-comment",
    { class: here ? "v-selected" : "", "data-comment": id },
    h(
      "button.v-commentbody",
      {
        type: "button",
        title: "Show what it is about",
        "data-focus": `comment ${id}`,
        onclick: () => goToComment(app, comment),
      },
      h(
        "span.v-row",
        null,
        track ? swatch(colourNumber(track)) : icon("comment", 16, "v-t3"),
        h("span.v-b.v-ell.v-grow", null, placeInWords(comment, track?.number)),
        h("span.v-t3", null, ago(created)),
      ),
      h("span.v-commenttext", null, text),
      h("span.v-t3.v-ell", null, resolved ? `${who(author)}, resolved by ${who(by)}` : who(author)),
    ),
    h(
      "span.v-commentactions",
      null,
      iconButton(resolved ? "undo" : "check", resolved ? "Open again" : "Resolve", () =>
        changeComment(app, id, { resolved: !resolved }),
      ),
      iconButton("trash", "Delete", () => deleteComment(app, comment)),
    ),
  );
}

/** What a comment that begins now may be pinned to, the likeliest first. @param {Editor} app @returns {Pin[]} */
export function pinsOf({ track, view }) {
  const { frame, pointer } = view.now;
  return [
    ...(track ? [{ label: `Track ${track.number}`, track: track.id, point: null }] : []),
    ...(pointer ? [{ label: "Point", track: null, point: pointer }] : []),
    { label: `Frame ${frame}`, track: null, point: null },
  ];
}

/** Ask for a new comment. @param {Editor} app */
export function askComment(app) {
  const pins = pinsOf(app);
  const { frame } = app.view.now;
  const video = openVideo(app.session).id;
  app.preferences.set({ tab: "comments" });
  // The button appears once the tab is drawn.
  setTimeout(() => {
    const anchor = app.root.querySelector("[data-role=new-comment]");
    if (anchor) showForm(app, anchor, pins, (text, pin) => addComment(app, video, { text, frame, ...pin }));
  });
}

/**
 * @param {Editor} app @param {Element} anchor @param {Pin[]} pins
 * @param {(text: string, pin: {track: string|null, point: [number, number]|null}) => Promise<unknown>} save
 */
function showForm(app, anchor, pins, save) {
  let at = 0;
  const text = h("textarea", { rows: "3", maxlength: "10000", "aria-label": "Comment", autofocus: true });
  const choices = pins.map(({ label }, i) =>
    h("button", { type: "button", "aria-pressed": String(i === 0), onclick: () => choose(i) }, label),
  );
  const choose = (/** @type {number} */ to) => {
    at = to;
    choices.forEach((other, i) => other.setAttribute("aria-pressed", String(i === at)));
    text.focus();
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!text.value.trim()) return text.focus();
    const { track, point } = pins[at];
    if (await save(text.value, { track, point })) close();
  };
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  const form = h(
    "form.v-commentform",
    { onsubmit: submit },
    h("span.v-seg", { role: "group", "aria-label": "Pinned to" }, choices),
    text,
    h(
      "span.v-row",
      null,
      h("span.v-t3.v-grow", null, "Enter saves, Shift Enter breaks the line"),
      button("Save", { kind: "v-pri", submit: true }),
    ),
  );
  const close = popover(anchor, form, { label: "New comment", width: 320, align: "end" });
  text.focus();
}
