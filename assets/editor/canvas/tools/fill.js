// @ts-check
/** A click fills the hole under the pointer; a click on a piece of the mask removes that piece. */

import { pieceAt } from "../../masks/pieces.js";
import { drawRegion, layersOf, mayDraw } from "../stroke.js";

/** @param {import("./tool.js").Editor} app @param {string} title @param {string} text */
const refuse = (app, title, text) => app.toast({ icon: "fill", title, text, name: "fill" });

/** Whether a mask has no pixel beside those of a region. @param {Uint8Array} bits @param {import("../../masks/region.js").Region} region */
const isAll = (bits, region) => count(bits) === count(region.bits);

/** @param {Uint8Array} bits */
const count = (bits) => bits.reduce((sum, value) => sum + value, 0);

/** @type {import("./tool.js").Tool} */
export const fillTool = {
  name: "fill",
  label: "Fill a hole, remove a piece",
  icon: "fill",
  keys: ["G"],
  cursor: "crosshair",
  /** @param {import("./tool.js").Editor} app @param {import("./tool.js").Point} point */
  down(app, point) {
    if (!mayDraw(app)) return false;
    app.encoder.flush();
    const { height, width } = app.document;
    const layers = layersOf(app);
    const found = pieceAt(layers.bits, height, width, layers.extent, Math.floor(point.x), Math.floor(point.y));
    if (found?.kind === "hole") drawRegion(app, found.region, "add", "fill");
    else if (found && isAll(layers.bits, found.region))
      refuse(app, "This is the only piece", "Delete takes a whole mask.");
    else if (found) drawRegion(app, found.region, "subtract", "erase");
    else refuse(app, "No hole here", "Click into a hole, or on a piece to remove it.");
    return false;
  },
  move() {},
  up() {},
  cancel() {},
};
