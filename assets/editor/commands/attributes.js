// @ts-check
/** Commands that set attributes: occluded, truncated and crowd, and those that come with a project's lists and categories. */

import * as values from "../document/attributes.js";
import { OF_PROJECT } from "../shortcuts/keymap.js";
import { categoriesInUse } from "../state.js";
import { EVERYWHERE } from "./command.js";
import { framesOf, scopeOf } from "./judging.js";
import { firstOf, framesInWords, lockedTrack, unread } from "./reasons.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").Attribute} Attribute */
/** @typedef {import("./command.js").Command} Command */

const GROUP = "Attributes";

/** @type {import("./reasons.js").Check} */
const scopeUnread = (app) => unread(app, framesOf(app));

/** The scope holds no mask that could have an attribute. @type {import("./reasons.js").Check} */
const noMask = (app) =>
  !app.track || values.masksIn(app.track, framesOf(app)).length
    ? null
    : `Track ${app.track.number} has no mask on ${framesInWords(app, framesOf(app))}.`;

/** @param {"occluded"|"truncated"} name @returns {import("./reasons.js").Check} */
const wholeHas = (name) => (app) =>
  app.track?.[name] && scopeOf(app) !== "whole"
    ? `The whole of track ${app.track.number} is ${name}: choose the scope Whole to change that.`
    : null;

/** @param {"occluded"|"truncated"} name @param {Pick<Command, "title"|"icon"|"keys">} shown @returns {Command} */
const flag = (name, shown) => ({
  id: name,
  ...shown,
  group: GROUP,
  places: EVERYWHERE,
  unavailable: firstOf(lockedTrack, scopeUnread, wholeHas(name), (app) =>
    scopeOf(app) === "whole" ? null : noMask(app),
  ),
  run: (app) => {
    const { track, queue } = app;
    return track && queue?.add(name, values.toggleFlag(track, name, framesOf(app), scopeOf(app) === "whole"));
  },
});

/** @type {readonly Command[]} */
export const ATTRIBUTES = Object.freeze([
  flag("occluded", { title: "Occluded", icon: "absent", keys: ["Q"] }),
  flag("truncated", { title: "Truncated by the border of the picture", icon: "end", keys: ["Shift+Q"] }),
  {
    id: "crowd",
    title: "Crowd: the track covers many things",
    group: GROUP,
    keys: ["Shift+I"],
    icon: "grid",
    places: EVERYWHERE,
    unavailable: lockedTrack,
    run: ({ track, queue }) =>
      track && queue?.add("crowd", [{ track: track.id, frame: null, after: { iscrowd: !track.iscrowd } }]),
  },
]);

/** Id of the command that goes to the next choice. @param {Attribute} attribute */
export const nextOf = ({ id }) => `${OF_PROJECT}${id}`;

/** Choose a value for the track, or for the frames of the scope. @param {Editor} app @param {Attribute} attribute @param {string|null} value */
export function chooseValue(app, attribute, value) {
  const { track, queue } = app;
  return track && queue?.add("attribute", values.choose(track, attribute, value, framesOf(app)));
}

/**
 * The commands of a project's lists: for each the next choice, which has its key, and every choice by its name.
 * @param {readonly Attribute[]} attributes in use
 * @returns {Command[]}
 */
export const attributeCommands = (attributes) => attributes.flatMap((attribute) => commandsOf(attribute));

/** @param {Attribute} attribute @returns {Command[]} */
function commandsOf(attribute) {
  const { name, choices, key, per } = attribute;
  const unavailable = per === "track" ? lockedTrack : firstOf(lockedTrack, scopeUnread, noMask);
  const shared = { group: GROUP, icon: "tag", unavailable };
  const here = (/** @type {Editor} */ { track, view }) => track && values.valueOf(track, attribute, view.now.frame);
  const set = (/** @type {string|null} */ value) => (/** @type {Editor} */ app) => chooseValue(app, attribute, value);
  return [
    {
      ...shared,
      id: nextOf(attribute),
      title: `${name}: next value`,
      keys: key ? [key] : [],
      run: (app) => chooseValue(app, attribute, values.nextChoice(attribute, here(app))),
    },
    ...choices.map((value) => ({
      ...shared,
      id: `${nextOf(attribute)}=${value}`,
      title: `${name}: ${value}`,
      run: set(value),
    })),
    { ...shared, id: `${nextOf(attribute)}!`, title: `${name}: none`, run: set(null) },
  ];
}

/** The lists in use of the open video's project. @param {Editor} app @returns {readonly Attribute[]} */
export function attributesInUse({ session }) {
  const all = session.now.video?.attributes ?? [];
  const known = inUse.get(all);
  if (known) return known;
  const found = all.filter(({ retired }) => !retired);
  inUse.set(all, found);
  return found;
}

/** @type {WeakMap<readonly Attribute[], readonly Attribute[]>} */
const inUse = new WeakMap();

/** Keys of the first categories of a project, in their order. */
const CATEGORY_KEYS = Object.freeze([1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((digit) => `Ctrl+${digit}`));

/**
 * The commands of a project's categories: each relabels the selected track.
 * @param {readonly import("../../kit/wire.js").Category[]} categories in use
 * @returns {Command[]}
 */
export const categoryCommands = (categories) =>
  categories.map(({ id, name }, i) => ({
    id: `${OF_PROJECT}category=${id}`,
    title: `Relabel as ${name}`,
    group: "Tracks",
    keys: CATEGORY_KEYS.slice(i, i + 1),
    icon: "tag",
    unavailable: lockedTrack,
    run: (app) => app.commands.setCategory(id),
  }));

/** Keep the commands of the lists and categories as the open video's project has them. @param {Editor} app */
export function followAttributes(app) {
  let known = "";
  app.session.on(["video"], () => {
    const lists = attributesInUse(app);
    const categories = categoriesInUse(app.session);
    const now = JSON.stringify([lists, categories]);
    if (now === known) return;
    known = now;
    app.registry.setProjectCommands([...attributeCommands(lists), ...categoryCommands(categories)]);
  });
}
