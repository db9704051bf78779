// @ts-check
/** One command for each tool of the rail, the size of the brush, and the two keys of a half drawn shape. */

import { RAIL } from "../canvas/tools/index.js";
import { noVideo } from "./reasons.js";
import { SHAPING } from "./shaping.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

const GROUP = "Draw";

/** @param {import("../canvas/tools/index.js").Tool} tool @returns {Command} */
const choose = (tool) => ({
  id: tool.command ?? tool.name,
  title: tool.label,
  group: GROUP,
  keys: tool.keys ?? [],
  icon: tool.icon,
  whilePreview: tool.name === "select" || Boolean(tool.pans),
  unavailable: noVideo,
  run: (app) => app.view.set({ tool: tool.name }),
});

/** @param {Editor} app @param {number} factor */
function resize({ preferences }, factor) {
  const { brush } = preferences.now;
  const grown = Math.round(brush * factor);
  const next = factor > 1 ? Math.max(brush + 1, grown) : Math.min(brush - 1, grown);
  preferences.set({ brush: Math.max(1, Math.min(400, next)) });
}

/** @type {readonly Command[]} */
export const DRAWING = Object.freeze([
  {
    id: "escape",
    title: "Back: shape, tool, selection, range",
    group: GROUP,
    keys: ["Escape"],
    places: [],
    whileDrawing: true,
    run: (app) => app.stage?.escape(),
  },
  {
    id: "finish",
    title: "Finish the shape",
    group: GROUP,
    keys: ["Enter"],
    whileDrawing: true,
    unavailable: (app) => (app.stage?.tool.waits?.(app) ? null : "No shape is being drawn."),
    run: (app) => app.stage?.finish(),
  },
  ...RAIL.flatMap((tool) => (tool ? [choose(tool)] : [])),
  {
    id: "smaller",
    title: "Smaller brush",
    group: GROUP,
    keys: ["["],
    repeat: true,
    run: (app) => resize(app, 0.85),
  },
  {
    id: "larger",
    title: "Larger brush",
    group: GROUP,
    keys: ["]"],
    repeat: true,
    run: (app) => resize(app, 1.18),
  },
  ...SHAPING,
]);
