// @ts-check
/** The bar of verdicts: the place in the queue, the state of the selected row, the scope, Reject and Accept. */

import { filteredQueue } from "../commands.js";
import { fill, h, icon, iconButton, kbd } from "../../kit/dom.js";
import { REVIEW_STATES, toneClass } from "../../kit/words.js";
import { standingOn } from "../document/lanes.js";
import { keyOf, titled } from "../shortcuts.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @param {Editor} app @returns {HTMLElement} */
export function reviewBar(app) {
  const place = h("span", { class: "v-t2 v-nowrap" });
  const previous = iconButton("prev", titled("Previous in queue", "previousInQueue"), () =>
    app.commands.previousInQueue(),
  );
  const next = iconButton("next", titled("Next in queue", "nextInQueue"), () => app.commands.nextInQueue());
  const glyph = h("span", { class: "v-ic" });
  const why = h("b", { class: "v-b v-nowrap" });
  const more = h("span", { class: "v-t2 v-ell v-grow" });
  const scopes = h("span", { class: "v-seg", role: "radiogroup", "aria-label": "Verdicts hold for" });
  const reject = h(
    "button",
    { class: "v-btn", type: "button", title: titled("Reject", "reject"), onclick: () => app.commands.reject() },
    icon("x"),
    "Reject",
    kbd(keyOf("reject")),
  );
  const accept = h(
    "button",
    { class: "v-btn v-pri", type: "button", title: titled("Accept", "accept"), onclick: () => app.commands.accept() },
    icon("check"),
    "Accept",
    kbd(keyOf("accept")),
  );
  const bar = h(
    "div",
    { class: "v-review", role: "toolbar", "aria-label": "Review" },
    previous,
    place,
    next,
    h("span", { class: "v-sep" }),
    glyph,
    why,
    more,
    scopes,
    reject,
    accept,
  );
  const draw = () => {
    const ready = app.session.now.phase === "ready";
    bar.hidden = !ready || !app.document.list().length;
    if (bar.hidden) return;
    const items = filteredQueue(app);
    const at = standingOn(items, app.view.now.selected, app.view.now.frame);
    fill(place, at >= 0 ? [h("b", { class: "v-strong" }, at + 1), ` of ${items.length}`] : `${items.length} left`);
    const summary = summaryOf(app);
    fill(glyph, icon(...summary.glyph));
    why.textContent = summary.title;
    more.textContent = summary.more;
    for (const element of [reject, accept]) element.disabled = !app.track;
    fill(scopes, scopeButtons(app));
  };
  app.view.on(["frame", "selected", "revision", "range", "queueFilter", "newTrack"], draw);
  app.preferences.on(["scope"], draw);
  app.session.on(["phase", "video"], draw);
  draw();
  return bar;
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
function summaryOf(app) {
  const { frame, newTrack } = app.view.now;
  const { track } = app;
  if (newTrack)
    return {
      glyph: ["plus", 16, "v-acc"],
      title: `New ${app.categoryName(newTrack.category)}`,
      more: "draw its mask on this frame",
    };
  if (!track) return { glyph: ["select", 16, "v-t3"], title: "Select a track", more: "click its mask, or press Tab" };
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
  const score = row.score !== null && row.source === "proposed" ? ` ${row.score.toFixed(2)}` : "";
  return {
    glyph: [sign.icon, 16, toneClass(sign)],
    title: row.look ?? sign.word,
    more: `${name}, ${row.state === "absent" ? "absent" : row.source}${score}`,
  };
}
