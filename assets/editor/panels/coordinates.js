// @ts-check
/**
 * The pixel under the pointer, on a canvas: as text of the page each move of the pointer would style, lay out and paint
 * the whole page anew.
 */

import { h, oncePerFrame } from "../../kit/dom.js";
import { onPixelRatio } from "../../kit/pixelratio.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** CSS pixels; as in the style sheet. */
const [WIDTH, HEIGHT] = [104, 16];
/** Milliseconds between two paintings. */
const PAUSE = 60;
/** Where the two numbers end, CSS pixels: they stay where they are while their digits change. */
const ENDS = Object.freeze(
  /** @type {const} */ ([
    ["x", 46],
    ["y", WIDTH],
  ]),
);

/** @param {Editor} app @returns {HTMLElement} */
export function coordinates(app) {
  const canvas = h("canvas", { class: "v-xy v-t3", role: "img", "aria-label": "Pixel under the pointer" });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let ready = false;
  const prepare = () => {
    const ratio = devicePixelRatio || 1;
    const { color, fontFamily, fontSize } = getComputedStyle(canvas);
    Object.assign(canvas, { width: Math.round(WIDTH * ratio), height: Math.round(HEIGHT * ratio) });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const font = `${fontSize} ${fontFamily}`;
    Object.assign(context, { fillStyle: color, font, textBaseline: "middle", textAlign: "right" });
    ready = true;
  };
  const paint = oncePerFrame(() => {
    if (!ready) prepare();
    context.clearRect(0, 0, WIDTH, HEIGHT);
    const { pointer } = app.view.now;
    if (pointer) ENDS.forEach(([name, end], i) => context.fillText(`${name} ${pointer[i]}`, end, HEIGHT / 2));
  });
  let waiting = false;
  // Nobody reads numbers faster, and each painting makes the browser put together the screen from here to the stroke.
  const draw = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      paint();
    }, PAUSE);
  };
  app.view.on(["pointer"], draw);
  const again = () => {
    ready = false;
    draw();
  };
  app.session.on(["theme"], again);
  onPixelRatio(again);
  return canvas;
}
