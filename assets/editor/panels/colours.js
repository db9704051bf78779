// @ts-check
/** The colours of the palette in a popover, to recolour the selected track; the arrow keys walk them. */

import { h, swatch } from "../../kit/dom.js";
import { popover } from "../../kit/floating.js";
import { colourNumber, PALETTE } from "../../look/palette.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** Colours in a row. */
const ACROSS = 5;

/** @param {Editor} app */
export function openColours(app) {
  const { track } = app;
  const anchor = app.root.querySelector(".v-details .v-swatch") ?? app.root.querySelector(".v-target");
  if (!track || !anchor) return;
  const current = (colourNumber(track) - 1) % PALETTE.length;
  const take = (/** @type {number|null} */ colour) => {
    close();
    app.registry.run("setColour", colour);
  };
  const buttons = PALETTE.map((_, i) =>
    h(
      "button.v-colour",
      {
        type: "button",
        role: "menuitemradio",
        "aria-checked": String(i === current),
        "aria-label": `Colour ${i + 1}`,
        autofocus: i === current,
        onclick: () => take(i + 1),
      },
      swatch(track.number, i + 1),
    ),
  );
  const own = h("button.v-btn.v-ghost", { type: "button", onclick: () => take(null) }, "Colour of its number");
  const grid = h("div.v-colours", { role: "menu", "aria-label": "Colours", onkeydown: walk(buttons) }, buttons);
  const close = popover(anchor, [grid, own], { label: "Colour of the track" });
}

/** @param {HTMLElement[]} buttons @returns {(event: KeyboardEvent) => void} */
function walk(buttons) {
  const steps = /** @type {Record<string, number>} */ ({
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -ACROSS,
    ArrowDown: ACROSS,
  });
  return (event) => {
    const step = steps[event.key];
    const at = buttons.findIndex((button) => button === event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    buttons[(at + step + buttons.length) % buttons.length].focus();
  };
}
