// @ts-check
/** The side panel: the lists of tracks, of frames to be reviewed, and of edits; the selected track below. */

import { activeSearch, filteredQueue, searchOnce, standing, visit, wholeQueue } from "../commands/queue.js";
import { commentList } from "./comments.js";
import { details } from "./details.js";
import { fill, h, icon, keepingFocus, onceIdle, refill, swatch, whenOther } from "../../kit/dom.js";
import { attributeWords } from "../document/attributes.js";
import { openComments } from "../document/comments.js";
import { historyList } from "./historylist.js";
import { doctorButton, identityList } from "./identities.js";
import { keptInSight } from "./insight.js";
import { stateOf } from "../document/lanes.js";
import { REVIEW_STATES, toneClass } from "../../kit/words.js";
import { named } from "../shortcuts/labels.js";
import { toastShelf } from "./toasts.js";
import { spanOf, trackRow } from "./trackrow.js";
import { offlineToast } from "./topbar.js";
import { colourNumber } from "../../look/palette.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @type {import("../../kit/wire.js").Attribute[]} */
const NONE = [];
/** Rows of a list that are exchanged one by one; more of them are faster all at once. */
const FEW = 6;
const NOTHING = "Tracks appear here when a video has proposals, imported masks, or your first stroke.";

/** @param {Editor} app @returns {HTMLElement} */
export function panel(app) {
  const tabs = h("div", { class: "v-tabs", role: "tablist" });
  const filter = filterRow(app);
  const list = h("div", { class: "v-list", "aria-label": "Tracks" });
  const shelf = toastShelf(app);
  const tabbed = whenOther();
  const draw = () => {
    const ready = app.session.now.phase === "ready";
    const { tab } = app.preferences.now;
    const tracks = ready ? app.document.list() : [];
    const waiting = ready ? wholeQueue(app).length : 0;
    const comments = openComments(app.view.now.comments).length;
    tabbed([ready, tab, tracks.length, waiting, comments], () =>
      refill(tabs, tabButtons(app, { ready, tracks: tracks.length, waiting, comments })),
    );
    filter.hidden = !ready || tab !== "tracks";
    if (ready && tab === "tracks" && tracks.length) list.setAttribute("role", "listbox");
    else list.removeAttribute("role");
    if (!ready) fill(list, app.session.now.phase === "loading" ? null : h("p", { class: "v-nothing" }, NOTHING));
    else if (tab === "queue") refill(list, queueList(app));
    else if (tab === "history") historyList(app, list, null);
    else if (tab === "comments") refill(list, commentList(app));
    else {
      showRows(list, trackRows(app, tracks));
    }
  };
  app.view.on(["revision"], onceIdle(draw));
  app.view.on(
    [
      "selected",
      "marks",
      "solo",
      "filter",
      "queueFilter",
      "newTrack",
      "comments",
      "commentFilter",
      "likely",
      "identities",
      "identityVideos",
    ],
    draw,
  );
  app.view.on(["frame"], () => ["queue", "comments"].includes(app.preferences.now.tab) && draw());
  app.view.on(["preview"], () => app.view.now.queueFilter === "identity" && draw());
  app.preferences.on(["tab"], () => {
    if (app.preferences.now.tab === "queue") searchOnce(app);
    draw();
  });
  const reveal = keptInSight(list, ".v-trackrow.v-selected");
  app.view.on(["selected", "newTrack"], reveal);
  app.preferences.on(["tab"], reveal);
  app.session.on(["phase", "video"], draw);
  app.session.on(["saving"], () => app.preferences.now.tab === "history" && draw());
  app.session.on(["jobs"], () => app.preferences.now.tab === "queue" && draw());
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

const TABS = Object.freeze(["tracks", "queue", "history", "comments"]);

/** @param {Editor} app @param {{ready: boolean, tracks: number, waiting: number, comments: number}} shown */
function tabButtons(app, { ready, tracks, waiting, comments }) {
  /** @type {[string, string, number|string][]} */
  const list = [
    ["tracks", "Tracks", tracks],
    ["queue", "Queue", waiting],
    ["history", "History", ""],
    ["comments", "Comments", comments || ""],
  ];
  const chosen = app.preferences.now.tab;
  return list.map(([name, label, number]) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(name === chosen),
        "data-tab": name,
        "data-focus": `tab ${name}`,
        tabindex: name === chosen ? "0" : "-1",
        onclick: () => app.preferences.set({ tab: name }),
        onkeydown: (/** @type {KeyboardEvent} */ event) => otherTab(app, event),
      },
      label,
      h("span", { class: "v-t3" }, ready ? number : ""),
    ),
  );
}

