// @ts-check
/** Draws the timeline: ruler, lanes, overview. The time it takes grows with the pixels, not with the frames. */

import { channels, colourNumber, colourOf, inkOn } from "../../look/palette.js";
import { laneOf } from "../document/lanes.js";
import { countBefore, itself } from "../document/sorted.js";

export const RULER = 24;
/** @type {Readonly<Record<string, string>>} colour token of each review state */
const STRIP = Object.freeze({ accepted: "okf", corrected: "acf", look: "warnf", rejected: "badf" });

/**
 * @typedef {object} Sheet
 * @property {CanvasRenderingContext2D} g
 * @property {number} width CSS pixels
 * @property {number} height
 * @property {number} label width of the names
 * @property {number} lane height of a lane
 * @property {number} scroll pixels scrolled down
 * @property {(frame: number) => number} x left edge of a frame
 * @property {(x: number) => number} frameAt frame at a place, with its fraction
 * @property {number} first first visible frame
 * @property {number} last
 * @property {(name: string) => string} css token by its short name
 * @property {boolean} light
 * @property {string} font
 */

/** @type {Map<string, CanvasPattern>} */
const patterns = new Map();

/** @param {CanvasRenderingContext2D} g @param {string} colour @param {string} kind proposed or interpolated @returns {CanvasPattern} */
function pattern(g, colour, kind) {
  const name = colour + kind;
  const old = patterns.get(name);
  if (old) return old;
  const tile = document.createElement("canvas");
  tile.width = tile.height = kind === "interpolated" ? 4 : 6;
  const c = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
  c.strokeStyle = colour;
  c.globalAlpha = 0.85;
  c.lineWidth = 1.3;
  c.beginPath();
  const lines =
    kind === "interpolated"
      ? [[2, 0, 2, 4]]
      : [
          [-1, 7, 7, -1],
          [-1, 1, 1, -1],
          [5, 7, 7, 5],
        ];
  for (const [x0, y0, x1, y1] of lines) {
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
  }
  c.stroke();
  const made = /** @type {CanvasPattern} */ (g.createPattern(tile, "repeat"));
  patterns.set(name, made);
  return made;
}

/** @param {CanvasRenderingContext2D} g @param {number} x @param {number} y @param {number} w @param {number} h @param {number|number[]} r */
function rounded(g, x, y, w, h, r) {
  g.beginPath();
  g.roundRect(x, y, Math.max(w, 1), h, r);
}

/** A step of 1, 2 or 5 times a power of ten that leaves room for numbers. @param {number} perFrame pixels per frame */
export function tickStep(perFrame) {
  const wanted = 56 / perFrame;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, wanted)));
  for (const step of [1, 2, 5, 10]) if (step * power >= wanted) return Math.max(1, step * power);
  return 10 * power;
}

/** @param {Sheet} s */
export function paintRuler(s) {
  const { g, css } = s;
  const perFrame = s.x(1) - s.x(0);
  const step = tickStep(perFrame);
  const minor = step >= 10 ? step / 10 : step >= 5 ? 1 : 0;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.font = `11px ${s.font}`;
  if (minor && minor * perFrame >= 4) {
    g.strokeStyle = css("line2");
    g.beginPath();
    for (let f = Math.ceil(s.first / minor) * minor; f <= s.last; f += minor) {
      const x = Math.round(s.x(f) + perFrame / 2) + 0.5;
      g.moveTo(x, RULER - (f % (step / 2) === 0 ? 6 : 3));
      g.lineTo(x, RULER);
    }
    g.stroke();
  }
  for (let f = Math.ceil(s.first / step) * step; f <= s.last; f += step) {
    const x = Math.round(s.x(f) + perFrame / 2) + 0.5;
    g.strokeStyle = css("line2");
    g.beginPath();
    g.moveTo(x, RULER - 6);
    g.lineTo(x, RULER);
    g.stroke();
    g.strokeStyle = css("line");
    g.beginPath();
    g.moveTo(x, RULER);
    g.lineTo(x, s.height);
    g.stroke();
    g.fillStyle = css("tx2");
    g.fillText(String(f), x, 9);
  }
}

