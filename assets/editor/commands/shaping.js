// @ts-check
/** Commands that change the selected track's mask on the shown frame, and what shapes and brushes do. */

import { cut, MODES } from "../masks/region.js";
import { grown, shrunk, smoothed } from "../masks/morphology.js";
import { holes, largestPiece } from "../masks/pieces.js";
import { drawRegion, layersOf } from "../canvas/stroke.js";
import { nudge } from "../canvas/tools/move.js";
import { firstOf, lockedTrack, noTrack, noVideo } from "./reasons.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../masks/region.js").Mode} Mode */
/** @typedef {import("../masks/region.js").Region} Region */
/** @typedef {import("../masks/raster.js").Box} Box */

const GROUP = "Draw";
/** Pixels by which a mask grows, shrinks and is smoothed at a time. */
const STEP = 1;
const SMOOTHING = 2;

/** @type {import("./reasons.js").Check} */
const noMask = (app) => {
  const row = app.document.row(app.track?.id ?? null, app.view.now.frame);
  if (row?.state !== "present") return `Track ${app.track?.number} has no mask on frame ${app.view.now.frame}.`;
  return app.steady ? null : "The frame is still loading.";
};

/**
 * A command that puts a computed mask in the place of the drawn one.
 * @param {Pick<Command, "id"|"title"|"icon"|"keys"|"repeat">} named
 * @param {(bits: Uint8Array, height: number, width: number, extent: Box) => {region: Region|null, mode: Mode}} make
 * @param {string} nothing toast where it changes nothing
 * @returns {Command}
 */
const reshape = (named, make, nothing) => ({
  ...named,
  group: GROUP,
  places: ["palette", "canvas"],
  unavailable: firstOf(noTrack, lockedTrack, noMask),
  run: (app) => {
    const { bits, extent } = layersOf(app);
    const { height, width } = app.document;
    if (!extent) return;
    const { region, mode } = make(bits, height, width, extent);
    const before = bits.slice();
    if (region === null && mode === "add") app.toast({ icon: named.icon ?? "ci", title: nothing, name: named.id });
    else if (!drawRegion(app, region, mode, named.id)) return;
    else if (same(before, bits)) app.toast({ icon: named.icon ?? "ci", title: nothing, name: named.id });
  },
});

/** @param {Uint8Array} one @param {Uint8Array} other */
const same = (one, other) => one.every((value, i) => value === other[i]);

/** @param {Mode} mode @returns {Command} */
const choose = (mode) => ({
  id: `mode${mode[0].toUpperCase()}${mode.slice(1)}`,
  title: `Shapes ${mode === "subtract" ? "subtract from" : mode === "intersect" ? "intersect" : `${mode}${mode === "add" ? " to" : ""}`} the mask`,
  group: GROUP,
  unavailable: noVideo,
  run: (app) => app.view.set({ mode }),
});

/** @param {string} id @param {string} title @param {"square"|"pressing"|"noOverlap"} name @returns {Command} */
const toggle = (id, title, name) => ({
  id,
  title,
  group: GROUP,
  unavailable: noVideo,
  run: ({ preferences }) => preferences.set({ [name]: !preferences.now[name] }),
});

/** @param {string} id @param {string} title @param {string} key @param {number} dx @param {number} dy @returns {Command[]} */
const move = (id, title, key, dx, dy) => [
  { ...moving(`${id}One`, title, key, dx, dy) },
  { ...moving(`${id}Ten`, `${title} by ten pixels`, `Shift+${key}`, 10 * dx, 10 * dy) },
];

/** @param {string} id @param {string} title @param {string} key @param {number} dx @param {number} dy @returns {Command} */
const moving = (id, title, key, dx, dy) => ({
  id,
  title,
  keys: [key],
  scope: "moving",
  group: GROUP,
  repeat: true,
  whileDrawing: true,
  unavailable: firstOf(noTrack, lockedTrack),
  run: (app) => {
    if (!app.isPressed()) nudge(app, dx, dy);
  },
});

/** @type {readonly Command[]} */
export const SHAPING = Object.freeze([
  reshape(
    { id: "fillHoles", title: "Fill all holes", icon: "fill", keys: ["U"] },
    (bits, height, width, extent) => ({ region: holes(bits, height, width, extent), mode: "add" }),
    "The mask has no hole",
  ),
  reshape(
    { id: "removeIslands", title: "Remove islands, keep the largest piece", icon: "solo", keys: ["Shift+U"] },
    (bits, height, width, extent) => ({ region: largestPiece(bits, height, width, extent), mode: "replace" }),
    "The mask is one piece",
  ),
  reshape(
    { id: "grow", title: "Grow the mask by a pixel", icon: "plus", keys: ["Shift+ArrowUp"], repeat: true },
    (bits, height, width, extent) => ({ region: grown(bits, height, width, extent, STEP), mode: "replace" }),
    "The mask cannot grow",
  ),
  reshape(
    { id: "shrink", title: "Shrink the mask by a pixel", icon: "minus", keys: ["Shift+ArrowDown"], repeat: true },
    (bits, height, width, extent) => ({ region: shrunk(bits, height, width, extent, STEP), mode: "replace" }),
    "The mask cannot shrink",
  ),
  reshape(
    { id: "smooth", title: "Smooth the border of the mask", icon: "lasso", keys: ["Shift+T"], repeat: true },
    (bits, height, width, extent) => {
      const region = smoothed(bits, height, width, extent, SMOOTHING);
      // A mask of a few pixels would vanish.
      return { region: region ?? cut(bits, width, extent), mode: "replace" };
    },
    "The border is smooth",
  ),
  ...MODES.map(choose),
  toggle("squareBrush", "Brush round, square", "square"),
  toggle("penPressure", "Pressure of a pen on, off", "pressing"),
  toggle("noOverlap", "No overlap on, off", "noOverlap"),
  ...move("moveLeft", "Move the mask left", "ArrowLeft", -1, 0),
  ...move("moveRight", "Move the mask right", "ArrowRight", 1, 0),
  ...move("moveUp", "Move the mask up", "ArrowUp", 0, -1),
  ...move("moveDown", "Move the mask down", "ArrowDown", 0, 1),
]);