/** The arrow keys go from tab to tab. @param {Editor} app @param {KeyboardEvent} event */
function otherTab(app, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const at = TABS.indexOf(app.preferences.now.tab);
  const tab = TABS[(at + step + TABS.length) % TABS.length];
  app.preferences.set({ tab });
  const button = /** @type {HTMLElement} */ (event.currentTarget).parentElement?.querySelector(`[data-tab=${tab}]`);
  if (button instanceof HTMLElement) button.focus();
}

/** @param {Editor} app */
function filterRow(app) {
  /** @type {HTMLInputElement} */
  const input = h("input", {
    type: "text",
    placeholder: "Filter tracks",
    title: "By number, name, category, state and attribute; several words narrow it down",
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
  const wanted = tracks.filter((track) => matches(app, track, words));
  const stop = wanted.find((track) => track.id === app.view.now.selected) ?? wanted[0];
  const keys = ["hide", "lock", "solo"].map((command) => app.keymap.keyOf(command)).join();
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
    wanted.map((track) => keptRow(app, track, track === stop, keys)),
    coming,
    !wanted.length && words ? h("p", { class: "v-nothing" }, "No track matches.") : null,
  ];
}

/** Whether every word of a filter stands in what is known of a track. @param {Editor} app @param {import("../document/document.js").Track} track @param {string} words in lower case */
function matches(app, track, words) {
  if (!words) return true;
  const state = REVIEW_STATES[stateOf(track)].word;
  const attributes = attributeWords(track, app.session.now.video?.attributes ?? NONE);
  const text = `${track.number} ${track.name} ${app.categoryName(track.category)} ${state} ${attributes}`.toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}

/** @param {import("../document/lanes.js").QueueItem} item */
const signOf = ({ kind }) => REVIEW_STATES[kind === "likely" ? "look" : kind];

/** Show these elements; where few of them are new, only these are exchanged. @param {HTMLElement} list @param {import("../../kit/dom.js").Children} rows */
function showRows(list, rows) {
  const wanted = [rows].flat(3).filter((row) => row instanceof Node);
  const there = [...list.childNodes];
  const other = wanted.filter((row, i) => row !== there[i]);
  if (!other.length && wanted.length === there.length) return;
  const moved = other.some((row) => row.parentNode === list);
  if (wanted.length !== there.length || other.length > FEW || moved) {
    refill(list, rows);
    return;
  }
  keepingFocus(list, () => wanted.forEach((row, i) => row !== there[i] && there[i].replaceWith(row)));
}

/** @type {WeakMap<Editor, Map<string, {shown: string, row: HTMLElement}>>} rows of the list, by track */
const rowsOf = new WeakMap();

/**
 * The row of a track, made again only when it shows something else: strokes must not wait for fifty rows.
 * @param {Editor} app @param {import("../document/document.js").Track} track @param {boolean} stop whether Tab stops at it
 * @param {string} keys of its buttons
 */
function keptRow(app, track, stop, keys) {
  const { selected, hidden, locked, solo } = app.view.now;
  const { id, number, name, rejected, score } = track;
  const marks = [selected === id, hidden.has(id), locked.has(id), solo === id, stop, rejected];
  const words = [name, app.title(track), app.categoryName(track.category), spanOf(track), stateOf(track)];
  const shown = [number, colourNumber(track), score, ...words, ...marks, keys].join("\n");
  const rows = rowsOf.get(app) ?? new Map();
  rowsOf.set(app, rows);
  const kept = rows.get(id);
  if (kept?.shown === shown) return kept.row;
  const row = trackRow(app, track, stop);
  rows.set(id, { shown, row });
  return row;
}

/** What the search for likely errors does now. @param {Editor} app */
const searchWords = (app) =>
  activeSearch(app)?.status === "queued"
    ? "The search for likely errors waits for another job."
    : "Searching for likely errors…";

/** @param {Editor} app */
function queueList(app) {
  const all = wholeQueue(app);
  const items = filteredQueue(app);
  const at = standing(app, items);
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
  const swatchOf = (/** @type {string} */ id) => {
    const track = app.document.tracks.get(id);
    return track ? swatch(track.number, colourNumber(track)) : null;
  };
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
        "data-focus": `queue ${item.track} ${item.first}`,
        onclick: () => visit(app, item),
      },
      swatchOf(item.track),
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
    doctorButton(app),
    activeSearch(app) ? h("p", { class: "v-searching", role: "status" }, icon("clock"), searchWords(app)) : null,
    app.view.now.queueFilter === "identity"
      ? identityList(app)
      : items.length
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