/**
 * Visible runs that reach at least half a pixel beyond the one before: a long video has more runs than pixels.
 * @template {readonly [first: number, last: number, ...rest: unknown[]]} R
 * @param {Sheet} s @param {readonly R[]} runs @param {(run: R, index: number) => void} paint
 */
function eachInSight(s, runs, paint) {
  let painted = -Infinity;
  // Runs that end before the first visible frame are skipped.
  for (let i = countBefore(runs, s.first, (run) => run[1]); i < runs.length && runs[i][0] <= s.last; i += 1) {
    const end = s.x(runs[i][1] + 1);
    if (end < painted + 0.5) continue;
    painted = end;
    paint(runs[i], i);
  }
}

/** @param {Sheet} s @param {import("../document/document.js").Track} track @param {number} top @param {readonly number[]} [likely] frames that lead to likely errors, rising */
export function paintLane(s, track, top, likely = []) {
  const { g, css } = s;
  const lane = laneOf(track);
  const colour = colourOf(colourNumber(track));
  const dim = track.rejected ? 0.4 : 1;
  const bar = s.lane - 8;
  const y = top + 2.5;
  const middle = Math.round(y + bar / 2) + 0.5;
  g.lineWidth = 1;
  g.strokeStyle = css("tx3");
  eachInSight(s, lane.absent, ([a, b]) => stops(g, s.x(a) + 2, s.x(b + 1) - 2, middle));
  g.setLineDash([2, 3]);
  eachInSight(s, lane.unknown, ([a, b]) => line(g, s.x(a) + 3, s.x(b + 1) - 3, middle));
  g.setLineDash([]);
  eachInSight(s, lane.parts, ([a, b, kind], i) => {
    const before = lane.parts[i - 1]?.[1] === a - 1 ? 0 : 3;
    const after = lane.parts[i + 1]?.[0] === b + 1 ? 0 : 3;
    const plain = kind === "drawn" ? 1 : kind === "propagated" ? 0.62 : s.light ? 0.32 : 0.24;
    rounded(g, s.x(a), y, s.x(b + 1) - s.x(a), bar, [before, after, after, before]);
    g.globalAlpha = dim * plain;
    g.fillStyle = colour;
    g.fill();
    if (kind === "drawn" || kind === "propagated") return;
    g.globalAlpha = dim * (s.light ? 0.6 : 0.32);
    g.fillStyle = pattern(g, colour, kind === "interpolated" ? kind : "proposed");
    g.fill();
  });
  g.globalAlpha = dim * 0.9;
  g.strokeStyle = s.light ? darker(colour) : colour;
  eachInSight(s, lane.joined, ([a, b]) => {
    rounded(g, s.x(a) + 0.5, y + 0.5, s.x(b + 1) - s.x(a) - 1, bar - 1, 3);
    g.stroke();
  });
  g.globalAlpha = 1;
  if (!track.rejected) paintScores(s, lane, y, bar);
  eachInSight(s, lane.review, ([a, b, what]) => {
    g.fillStyle = css(STRIP[what]);
    g.fillRect(s.x(a) + 1, y + bar + 1.5, Math.max(1, s.x(b + 1) - s.x(a) - 2), 2.5);
  });
  paintSigns(s, lane, y, bar, likely);
}

