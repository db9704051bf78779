// @ts-check
/** Commands that open a part of the page. */

import { afterPress } from "../../kit/floating.js";
import { toggleTheme } from "../../kit/theme.js";
import { EVERYWHERE } from "../commands/command.js";
import { firstOf, lockedTrack, noTrack, noVideo } from "../commands/reasons.js";
import { NEXT_COMMENT } from "../commands/comments.js";
import { chooseCategory } from "./category.js";
import { openColours } from "./colours.js";
import { askComment } from "./comments.js";
import { noGuide, showGuide } from "./guide.js";
import { showKeys } from "./help.js";
import { openVersions } from "./versions.js";
import { editKeys } from "./keys.js";
import { openPalette } from "./palette.js";
import { showLook } from "./look.js";

/** @typedef {import("../commands/command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

/** @param {Editor} app */
function relabel(app) {
  const anchor = app.root.querySelector(".v-category");
  if (anchor) chooseCategory(app, anchor, "Category", (id) => app.commands.setCategory(id));
}

/** @param {Editor} app */
function relabelAll(app) {
  const anchor = app.root.querySelector(".v-category");
  const title = `New category of all tracks of ${app.categoryName(app.track?.category ?? null)}`;
  if (anchor) chooseCategory(app, anchor, title, (id) => app.registry.run("setCategoryOfAll", id));
}

/** @param {Editor} app @param {EventTarget|null|undefined} from */
function newTrack(app, from) {
  const anchor =
    from ?? app.root.querySelector("[data-role=new-track]:not([hidden] *)") ?? app.root.querySelector(".v-target");
  if (!(anchor instanceof Element)) return;
  const ask = () => chooseCategory(app, anchor, "Category of the new track", (id) => app.commands.startTrack(id));
  if (app.isPressed()) afterPress(ask);
  else ask();
}

/** Parts of the page, in the order in which F6 goes through them; the element that takes the focus. */
const REGIONS = Object.freeze([
  ".v-canvas",
  ".v-tabs [aria-selected=true]",
  ".v-lanes > canvas",
  ".v-review .v-btn",
  ".v-brand",
]);

/** Move the focus to another part of the page. @param {Editor} app @param {1|-1} step */
function region({ root }, step) {
  const parts = REGIONS.map((selector) => root.querySelector(selector)).filter((part) => part instanceof HTMLElement);
  const holders = parts.map((part) => part.closest(".v-canvas, .v-side, .v-timeline, .v-review, .v-top"));
  const at = holders.findIndex((holder) => holder?.contains(document.activeElement));
  parts[at < 0 ? 0 : (at + step + parts.length) % parts.length]?.focus({ preventScroll: true });
}

/** Put the cursor into the name of the selected track. @param {Editor} app */
function renameTrack({ root }) {
  const field = root.querySelector(".v-rename");
  if (!(field instanceof HTMLInputElement)) return;
  field.focus();
  field.select();
}

/** @param {string} id @param {string} title @param {string} name @param {string} key @returns {Command} */
const tab = (id, title, name, key) => ({
  id,
  title,
  group: "See",
  keys: [key],
  icon: name === "history" ? "clock" : "list",
  whilePreview: true,
  run: (app) => app.preferences.set({ tab: name }),
});

/** @param {import("../editor.js").Editor} app */
function focusFrame({ root }) {
  const field = root.querySelector(".v-frameplace .v-num");
  if (!(field instanceof HTMLInputElement)) return;
  field.focus();
  field.select();
}

