// @ts-check
/** The tools, in the order of the rail; null is a line between groups. */

import { boxTool } from "./box.js";
import { brush } from "./brush.js";
import { eraser } from "./eraser.js";
import { fillTool } from "./fill.js";
import { knife } from "./knife.js";
import { lasso } from "./lasso.js";
import { magnetic } from "./magnetic.js";
import { move } from "./move.js";
import { pan } from "./pan.js";
import { polygon } from "./polygon.js";
import { select } from "./select.js";
import { wandTool } from "./wand.js";

/** @typedef {import("./tool.js").Tool} Tool */

/** @type {readonly (Tool|null)[]} */
export const RAIL = Object.freeze([
  ...[select, pan, null],
  ...[brush, eraser, polygon, lasso, null],
  ...[magnetic, wandTool, boxTool, null],
  ...[fillTool, move],
]);

/** @type {Record<string, Tool>} those of the rail, and those that a verb chooses */
export const TOOLS = Object.freeze(
  Object.fromEntries([...RAIL, knife].flatMap((tool) => (tool ? [[tool.name, tool]] : []))),
);
