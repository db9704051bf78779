// @ts-check
/** A click fills the hole under the pointer; a click on a piece of the mask removes that piece. */

import { pieceAt } from "../../masks/pieces.js";
import { drawRegion, layersOf, mayDraw } from "../stroke.js";

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
    else if (found) drawRegion(app, found.region, "subtract", "erase");
    else
      app.toast({
        icon: "fill",
        title: "No hole here",
        text: "Click into a hole, or on a piece to remove it.",
        name: "fill",
      });
    return false;
  },
  move() {},
  up() {},
  cancel() {},
};