/** @type {readonly Command[]} */
export const PANEL_COMMANDS = Object.freeze([
  {
    id: "focusFrame",
    title: "Go to a frame by its number",
    group: "Move in time",
    keys: ["`"],
    whilePreview: true,
    unavailable: noVideo,
    run: focusFrame,
  },
  {
    id: "relabel",
    title: "Relabel",
    group: "Tracks",
    keys: ["Ctrl+L"],
    icon: "tag",
    places: EVERYWHERE,
    unavailable: lockedTrack,
    run: relabel,
  },
  {
    id: "relabelAll",
    title: "Relabel all tracks of this category",
    group: "Tracks",
    keys: ["Alt+Shift+L"],
    icon: "tag",
    places: EVERYWHERE,
    unavailable: noTrack,
    run: relabelAll,
  },
  {
    id: "recolour",
    title: "Recolour",
    group: "Tracks",
    keys: ["Alt+R"],
    icon: "bright",
    places: EVERYWHERE,
    unavailable: lockedTrack,
    run: openColours,
  },
  {
    id: "versions",
    title: "Earlier versions",
    group: "Change tracks",
    keys: ["Alt+V"],
    icon: "clock",
    places: EVERYWHERE,
    unavailable: noTrack,
    run: openVersions,
  },
  {
    id: "newTrack",
    title: "New track",
    group: "Tracks",
    keys: ["N"],
    icon: "plus",
    places: ["palette", "canvas"],
    unavailable: noVideo,
    run: newTrack,
  },
  {
    id: "renameTrack",
    title: "Rename",
    group: "Tracks",
    keys: ["F2"],
    icon: "edit",
    places: EVERYWHERE,
    unavailable: noTrack,
    run: renameTrack,
  },
  {
    id: "filterTracks",
    title: "Filter tracks",
    group: "Tracks",
    keys: ["/"],
    icon: "search",
    whilePreview: true,
    unavailable: noVideo,
    run: ({ root, preferences }) => {
      preferences.set({ tab: "tracks" });
      // The field appears once the tab is drawn.
      setTimeout(() => /** @type {HTMLElement|null} */ (root.querySelector(".v-filter input"))?.focus());
    },
  },
  tab("showTracks", "Show the tracks", "tracks", "Alt+T"),
  tab("showQueue", "Show the review queue", "queue", "Alt+Q"),
  tab("showHistory", "Show the history", "history", "Alt+Y"),
  tab("showComments", "Show the comments", "comments", "Alt+C"),
  NEXT_COMMENT,
  {
    id: "comment",
    title: "Comment",
    group: "Review",
    keys: ["Shift+C"],
    icon: "comment",
    places: EVERYWHERE,
    whilePreview: true,
    unavailable: noVideo,
    run: askComment,
  },
  {
    id: "propose",
    title: "Propose",
    group: "General",
    keys: ["Alt+P"],
    icon: "spark",
    unavailable: (app) =>
      noVideo(app) ?? (app.session.now.video?.problem ? "The source of this video is missing." : null),
    run: ({ root }) => /** @type {HTMLElement|null} */ (root.querySelector(".v-jobslot button"))?.click(),
  },
  {
    id: "nextRegion",
    title: "Focus the next part of the page",
    group: "General",
    keys: ["F6"],
    whilePreview: true,
    run: (app) => region(app, 1),
  },
  {
    id: "previousRegion",
    title: "Focus the previous part of the page",
    group: "General",
    keys: ["Shift+F6"],
    whilePreview: true,
    run: (app) => region(app, -1),
  },
  {
    id: "guide",
    title: "Annotation guide",
    group: "General",
    keys: ["Alt+G"],
    icon: "book",
    whilePreview: true,
    unavailable: firstOf(noVideo, noGuide),
    run: showGuide,
  },
  {
    id: "palette",
    title: "All commands",
    group: "General",
    keys: ["Ctrl+K"],
    icon: "search",
    whilePreview: true,
    run: openPalette,
  },
  {
    id: "editKeys",
    title: "Change keys",
    group: "General",
    icon: "kb",
    whilePreview: true,
    run: editKeys,
  },
  {
    id: "help",
    title: "All keys",
    group: "General",
    keys: ["?", "F1"],
    icon: "help",
    whilePreview: true,
    run: showKeys,
  },
  {
    id: "look",
    title: "Opacity, brightness, contrast, gamma",
    group: "See",
    keys: ["Y"],
    icon: "bright",
    whilePreview: true,
    unavailable: noVideo,
    run: showLook,
  },
  {
    id: "theme",
    title: "Light or dark",
    group: "General",
    icon: "sun",
    whilePreview: true,
    run: (app) => app.session.set({ theme: toggleTheme() }),
  },
]);