/** @param {Sheet} s @param {import("../document/lanes.js").Lane} lane @param {number} y @param {number} bar */
function paintScores(s, lane, y, bar) {
  const { g } = s;
  const half = (s.x(1) - s.x(0)) / 2;
  const { scores } = lane;
  g.beginPath();
  let previous = -2;
  let column = -Infinity;
  for (
    let i = countBefore(scores, s.first - 1, ([frame]) => frame);
    i < scores.length && scores[i][0] <= s.last + 1;
    i += 1
  ) {
    const [frame, score] = scores[i];
    const x = s.x(frame) + half;
    const joins = frame === previous + 1;
    previous = frame;
    // Two points per pixel look like a line; all points of a long video would take seconds.
    if (joins && x < column + 0.5) continue;
    column = x;
    const at = y + bar - 2 - Math.max(0, Math.min(1, score)) * (bar - 4);
    if (joins) g.lineTo(x, at);
    else g.moveTo(x, at);
  }
  g.strokeStyle = s.css("tx1");
  g.globalAlpha = 0.55;
  g.stroke();
  g.globalAlpha = 1;
}

/** @param {Sheet} s @param {import("../document/lanes.js").Lane} lane @param {number} y @param {number} bar @param {readonly number[]} likely */
function paintSigns(s, lane, y, bar, likely) {
  const { g, css } = s;
  const half = (s.x(1) - s.x(0)) / 2;
  let drawnTo = -Infinity;
  for (
    let i = countBefore(lane.keys, s.first - 1, itself);
    i < lane.keys.length && lane.keys[i] <= s.last + 1;
    i += 1
  ) {
    const x = s.x(lane.keys[i]) + half;
    if (x < drawnTo + 3) continue;
    drawnTo = x;
    const m = y + bar / 2;
    g.beginPath();
    g.moveTo(x, m - 5);
    g.lineTo(x + 5, m);
    g.lineTo(x, m + 5);
    g.lineTo(x - 5, m);
    g.closePath();
    g.fillStyle = "white";
    g.strokeStyle = "black";
    g.lineWidth = 1.2;
    g.fill();
    g.stroke();
  }
  drawnTo = -Infinity;
  const marked = likely.length ? [...new Set([...lane.looks, ...likely])].sort((a, b) => a - b) : lane.looks;
  for (let i = countBefore(marked, s.first - 1, itself); i < marked.length && marked[i] <= s.last + 1; i += 1) {
    const x = s.x(marked[i]) + half;
    if (x < drawnTo + 3) continue;
    drawnTo = x;
    g.beginPath();
    g.moveTo(x - 5.5, y - 2);
    g.lineTo(x + 5.5, y - 2);
    g.lineTo(x, y + 7);
    g.closePath();
    g.fillStyle = css("warnf");
    g.strokeStyle = css("panel");
    g.lineWidth = 1.5;
    g.fill();
    g.stroke();
  }
  g.lineWidth = 1;
}

/** Name and number of a lane. @param {Sheet} s @param {{number: number, colour: string, title: string, top: number, selected: boolean, faint: boolean}} what */
export function paintLabel(s, { number, colour, title, top, selected, faint }) {
  const { g, css } = s;
  const middle = top + s.lane / 2;
  if (selected) {
    g.fillStyle = css("ac-soft");
    g.fillRect(0, top, s.label, s.lane);
    g.fillStyle = css("ac");
    g.fillRect(0, top, 2, s.lane);
  }
  g.globalAlpha = faint ? 0.5 : 1;
  g.fillStyle = colour;
  rounded(g, 12, middle - 7.5, 20, 15, 3);
  g.fill();
  g.fillStyle = inkOn(colour);
  g.font = `700 10.5px ${s.font}`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText(String(number), 22, middle + 0.5);
  const font = `${selected ? 500 : 400} 12px ${s.font}`;
  g.font = font;
  g.textAlign = "left";
  g.fillStyle = selected ? css("tx1") : css("tx2");
  g.fillText(shortened(g, font, title, s.label - 48), 39, middle + 0.5);
  g.globalAlpha = 1;
}

/** @type {Map<string, string>} titles as they were cut, since measuring text takes longer than painting it */
const cutTitles = new Map();
const MOST_TITLES = 2000;

