// @ts-check
/** The selected track: its name and category, its row on this frame, and its actions. */

import { h, icon, onceIdle, renew, swatch } from "../../kit/dom.js";
import { count, plural } from "../../kit/text.js";
import { attributeSection } from "./attributes.js";
import { historyList } from "./historylist.js";
import { laneOf } from "../document/lanes.js";
import { REVIEW_STATES, toneClass } from "../../kit/words.js";
import { keyMark, named } from "../shortcuts/labels.js";
import { colourNumber } from "../../look/palette.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @type {readonly [string, string, string][]} icon, word, command */
const VERBS = Object.freeze([
  ["merge", "Merge", "merge"],
  ["split", "Split here", "split"],
  ["swap", "Swap ids", "swap"],
  ["interp", "Interpolate", "interpolate"],
  ["spread", "Spread", "spread"],
  ["end", "End here", "endHere"],
  ["absent", "Absent", "absent"],
  ["tag", "Relabel", "relabel"],
  ["warn", "Needs a look", "needsLook"],
  ["trash", "Delete", "remove"],
]);

/** @param {Editor} app @returns {HTMLElement} */
export function details(app) {
  const number = h("span", { class: "v-ic" });
  /** @type {HTMLInputElement} */
  const name = h("input", {
    type: "text",
    class: "v-rename",
    "aria-label": "Name of the track",
    title: "Name",
    onchange: () => app.commands.rename(name.value.trim()),
  });
  const category = h("button", {
    class: "v-btn v-ghost v-category",
    type: "button",
    onclick: () => app.commands.relabel(),
  });
  named(app, category, "relabel", "Relabel");
  const facts = h("dl", { class: "v-facts" });
  const bar = h("div", { class: "v-bar" });
  const attributes = attributeSection(app);
  const verbs = h(
    "div",
    { class: "v-verbs" },
    VERBS.map(([image, word, command]) => {
      const press = { class: "v-verb", type: "button", "data-verb": command, onclick: () => app.commands[command]() };
      const name = h("span", { class: "v-ell v-grow" }, word);
      return named(app, h("button", press, icon(image), name, keyMark(app, command)), command, word);
    }),
  );
  const box = h(
    "section",
    { class: "v-details", "aria-label": "Selected track" },
    h("div", { class: "v-detailhead" }, number, name, category),
    facts,
    bar,
    attributes.element,
    verbs,
  );
  const edits = h("div", { class: "v-editlist" });
  const older = h(
    "button",
    { class: "v-btn v-ghost", type: "button", onclick: () => app.commands.versions() },
    "Versions",
  );
  named(app, older, "versions", "Versions");
  const past = h(
    "section",
    { class: "v-past", "aria-label": "History of this track" },
    h("h2", {}, h("span", { class: "v-grow" }, "History of this track"), older),
    edits,
  );
  const draw = () => {
    const { track } = app;
    const none = !track || app.session.now.phase !== "ready";
    box.hidden = none;
    past.hidden = none;
    if (none || !track) return;
    renew(number, swatch(track.number, colourNumber(track)));
    if (document.activeElement !== name) name.value = track.name;
    name.placeholder = app.categoryName(track.category);
    renew(category, app.categoryName(track.category), icon("down", 14));
    renew(facts, factsOf(app, track));
    attributes.draw(track);
    const { tally } = laneOf(track);
    const part = (/** @type {string} */ what, /** @type {number} */ n) =>
      n
        ? h("i", { class: `v-${what}`, style: `width:${(n / Math.max(1, track.rows.size - tally.assumed)) * 100}%` })
        : null;
    renew(
      bar,
      part("accepted", tally.accepted),
      part("corrected", tally.corrected),
      part("rejected", tally.rejected),
      h("i", { class: "v-grow" }),
    );
  };
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const drawPast = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { track } = app;
      if (track && past.offsetParent && track.number) historyList(app, edits, track.id, 6);
    }, 150);
  };
  app.view.on(["selected", "frame"], draw);
  app.view.on(["revision"], onceIdle(draw));
  app.view.on(["selected"], drawPast);
  app.session.on(["saving"], drawPast);
  app.session.on(["phase", "video"], draw);
  draw();
  return h("div", { class: "v-lower" }, box, past);
}

/** Which model proposed the track, and its score; nothing for a track of a person. @param {Editor} app @param {import("../document/document.js").Track} track */
function proposedBy(app, track) {
  const name = track.run && app.document.runs.get(track.run);
  if (!name) return [];
  const score = track.score === null ? "" : `score ${track.score.toFixed(2)}`;
  return [h("dt", {}, "Proposed by"), h("dd", { class: "v-ell", title: name }, name), h("dd", {}, score)];
}

/** @param {Editor} app @param {import("../document/document.js").Track} track */
function factsOf(app, track) {
  const { frame } = app.view.now;
  const row = app.document.row(track.id, frame);
  const { tally } = laneOf(track);
  const judged = tally.accepted + tally.corrected + tally.rejected;
  const asked = track.rows.size - tally.assumed;
  const share = asked ? `${Math.floor((judged / asked) * 100)} % reviewed` : "";
  const area = app.document.areaOf(row);
  const sign = row ? REVIEW_STATES[row.look ? "look" : row.review] : null;
  const what = !row
    ? "unknown"
    : row.state === "absent"
      ? `absent, ${row.source}`
      : area === null
        ? row.source // the mask is on its way
        : `${row.source}, ${count(area)} px`;
  return [
    h("dt", {}, `Frame ${frame}`),
    h("dd", { class: "v-ell", title: what }, what),
    h("dd", { class: sign ? toneClass(sign) : "v-t3" }, sign ? sign.word.toLowerCase() : "nobody looked"),
    h("dt", {}, "Track"),
    h("dd", {}, `${plural(tally.present, "frame")}${tally.hand ? `, ${tally.hand} by hand` : ""}`),
    h("dd", {}, share),
    ...proposedBy(app, track),
  ];
}
