// @ts-check
/** The side panel: the lists of tracks, of frames to be reviewed, and of edits; the selected track below. */

import { activeSearch, filteredQueue, searchOnce, visit, wholeQueue } from "../commands/queue.js";
import { details } from "./details.js";
import { fill, h, icon, swatch } from "../../kit/dom.js";
import { historyList } from "./historylist.js";
import { standingOn, stateOf } from "../document/lanes.js";
import { REVIEW_STATES, toneClass } from "../../kit/words.js";
import { named } from "../shortcuts/labels.js";
import { toastShelf } from "./toasts.js";
import { offlineToast } from "./topbar.js";

/** @typedef {import("../editor.js").Editor} Editor */

const NOTHING = "Tracks appear here when a video has proposals, imported masks, or your first stroke.";

/** @param {Editor} app @returns {HTMLElement} */
export function panel(app) {
  const tabs = h("div", { class: "v-tabs", role: "tablist" });
  const filter = filterRow(app);
  const list = h("div", { class: "v-list" });
  const shelf = toastShelf(app);
  const draw = () => {
    const ready = app.session.now.phase === "ready";
    const { tab } = app.preferences.now;
    const tracks = ready ? app.document.list() : [];
    const waiting = ready ? wholeQueue(app).length : 0;
    fill(
      tabs,
      [
        ["tracks", "Tracks", tracks.length],
        ["queue", "Queue", waiting],
        ["history", "History", ""],
      ].map(([name, label, number]) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            "aria-selected": String(name === tab),
            "data-tab": name,
            onclick: () => app.preferences.set({ tab: String(name) }),
          },
          label,
          h("span", { class: "v-t3" }, ready ? number : ""),
        ),
      ),
    );
    filter.hidden = !ready || tab !== "tracks";
    if (!ready) fill(list, app.session.now.phase === "loading" ? null : h("p", { class: "v-nothing" }, NOTHING));
    else if (tab === "queue") fill(list, queueList(app));
    else if (tab === "history") historyList(app, list, null);
    else fill(list, trackRows(app, tracks));
  };
  app.view.on(["revision", "selected", "marks", "solo", "filter", "queueFilter", "newTrack", "likely"], draw);
  app.view.on(["frame"], () => app.preferences.now.tab === "queue" && draw());
  app.preferences.on(["tab"], () => {
    if (app.preferences.now.tab === "queue") searchOnce(app);
    draw();
  });
  app.session.on(["phase", "video"], draw);
  draw();
  return h(
    "aside",
    { class: "v-side", "aria-label": "Tracks and review" },
    tabs,
    filter,
    list,
    h("div", { class: "v-shelf" }, offlineToast(app), shelf),
    details(app),
  );
}

/** @param {Editor} app */
function filterRow(app) {
  /** @type {HTMLInputElement} */
  const input = h("input", {
    type: "text",
    placeholder: "Filter by name, category, state",
    "aria-label": "Filter tracks",
    oninput: () => app.view.set({ filter: input.value }),
  });
  app.session.on(["video"], () => (input.value = app.view.now.filter));
  return h(
    "div",
    { class: "v-filter" },
    h("label", { class: "v-field v-grow" }, icon("search"), input),
    named(
      app,
      h(
        "button",
        {
          class: "v-btn v-square",
          type: "button",
          "data-role": "new-track",
          onclick: (e) => app.commands.newTrack(e.currentTarget),
        },
        icon("plus"),
      ),
      "newTrack",
      "New track",
    ),
  );
}

/** @param {Editor} app @param {import("../document/document.js").Track[]} tracks */
function trackRows(app, tracks) {
  const { filter, newTrack } = app.view.now;
  if (!tracks.length && !newTrack) {
    return h(
      "p",
      { class: "v-nothing" },
      NOTHING,
      h(
        "button",
        {
          class: "v-btn v-outline",
          type: "button",
          onclick: (e) => app.commands.newTrack(e.currentTarget),
        },
        icon("plus"),
        "New track",
      ),
    );
  }
  const words = filter.toLowerCase().trim();
  const wanted = tracks.filter(
    (track) =>
      !words ||
      `${track.number} ${track.name} ${app.categoryName(track.category)} ${REVIEW_STATES[stateOf(track)].word}`
        .toLowerCase()
        .includes(words),
  );
  const coming =
    newTrack &&
    h(
      "div",
      { class: "v-trackrow v-selected" },
      swatch(newTrack.number),
      h("span", { class: "v-ell v-b" }, app.categoryName(newTrack.category)),
      h("span", { class: "v-meta v-t3" }, "draw it"),
    );
  return [
    wanted.map((track) => trackRow(app, track)),
    coming,
    !wanted.length && words ? h("p", { class: "v-nothing" }, "No track matches.") : null,
  ];
}

