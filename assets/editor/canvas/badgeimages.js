// @ts-check
/** What number badges look like, which of them changed, and which lie in a part of the screen. */

import { inkOn } from "../../look/palette.js";
import { h } from "../../kit/dom.js";
import { badgeSize } from "./badges.js";

/** @typedef {{number: number, colour: string, on: boolean, x: number, y: number, move: [number, number]}} Badge of a drawn mask: its place in picture pixels, its move on the screen */
/** @typedef {import("./badges.js").Box} Box */

/** Frame around a badge, CSS pixels. */
export const EDGE = 2;

export class BadgeImages {
  /** @param {string} font family */
  constructor(font) {
    this.font = font;
    /** @type {Map<string, HTMLCanvasElement>} by number, colour and form */
    this.drawn = new Map();
  }

  /**
   * The picture of a badge, drawn once: text on a canvas of the page makes the browser compute styles each time.
   * @param {Badge} badge
   */
  of({ colour, number, on }) {
    const ratio = devicePixelRatio || 1;
    const key = `${number} ${colour} ${on} ${ratio}`;
    const kept = this.drawn.get(key);
    if (kept) return kept;
    const image = h("canvas", null);
    const context = /** @type {CanvasRenderingContext2D} */ (image.getContext("2d"));
    const { width, height } = badgeSize(number, on);
    image.width = Math.ceil((width + 2 * EDGE) * ratio);
    image.height = Math.ceil((height + 2 * EDGE) * ratio);
    context.setTransform(ratio, 0, 0, ratio, EDGE * ratio, EDGE * ratio);
    drawPlate(context, colour, on, width, height);
    context.font = `700 ${on ? 11 : 10}px ${this.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = inkOn(colour);
    context.fillText(String(number), width / 2, height / 2 + 0.5);
    this.drawn.set(key, image);
    return image;
  }
}

/** The plate of a badge: its colour, framed. @param {CanvasRenderingContext2D} context @param {string} colour @param {boolean} on @param {number} width @param {number} height */
function drawPlate(context, colour, on, width, height) {
  context.beginPath();
  context.roundRect(-1.5, -1.5, width + 3, height + 3, 5);
  context.fillStyle = on ? "#FFFFFF" : "rgba(0, 0, 0, 0.6)";
  context.fill();
  context.beginPath();
  context.roundRect(0, 0, width, height, 4);
  context.fillStyle = colour;
  context.fill();
}

/** Badges that are in one list only: where they were and where they are now. @param {readonly Badge[]} before @param {readonly Badge[]} after @returns {Badge[]} */
export function otherBadges(before, after) {
  const [old, now] = [before, after].map((badges) => new Map(badges.map((badge) => [nameOf(badge), badge])));
  return [...[...old].filter(([key]) => !now.has(key)), ...[...now].filter(([key]) => !old.has(key))].map(
    ([, badge]) => badge,
  );
}

/** @param {Badge} badge */
const nameOf = ({ colour, move, number, on, x, y }) => [number, colour, on, x, y, ...move].join();

/** Whether a badge with its frame reaches into a part of the screen. @param {Box} part @param {Box} badge */
export const overlaps = (part, badge) =>
  part.left < badge.left + badge.width + EDGE &&
  badge.left - EDGE < part.left + part.width &&
  part.top < badge.top + badge.height + EDGE &&
  badge.top - EDGE < part.top + part.height;
