// @ts-check
/** Round eraser; Alt or the right button draws instead. */

import { roundBrush } from "./brush.js";

/** @type {import("./tool.js").Tool} */
export const eraser = {
  name: "eraser",
  label: "Eraser",
  icon: "eraser",
  keys: ["Shift+E"],
  cursor: "ring",
  ...roundBrush((_, point) => (point.inverse ? 1 : 0)),
};
