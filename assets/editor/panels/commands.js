// @ts-check
/** Commands that open a part of the page. */

import { afterPress } from "../../kit/floating.js";
import { toggleTheme } from "../../kit/theme.js";
import { lockedTrack, noVideo } from "../commands/reasons.js";
import { chooseCategory } from "./category.js";
import { showKeys } from "./help.js";
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

/** @param {Editor} app @param {EventTarget|null|undefined} from */
function newTrack(app, from) {
  const anchor =
    from ?? app.root.querySelector("[data-role=new-track]:not([hidden] *)") ?? app.root.querySelector(".v-target");
  if (!(anchor instanceof Element)) return;
  const ask = () => chooseCategory(app, anchor, "Category of the new track", (id) => app.commands.startTrack(id));
  if (app.isPressed()) afterPress(ask);
  else ask();
}

/** @type {readonly Command[]} */
export const PANEL_COMMANDS = Object.freeze([
  {
    id: "relabel",
    title: "Relabel",
    group: "Tracks",
    keys: ["Ctrl+L"],
    icon: "tag",
    places: ["palette", "lane", "row", "canvas"],
    unavailable: lockedTrack,
    run: relabel,
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
