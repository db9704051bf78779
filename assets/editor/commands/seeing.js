// @ts-check
/** Commands that change what is in view, and no track. */

import { EVERYWHERE } from "./command.js";
import { firstOf, noTrack, noVideo } from "./reasons.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

const GROUP = "See";

/** The box of the selected track's mask on this frame. @param {Editor} app */
function boxOf({ document, view }) {
  const row = document.row(view.now.selected, view.now.frame);
  return row?.hash ? document.masks.box(row.hash, document.height) : null;
}

/** @type {import("./reasons.js").Check} */
const noBox = (app) => (boxOf(app) ? null : `Track ${app.track?.number} has no mask on frame ${app.view.now.frame}.`);

/** @param {string} id @param {string} title @param {string[]} keys @param {(app: Editor) => unknown} run @param {Partial<Command>} [more] @returns {Command} */
const see = (id, title, keys, run, more = {}) => ({
  id,
  title,
  keys,
  run,
  group: GROUP,
  whilePreview: true,
  unavailable: noVideo,
  ...more,
});

/** @param {"ghost"|"filled"|"grid"} name @returns {(app: Editor) => void} */
const toggle =
  (name) =>
  ({ preferences }) =>
    preferences.set({ [name]: !preferences.now[name] });

/** @type {readonly Command[]} */
export const SEEING = Object.freeze([
  see("fit", "Fit the picture", ["0"], ({ viewport }) => viewport.fit(), {
    icon: "fit",
    places: ["palette", "canvas"],
  }),
  see("actualSize", "Show at 100 %", ["1"], ({ viewport }) => viewport.actual(), { places: ["palette", "canvas"] }),
  see(
    "zoomToTrack",
    "Zoom to the track",
    ["2"],
    (app) => {
      const box = boxOf(app);
      if (box) app.viewport.show(box);
    },
    { icon: "fit", places: EVERYWHERE, unavailable: firstOf(noTrack, noBox) },
  ),
  see("zoomIn", "Zoom in", ["+", "="], ({ viewport }) => viewport.zoom(1.25), { icon: "plus", repeat: true }),
  see("zoomOut", "Zoom out", ["-"], ({ viewport }) => viewport.zoom(0.8), { icon: "minus", repeat: true }),
  see("clean", "Only the picture", ["Z"], ({ view }) => view.set({ clean: !view.now.clean }), { icon: "eye" }),
  see(
    "outlines",
    "Outlines on, off",
    [],
    ({ preferences }) => preferences.set({ outlines: !preferences.now.outlines }),
    { icon: "outline" },
  ),
  see("ghost", "Ghost of the frame before on, off", ["Shift+G"], toggle("ghost"), { icon: "ghost" }),
  see("fillMasks", "Masks filled, outline only", ["Shift+Z"], toggle("filled"), { icon: "ci" }),
  see("grid", "Grid of pixels on, off", [], toggle("grid"), { icon: "grid" }),
  see(
    "plainLook",
    "Picture as it is",
    [],
    ({ preferences }) => preferences.set({ brightness: 0, contrast: 0, gamma: 0 }),
    { icon: "bright" },
  ),
]);
