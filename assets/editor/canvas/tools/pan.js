// @ts-check
/** Move the picture under the hand. Every tool pans with the middle button, or while Space is held. */

/** @type {import("./tool.js").Tool} */
export const pan = {
  name: "pan",
  label: "Pan",
  icon: "pan",
  cursor: "grab",
  pans: true,
  down: () => false,
  move() {},
  up() {},
  cancel() {},
};
