// @ts-check
/** Edges that can be dragged: the panel's left one, the timeline's upper one. A double click gives the size back. */

import { h } from "../../kit/dom.js";
import { clamp } from "../../kit/numbers.js";

/** The canvas never gets smaller than this, CSS pixels. */
const CANVAS = Object.freeze({ width: 480, height: 270 });
/** Bars above and below the canvas, and the tool rail. */
const BARS = 44 + 40 + 36;
const RAIL = 48;

/**
 * A size inside its limits; 0 means the size the style sheet gives.
 * @param {"panel"|"timeline"} which
 * @param {number} size
 * @param {{width: number, height: number}} page
 */
export function limited(which, size, page) {
  if (size === 0) return 0;
  if (which === "panel") return clamp(size, 264, Math.max(264, Math.min(480, page.width - RAIL - CANVAS.width)));
  return clamp(size, 136, Math.max(136, Math.min(page.height * 0.6, page.height - BARS - CANVAS.height)));
}

/**
 * A size that was chosen in a larger window takes the same share of a smaller one.
 * @param {number} size
 * @param {number} then size of that window, 0 where it is not known
 * @param {number} now
 */
export const shared = (size, then, now) => (then > now ? Math.round((size * now) / then) : size);

/** @param {import("../editor.js").Editor} app @param {"panel"|"timeline"} which @returns {HTMLElement} */
export function resizer(app, which) {
  const across = which === "panel";
  const edge = h("div", {
    class: `v-resizer v-resizer-${which}`,
    role: "separator",
    "aria-orientation": across ? "vertical" : "horizontal",
    "aria-label": `Size of the ${which}`,
    title: "Drag to resize",
    tabindex: "0",
  });
  const apply = () => {
    const kept = app.preferences.now;
    const wanted = shared(kept[which], kept[`${which}Of`], across ? innerWidth : innerHeight);
    const size = limited(which, wanted, { width: innerWidth, height: innerHeight });
    if (size) app.root.style.setProperty(`--v-${which}-size`, `${size}px`);
    else app.root.style.removeProperty(`--v-${which}-size`);
  };
  const set = (/** @type {number} */ wanted) =>
    app.preferences.set({
      [which]: limited(which, wanted, { width: innerWidth, height: innerHeight }),
      [`${which}Of`]: across ? innerWidth : innerHeight,
    });
  /** The arrow keys move the edge. @param {KeyboardEvent} event */
  const press = (event) => {
    const steps = across ? { ArrowLeft: 16, ArrowRight: -16 } : { ArrowUp: 16, ArrowDown: -16 };
    const step = Object.entries(steps).find(([key]) => key === event.key)?.[1];
    const shown = app.root.querySelector(across ? ".v-side" : ".v-timeline")?.getBoundingClientRect();
    if (!step || !shown) return;
    event.preventDefault();
    set((across ? shown.width : shown.height) + step);
  };
  edge.addEventListener("keydown", press);
  edge.addEventListener("pointerdown", (event) => {
    edge.setPointerCapture(event.pointerId);
    const move = (/** @type {PointerEvent} */ e) => {
      const wanted = across ? innerWidth - e.clientX : innerHeight - e.clientY;
      set(wanted);
    };
    edge.addEventListener("pointermove", move);
    edge.addEventListener("pointerup", () => edge.removeEventListener("pointermove", move), { once: true });
  });
  edge.addEventListener("dblclick", () => app.preferences.set({ [which]: 0 }));
  app.preferences.on([which, `${which}Of`], apply);
  window.addEventListener("resize", apply);
  apply();
  return edge;
}
