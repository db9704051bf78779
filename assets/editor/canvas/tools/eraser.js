// @ts-check
/** Eraser of the brush's form; Alt or the right button draws instead. */

import { paintBrush } from "./brush.js";

/** @type {import("./tool.js").Tool} */
export const eraser = {
  name: "eraser",
  label: "Eraser",
  icon: "eraser",
  keys: ["Shift+E"],
  cursor: "ring",
  options: ["size"],
  ...paintBrush((_, point) => (point.inverse ? 1 : 0)),
};
