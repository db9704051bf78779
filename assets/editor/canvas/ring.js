// @ts-check
/**
 * The outline of the brush at the pointer. It is drawn on the canvas of lines: an element that follows the pointer costs
 * the page several times as much as the stroke.
 */

/** @typedef {import("../masks/raster.js").Box} Box */
/** @typedef {{x: number, y: number, size: number, square: boolean}} Ring its centre and its width on the canvas, CSS pixels */

/** Smallest ring, CSS pixels. */
const SMALLEST = 3;
/** How far its lines reach out, CSS pixels. */
const REACH = 4;
/** From inside to outside: distance of the middle of a line from the edge of the brush, its width, CSS pixels, its colour. */
const LINES = Object.freeze(
  /** @type {const} */ ([
    [-0.5, 1, "rgba(0, 0, 0, 0.5)"],
    [2, 1, "rgba(0, 0, 0, 0.65)"],
    [0.75, 1.5, "#FFFFFF"],
  ]),
);

/**
 * @param {[number, number]} at CSS pixels on the canvas @param {{brush: number, square: boolean}} preferences
 * @param {number} scale CSS pixels a picture pixel
 * @returns {Ring}
 */
export const ringAt = ([x, y], { brush, square }, scale) => ({
  x,
  y,
  size: Math.max(SMALLEST, brush * scale),
  square,
});

/** @param {Ring|null} one @param {Ring|null} other */
export const sameRing = (one, other) =>
  one === other ||
  (one !== null &&
    other !== null &&
    one.x === other.x &&
    one.y === other.y &&
    one.size === other.size &&
    one.square === other.square);

/** What a ring covers. @param {Ring} ring @param {import("./viewport.js").Viewport} viewport @returns {Box} picture pixels */
export function boxOfRing({ x, y, size }, viewport) {
  const reach = size / 2 + REACH;
  const [x0, y0] = viewport.toImage(x - reach, y - reach);
  const [x1, y1] = viewport.toImage(x + reach, y + reach);
  return [Math.floor(x0), Math.floor(y0), Math.ceil(x1), Math.ceil(y1)];
}

/** @param {CanvasRenderingContext2D} context in CSS pixels @param {Ring} ring */
export function drawRing(context, { x, y, size, square }) {
  context.setLineDash([]);
  context.lineJoin = "miter";
  for (const [out, width, colour] of LINES) {
    const reach = Math.max(0.5, size / 2 + out);
    context.beginPath();
    if (square) context.rect(x - reach, y - reach, 2 * reach, 2 * reach);
    else context.arc(x, y, reach, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
}