/** @param {Editor} app @param {import("../document/document.js").Track} track */
function trackRow(app, track) {
  const { selected, hidden, locked, solo } = app.view.now;
  const category = app.categoryName(track.category);
  const sign = REVIEW_STATES[stateOf(track)];
  const action = (
    /** @type {string} */ name,
    /** @type {string} */ label,
    /** @type {"hide"|"lock"|"solo"} */ command,
    /** @type {boolean} */ on,
  ) =>
    h(
      "button",
      {
        type: "button",
        "aria-label": `${label} track ${track.number}`,
        title: app.keymap.titled(label, command),
        "aria-pressed": String(on),
        onclick: (/** @type {Event} */ event) => {
          event.stopPropagation();
          app.commands[command](track.id);
        },
      },
      icon(name),
    );
  const marked = hidden.has(track.id) || locked.has(track.id) || solo === track.id;
  return h(
    "div",
    {
      class: `v-trackrow ${track.id === selected ? "v-selected" : ""} ${track.rejected ? "v-struck" : ""} ${hidden.has(track.id) ? "v-faint" : ""}`,
      role: "option",
      "aria-selected": String(track.id === selected),
      tabindex: "0",
      "data-track": track.number,
      onclick: () => app.commands.select(track.id),
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && app.commands.select(track.id),
    },
    swatch(track.number),
    h("span", { class: "v-ell v-name" }, track.name || category),
    h(
      "span",
      { class: `v-actions ${marked ? "v-kept" : ""}` },
      action(hidden.has(track.id) ? "eyeoff" : "eye", "Hide", "hide", hidden.has(track.id)),
      action(locked.has(track.id) ? "lock" : "unlock", "Lock", "lock", locked.has(track.id)),
      action("solo", "Only this", "solo", solo === track.id),
    ),
    h(
      "span",
      { class: "v-meta" },
      track.name ? h("span", { class: "v-chip" }, category) : null,
      h("span", { class: "v-score" }, track.score === null ? "" : track.score.toFixed(2)),
      icon(sign.icon, 16, toneClass(sign), sign.word),
    ),
  );
}

/** @param {import("../document/lanes.js").QueueItem} item */
const signOf = ({ kind }) => REVIEW_STATES[kind === "likely" ? "look" : kind];

/** @param {Editor} app */
function queueList(app) {
  const all = wholeQueue(app);
  const items = filteredQueue(app);
  const at = standingOn(items, app.view.now.selected, app.view.now.frame);
  const count = (/** @type {string} */ kind) => all.filter((item) => item.kind === kind).length;
  const choice = (/** @type {string} */ name, /** @type {string} */ label) =>
    h(
      "button",
      {
        type: "button",
        "aria-pressed": String(app.view.now.queueFilter === name),
        onclick: () => app.view.set({ queueFilter: name }),
      },
      label,
    );
  const titleOf = (/** @type {string} */ id) => {
    const track = app.document.tracks.get(id);
    return track ? app.title(track) : "";
  };
  const row = (/** @type {import("../document/lanes.js").QueueItem} */ item, /** @type {number} */ i) =>
    h(
      "button",
      {
        class: `v-queueitem ${i === at ? "v-selected" : ""}`,
        type: "button",
        onclick: () => visit(app, item),
      },
      swatch(item.number),
      h(
        "span",
        { class: "v-grow" },
        h("span", { class: "v-b" }, item.reason),
        h("span", { class: "v-t3 v-ell" }, titleOf(item.track)),
      ),
      h("span", { class: "v-t2" }, item.first === item.last ? `frame ${item.first}` : `${item.first} – ${item.last}`),
      icon(signOf(item).icon, 16, toneClass(signOf(item))),
    );
  return [
    h(
      "div",
      { class: "v-filter" },
      h(
        "span",
        { class: "v-seg" },
        choice("all", `All ${all.length}`),
        choice("likely", `Likely errors ${count("likely")}`),
        choice("look", `Look ${count("look")}`),
        choice("unreviewed", `Open ${count("unreviewed")}`),
      ),
    ),
    items.length
      ? items.slice(0, 400).map(row)
      : h(
          "p",
          { class: "v-nothing" },
          all.length
            ? "Nothing of this kind waits."
            : app.document.list().length
              ? "Everything here has a verdict."
              : "Nothing to review yet.",
        ),
  ];
}
