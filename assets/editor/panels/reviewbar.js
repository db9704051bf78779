// @ts-check
/** The bar of verdicts: the place in the queue, the state of the selected row, the scope, Reject and Accept. */

import { filteredQueue, standing } from "../commands/queue.js";
import { fill, h, icon, onceIdle, whenOther } from "../../kit/dom.js";
import { REVIEW_STATES, toneClass } from "../../kit/words.js";
import { previewParts } from "./previewbar.js";
import { suggestionOf } from "./suggestion.js";
import { commandButton, keyMark, named } from "../shortcuts/labels.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @param {Editor} app @returns {HTMLElement} */
export function reviewBar(app) {
  const place = h("span", { class: "v-t2 v-nowrap" });
  const [previous, next] = ["previousInQueue", "nextInQueue"].map((id) => commandButton(app, id));
  const glyph = h("span", { class: "v-ic" });
  const why = h("b", { class: "v-b v-nowrap" });
  const more = h("span", { class: "v-t2 v-ell v-grow" });
  const suggestion = h("button", { class: "v-btn v-nowrap v-suggestion", type: "button" });
  const scopes = h("span", { class: "v-seg", role: "radiogroup", "aria-label": "Verdicts hold for" });
  const verdict = (/** @type {string} */ id, extra = "") => {
    const { title, icon: image = "check" } = app.registry.get(id);
    const press = { class: `v-btn ${extra}`, type: "button", onclick: () => app.commands[id]() };
    return named(app, h("button", press, icon(image), title, keyMark(app, id)), id, title);
  };
  const reject = verdict("reject");
  const accept = verdict("accept", "v-pri");
  const decided = previewParts(app);
  const separator = h("span", { class: "v-sep" });
  const review = [previous, place, next, separator, glyph, why, more, suggestion, scopes, reject, accept];
  const bar = h("div", { class: "v-review", role: "toolbar", "aria-label": "Review" }, review, decided);
  const [placed, summed, scoped] = [whenOther(), whenOther(), whenOther()];
  const draw = () => {
    const ready = app.session.now.phase === "ready";
    const { preview } = app.view.now;
    bar.classList.toggle("v-blank", !ready);
    bar.setAttribute("aria-label", preview ? "Preview" : "Review");
    bar.classList.toggle("v-previewing", Boolean(preview));
    for (const element of review) if (element !== suggestion) element.hidden = Boolean(preview);
    if (preview) suggestion.hidden = true;
    decided.hidden = !preview;
    if (!ready || preview) return;
    const items = filteredQueue(app);
    const at = standing(app, items);
    placed([at, items.length], () =>
      fill(place, at >= 0 ? [h("b", { class: "v-strong" }, at + 1), ` of ${items.length}`] : `${items.length} left`),
    );
    const item = items[at];
    const summary = summaryOf(app);
    if (item?.kind === "likely" && item.track === app.track?.id) {
      summary.glyph = [REVIEW_STATES.look.icon, 16, toneClass(REVIEW_STATES.look)];
      summary.title = item.reason;
    }
    if (app.view.now.earlier) {
      summary.glyph = ["flicker", 16, "v-acc"];
      summary.title = app.view.now.earlier[0].toUpperCase() + app.view.now.earlier.slice(1);
    }
    summed(summary, () => {
      fill(glyph, icon(...summary.glyph));
      why.textContent = summary.title;
      more.textContent = more.title = summary.more;
    });
    for (const element of [reject, accept]) element.disabled = !app.track;
    scoped([app.view.now.range, app.preferences.now.scope], () => fill(scopes, scopeButtons(app)));
    drawSuggestion(app, suggestion);
  };
  app.view.on(["frame", "selected", "range", "queueFilter", "newTrack", "preview", "likely", "earlier"], draw);
  app.view.on(["revision"], onceIdle(draw));
  app.preferences.on(["scope"], draw);
  app.session.on(["phase", "video"], draw);
  draw();
  return h("div", { class: "v-reviewplace" }, bar);
}

/** The step that helps a spread track most, where there is one. @param {Editor} app @param {HTMLButtonElement} button */
function drawSuggestion(app, button) {
  const found = suggestionOf(app);
  button.hidden = !found;
  if (!found) return;
  fill(button, icon(found.icon), found.label, found.command ? keyMark(app, found.command) : null);
  button.title = found.title;
  button.onclick = found.run;
}

/** @param {Editor} app */
function scopeButtons(app) {
  const { range } = app.view.now;
  const wanted = app.preferences.now.scope;
  const current = wanted === "range" && !range ? "frame" : wanted;
  /** @type {[string, string, string][]} */
  const list = [
    ["frame", "Frame", "This frame"],
    ["onward", "Onward", "From this frame to the end"],
    ["whole", "Whole", "The whole track"],
  ];
  if (range) list.splice(1, 0, ["range", `${range[0]} – ${range[1]}`, "The chosen range"]);
  return list.map(([name, label, title]) =>
    h(
      "button",
      {
        type: "button",
        role: "radio",
        title,
        "aria-checked": String(name === current),
        onclick: () => app.preferences.set({ scope: name }),
      },
      label,
    ),
  );
}

/** The state of the selected track on this frame. @param {Editor} app @returns {{glyph: [string, number, string], title: string, more: string}} */
export function summaryOf(app) {
  const { frame, newTrack } = app.view.now;
  const { track } = app;
  if (newTrack)
    return {
      glyph: ["plus", 16, "v-acc"],
      title: `New ${app.categoryName(newTrack.category)}`,
      more: "draw its mask on this frame",
    };
  if (!track && app.document.list().length === 0)
    return {
      glyph: ["plus", 16, "v-t3"],
      title: "No tracks yet",
      more: `Propose finds some, or press ${app.keymap.keyOf("newTrack")} and draw one`,
    };
  if (!track)
    return {
      glyph: ["select", 16, "v-t3"],
      title: "Select a track",
      more: `click its mask, or press ${app.keymap.keyOf("nextTrack")}`,
    };
  if (track.rejected)
    return {
      glyph: ["x", 16, "v-bad"],
      title: "Track rejected",
      more: `${track.number} ${app.title(track)}: there is no such thing`,
    };
  const row = app.document.row(track.id, frame);
  const name = `${track.number} ${app.title(track)}`;
  if (!row)
    return { glyph: ["ci", 16, "v-t3"], title: "Unknown here", more: `${name}: nobody looked at frame ${frame}` };
  const sign = REVIEW_STATES[row.look ? "look" : row.review];
  const score =
    row.score !== null && row.source === "proposed" && row.state !== "absent" ? ` ${row.score.toFixed(2)}` : "";
  return {
    glyph: [sign.icon, 16, toneClass(sign)],
    title: row.look ?? sign.word,
    more: `${name}, ${row.state === "absent" ? "absent" : row.source}${score}`,
  };
}