/**
 * The beginning of a text that has room, with an ellipsis where the rest is left out.
 * @param {CanvasRenderingContext2D} g whose font is `font` @param {string} font @param {string} text
 * @param {number} room CSS pixels
 */
export function shortened(g, font, text, room) {
  const key = `${font} ${room} ${text}`;
  let found = cutTitles.get(key);
  if (found === undefined) {
    if (cutTitles.size >= MOST_TITLES) cutTitles.clear();
    cutTitles.set(key, (found = fitting(g, text, room)));
  }
  return found;
}

/** @param {CanvasRenderingContext2D} g @param {string} text @param {number} room */
function fitting(g, text, room) {
  if (g.measureText(text).width <= room) return text;
  let cut = text;
  while (cut.length > 1 && g.measureText(`${cut}…`).width > room) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}

/** @param {Sheet} s @param {number} frame @param {number} x middle of the line */
export function paintHead(s, frame, x) {
  const { g, css } = s;
  g.strokeStyle = css("ac");
  g.lineWidth = 1.5;
  g.beginPath();
  g.moveTo(x, 16);
  g.lineTo(x, s.height);
  g.stroke();
  g.lineWidth = 1;
  g.font = `600 11px ${s.font}`;
  const width = Math.max(28, g.measureText(String(frame)).width + 12);
  g.fillStyle = css("ac-fill");
  rounded(g, x - width / 2, 1, width, 16, 4);
  g.fill();
  g.fillStyle = css("ac-tx");
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText(String(frame), x, 9.5);
}

/**
 * Review state of the whole video, stacked per bin, with the window of the lanes above it.
 * @param {Sheet} s of the overview
 * @param {import("../document/tallies.js").Tally & {window: [number, number]}} what
 */
export function paintOverview(s, { values, bins, per, most, window }) {
  const { g, css } = s;
  const names = ["okf", "acf", "warnf", "badf", "seg-un"];
  const room = s.height - 9;
  // Bins narrower than a pixel: the one that falls on each pixel stands for its neighbours.
  const step = Math.max(1, Math.ceil(bins / Math.max(1, s.x(bins * per) - s.x(0))));
  g.globalAlpha = 0.85;
  for (let bin = 0; bin < bins; bin += step) {
    let y = s.height - 5;
    const x = s.x(bin * per);
    const w = s.x((bin + step) * per) - x;
    for (let kind = 0; kind < names.length; kind += 1) {
      const tall = (values[bin * names.length + kind] / most) * room;
      if (tall <= 0) continue;
      y -= tall;
      g.fillStyle = css(names[kind]);
      g.fillRect(x, y, w + 0.5, tall);
    }
  }
  g.globalAlpha = 0.6;
  g.fillStyle = css("panel");
  const [x0, x1] = [s.x(window[0]), s.x(window[1])];
  g.fillRect(s.label, 0, x0 - s.label, s.height);
  g.fillRect(x1, 0, s.width - x1, s.height);
  g.globalAlpha = 1;
  g.strokeStyle = css("ctl-line");
  rounded(g, x0 + 0.5, 2.5, x1 - x0 - 1, s.height - 5, 4);
  g.stroke();
}

/** @param {CanvasRenderingContext2D} g @param {number} x0 @param {number} x1 @param {number} y */
function line(g, x0, x1, y) {
  g.beginPath();
  g.moveTo(x0, y);
  g.lineTo(Math.max(x1, x0 + 1), y);
  g.stroke();
}

/** @param {CanvasRenderingContext2D} g @param {number} x0 @param {number} x1 @param {number} y */
function stops(g, x0, x1, y) {
  line(g, x0, x1, y);
  g.beginPath();
  for (const x of [x0, x1]) {
    g.moveTo(x, y - 3);
    g.lineTo(x, y + 3);
  }
  g.stroke();
}

/** @param {string} hex */
function darker(hex) {
  return `rgb(${channels(hex)
    .map((v) => Math.round(v * 0.62))
    .join(" ")})`;
}
