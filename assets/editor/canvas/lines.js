// @ts-check
/**
 * Lines and badges over the masks, at screen resolution. `still` has what a stroke does not change: the other tracks'
 * lines, the ghost of the frame before, the grid; `live` has the edited track, what a tool draws, badges and the brush.
 */

import { colourNumber, colourOf, roundOf } from "../../look/palette.js";
import { h, oncePerFrame } from "../../kit/dom.js";
import { apart, badgeSize } from "./badges.js";
import { BadgeImages, EDGE, otherBadges, overlaps } from "./badgeimages.js";
import { edgePath, outlinePath } from "../masks/outline.js";
import { meets } from "../masks/raster.js";
import { cut } from "../masks/region.js";
import { encode } from "../masks/rle.js";
import { Carried } from "./carried.js";
import { drawContours } from "./contours.js";
import { drawRing } from "./ring.js";

/** @typedef {import("../masks/raster.js").Box} Box */
/** @typedef {import("./layers.js").Layers} Layers */
/** @typedef {import("./badgeimages.js").Badge} Badge */

/** Of a comment's point: the accent, on every picture. */
const PIN = "#5566E8";
/** Smallest zoom with a grid, screen pixels a picture pixel. */
const GRID = 8;

export class Lines {
  /** @param {Layers} layers @param {HTMLElement} host */
  constructor(layers, host) {
    this.layers = layers;
    this.still = h("canvas", { class: "v-lines" });
    this.live = h("canvas", { class: "v-lines" });
    this.carried = new Carried();
    /** @type {Badge[]} */
    this.badges = [];
    /** what `still` shows */
    this.drawnAs = "";
    /** whether `still` shows something else than it should */
    this.stale = false;
    this.redrawStill = oncePerFrame(() => {
      if (this.stale) this.drawStill();
    });
    this.font = getComputedStyle(host).fontFamily;
    this.images = new BadgeImages(this.font);
    /** @type {unknown} the preview that `still` shows */
    this.preview = null;
  }

  /** Follow the viewport; `draw` must come once it rests. */
  place() {
    const { width, height } = this.layers.viewport;
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.still, this.live]) {
      const [w, t] = [width, height].map((length) => Math.max(1, Math.round(length * ratio)));
      if (canvas.width === w && canvas.height === t) continue;
      canvas.width = w;
      canvas.height = t;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      this.drawnAs = "";
    }
    this.carried.follow(this.layers.viewport);
  }

  /** Whether the lines lie where the picture does only because they were moved there. */
  get isCarried() {
    return this.drawnAs !== "" && this.carried.isCarried(this.live, this.layers.viewport);
  }

  /** @param {HTMLCanvasElement} canvas @returns {CanvasRenderingContext2D} cleared, in picture pixels */
  cleared(canvas) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const { scale, x, y } = this.layers.viewport;
    const ratio = devicePixelRatio || 1;
    this.carried.drawn(canvas, this.layers.viewport);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio);
    context.lineJoin = "round";
    context.lineCap = "round";
    return context;
  }

  /** Screen pixels in picture pixels. */
  get unit() {
    return 1 / this.layers.viewport.scale;
  }

  /**
   * Draw what changed.
   * @param {boolean} [edited] whether the edited mask changed
   * @param {boolean} [now] with picture and masks: what a frame asks of the next one is seen a frame later than they are
   */
  draw(edited = true, now = false) {
    const { document, view, viewport } = this.layers;
    const { clean, preview } = view.now;
    const before = this.badges;
    this.layers.masks.canvas.style.visibility = clean ? "hidden" : "";
    const drawn = clean ? [] : this.layers.drawn();
    const rejected = clean ? [] : this.layers.rejectedOthers();
    this.badges = this.spread(drawn.flatMap((track) => this.badgeOf(track)));
    const others = [...drawn.filter(({ id }) => id !== view.now.selected), ...rejected];
    const { outlines, ghost, grid } = this.layers.preferences.now;
    const hash = (/** @type {string} */ id) => document.shownHash(id, this.layers.shownFrame);
    const as = [
      [viewport.scale, viewport.x, viewport.y, this.layers.shownFrame, clean, outlines, ghost, grid],
      others.map((track) => [colourNumber(track), hash(track.id)]),
      rejected.length,
      ghost ? this.ghostHash() : "",
      this.pins().map(({ id }) => id),
    ].join();
    const moved = as !== this.drawnAs || preview !== this.preview || Boolean(preview);
    this.drawnAs = as;
    this.preview = preview;
    this.stale ||= moved;
    if (this.stale && now) this.drawStill();
    else if (moved) this.redrawStill();
    if (moved || edited || clean) this.drawLive();
    else for (const badge of otherBadges(before, this.badges)) this.drawLiveIn(this.boxOfBadge(badge));
  }

  /** @param {import("../document/document.js").Track} track @returns {Badge[]} */
  badgeOf(track) {
    const { document, shownFrame, view } = this.layers;
    const hash = document.shownHash(track.id, shownFrame);
    const box = hash ? document.masks.box(hash, document.height) : null;
    if (!box) return [];
    const colour = colourOf(colourNumber(track));
    const on = track.id === view.now.selected;
    return [{ number: track.number, colour, on, x: (box[0] + box[2]) / 2, y: box[1], move: [0, 0] }];
  }

  /** Badges of near masks move apart; the selected one stays. @param {Badge[]} badges @returns {Badge[]} */
  spread(badges) {
    const order = [...badges].sort((a, b) => Number(b.on) - Number(a.on));
    const moves = apart(order.map((badge) => this.placeOfBadge(badge)));
    return order.map((badge, i) => ({ ...badge, move: moves[i] }));
  }

  /** Takes longer than all else of a step. */
  drawStill() {
    this.stale = false;
    const { preferences, view } = this.layers;
    const drawn = this.layers.drawn();
    const context = this.cleared(this.still);
    if (preferences.now.grid) this.drawGrid(context);
    if (!view.now.clean) {
      if (preferences.now.ghost) this.drawGhost(context);
      if (preferences.now.outlines || !this.layers.opacity)
        for (const track of drawn) if (track.id !== view.now.selected) this.drawOutline(context, track);
      for (const track of this.layers.rejectedOthers()) this.drawOutline(context, track, true);
      this.drawPins(context);
    }
  }

  /** Open comments about a point of the shown frame. */
  pins() {
    const { shownFrame, view } = this.layers;
    return view.now.comments.filter(({ frame, point, resolved }) => point && !resolved && frame === shownFrame);
  }

  /** @param {CanvasRenderingContext2D} context */
  drawPins(context) {
    const { unit } = this;
    for (const { point } of this.pins()) {
      if (!point) continue;
      context.beginPath();
      context.arc(point[0], point[1], 5 * unit, 0, 2 * Math.PI);
      context.fillStyle = PIN;
      context.fill();
      context.lineWidth = 2 * unit;
      context.strokeStyle = "#FFFFFF";
      context.stroke();
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../document/document.js").Track} track @param {boolean} [rejected] */
  drawOutline(context, track, rejected = false) {
    const { id } = track;
    const number = colourNumber(track);
    const path = this.pathOf(id, this.layers.shownFrame);
    if (!path) return;
    const { unit } = this;
    const round = roundOf(number);
    const dashes = [[], [6, 4], [1, 4]][round].map((length) => length * unit);
    context.setLineDash(rejected ? [3 * unit, 5 * unit] : dashes);
    context.lineWidth = (round === 2 ? 2 : 1.4) * unit;
    context.globalAlpha = rejected ? 0.75 : 1;
    context.strokeStyle = colourOf(number);
    context.stroke(path);
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  /** @param {string} track @param {number} frame @returns {Path2D|null} */
  pathOf(track, frame) {
    const { height, masks, width } = this.layers.document;
    const hash = this.layers.document.shownHash(track, frame);
    return hash ? masks.path(hash, height, width) : null;
  }

  /** Mask of the edited track on the frame before, empty where none is loaded. */
  ghostHash() {
    const { editing, document, shownFrame } = this.layers;
    const hash = document.row(editing, shownFrame - 1)?.hash;
    return hash && document.masks.has(hash) ? hash : "";
  }

  /** The edited track's line on the frame before. @param {CanvasRenderingContext2D} context */
  drawGhost(context) {
    const { editing, shownFrame } = this.layers;
    const path = editing === null ? null : this.pathOf(editing, shownFrame - 1);
    if (!path) return;
    const { unit } = this;
    context.fillStyle = "rgba(255, 255, 255, 0.08)";
    context.fill(path, "evenodd");
    context.setLineDash([]);
    context.lineWidth = 2.6 * unit;
    context.strokeStyle = "rgba(0, 0, 0, 0.4)";
    context.stroke(path);
    context.setLineDash([2 * unit, 4 * unit]);
    context.lineWidth = 1.4 * unit;
    context.strokeStyle = "#FFFFFF";
    context.stroke(path);
    context.setLineDash([]);
  }

  /** The borders of pixels, where they are far enough apart. @param {CanvasRenderingContext2D} context */
  drawGrid(context) {
    const { document, viewport } = this.layers;
    if (viewport.scale < GRID) return;
    const [x0, y0] = viewport.toImage(0, 0).map((v) => Math.max(0, Math.floor(v)));
    const [right, bottom] = viewport.toImage(viewport.width, viewport.height);
    const [x1, y1] = [Math.min(document.width, Math.ceil(right)), Math.min(document.height, Math.ceil(bottom))];
    context.beginPath();
    for (let x = x0; x <= x1; x += 1) {
      context.moveTo(x, y0);
      context.lineTo(x, y1);
    }
    for (let y = y0; y <= y1; y += 1) {
      context.moveTo(x0, y);
      context.lineTo(x1, y);
    }
    context.lineWidth = this.unit;
    context.strokeStyle = "rgba(128, 128, 128, 0.35)";
    context.stroke();
  }

  /** Masks of the shown preview: broken lines in the colours of their tracks. @param {CanvasRenderingContext2D} context */
  drawDrafts(context) {
    const { document, shownFrame, view } = this.layers;
    const { unit } = this;
    for (const { number, runs } of view.now.preview?.masks(shownFrame) ?? []) {
      const path = outlinePath(runs, document.height, document.width);
      context.lineCap = "butt";
      context.setLineDash([]);
      context.lineWidth = 3.4 * unit;
      context.strokeStyle = "rgba(0, 0, 0, 0.55)";
      context.stroke(path);
      context.setLineDash([5 * unit, 4 * unit]);
      context.lineWidth = 1.8 * unit;
      context.strokeStyle = colourOf(number);
      context.stroke(path);
    }
    context.setLineDash([]);
  }

  /** Line and sketch of the edited track, badges and the brush. */
  drawLive() {
    const { bits, document, drawing, editing, extent, held, shownFrame, view } = this.layers;
    const context = this.cleared(this.live);
    if (extent && !view.now.clean) {
      const { height, width } = document;
      const known = !drawing && held !== undefined && editing !== null ? this.pathOf(editing, shownFrame) : null;
      this.strokeLine(context, known ?? edgePath(encode(bits, height, width, extent), height, width));
    }
    this.drawOver(context, null);
  }

  /**
   * Redraw the edited track's line only around a touched box: the rest of the line cannot have changed.
   * @param {Box} box picture pixels
   */
  drawLiveIn([x0, y0, x1, y1]) {
    const { view, viewport } = this.layers;
    const { scale, x, y } = viewport;
    // The line and its halo reach 2 screen pixels out.
    const seen = Math.ceil(3 / scale) + 1;
    const ratio = devicePixelRatio || 1;
    const context = /** @type {CanvasRenderingContext2D} */ (this.live.getContext("2d"));
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const [sx, sy] = [Math.floor((x0 - seen) * scale + x), Math.floor((y0 - seen) * scale + y)];
    const [ex, ey] = [Math.ceil((x1 + seen) * scale + x), Math.ceil((y1 + seen) * scale + y)];
    context.beginPath();
    context.rect(sx, sy, ex - sx, ey - sy);
    context.clip();
    context.clearRect(sx, sy, ex - sx, ey - sy);
    // The crop reaches further, so that its own border stays unseen.
    const crop = seen + Math.ceil(3 / scale) + 1;
    if (!view.now.clean) this.drawLineIn(context, [x0 - crop, y0 - crop, x1 + crop, y1 + crop]);
    context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio);
    this.drawOver(context, { left: sx, top: sy, width: ex - sx, height: ey - sy });
    context.restore();
  }

  /** The edited track's line as far as it lies in a box. @param {CanvasRenderingContext2D} context @param {Box} box picture pixels */
  drawLineIn(context, [x0, y0, x1, y1]) {
    const { bits, document, extent, viewport } = this.layers;
    const { height, width } = document;
    if (!extent || !meets(extent, [x0, y0, x1, y1])) return;
    const { scale, x, y } = viewport;
    const [left, top, right, bottom] = [Math.max(0, x0), Math.max(0, y0), Math.min(width, x1), Math.min(height, y1)];
    const ratio = devicePixelRatio || 1;
    const part = cut(bits, width, [left, top, right, bottom]).bits;
    context.setTransform(scale * ratio, 0, 0, scale * ratio, (x + left * scale) * ratio, (y + top * scale) * ratio);
    this.strokeLine(context, edgePath(encode(part, bottom - top, right - left), bottom - top, right - left));
  }

  /**
   * All that lies over the line.
   * @param {CanvasRenderingContext2D} context in picture pixels
   * @param {import("./badges.js").Box|null} place CSS pixels; null for the whole canvas
   */
  drawOver(context, place) {
    const { ring, sketch, view } = this.layers;
    if (!view.now.clean) {
      // Above the line of the selected track, whose mask may be the new mask of another one.
      this.drawDrafts(context);
      drawContours(this.layers, context);
      if (sketch) sketch(context);
      for (const badge of this.badges)
        if (!place || overlaps(place, this.placeOfBadge(badge))) this.drawBadge(context, badge);
    }
    if (!ring) return;
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawRing(context, ring);
  }

  /** White line on a dark halo. @param {CanvasRenderingContext2D} context in picture pixels @param {Path2D} path */
  strokeLine(context, path) {
    const { unit } = this;
    if (this.layers.rejected) context.setLineDash([6 * unit, 5 * unit]);
    context.lineJoin = "round";
    context.lineCap = "square";
    context.strokeStyle = "rgba(0, 0, 0, 0.5)";
    context.lineWidth = 3.8 * unit;
    context.stroke(path);
    context.strokeStyle = "#FFFFFF";
    context.lineWidth = 1.6 * unit;
    context.stroke(path);
    context.setLineDash([]);
  }

  /** Where a badge lies on the screen: above its mask. @param {Badge} badge */
  placeOfBadge({ number, on, x, y, move }) {
    const [sx, sy] = this.layers.viewport.toScreen(x, y);
    const { width, height } = badgeSize(number, on);
    const left = Math.round(sx - width / 2 + move[0]);
    return { left, top: Math.round(Math.max(2, sy - 6 - height) + move[1]), width, height };
  }

  /** The pixels of the picture under a badge. @param {Badge} badge @returns {Box} */
  boxOfBadge(badge) {
    const { left, top, width, height } = this.placeOfBadge(badge);
    const [x0, y0] = this.layers.viewport.toImage(left - EDGE, top - EDGE);
    const [x1, y1] = this.layers.viewport.toImage(left + width + EDGE, top + height + EDGE);
    return [Math.floor(x0), Math.floor(y0), Math.ceil(x1), Math.ceil(y1)];
  }

  /** @param {CanvasRenderingContext2D} context @param {Badge} badge */
  drawBadge(context, badge) {
    const ratio = devicePixelRatio || 1;
    const { left, top } = this.placeOfBadge(badge);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    const image = this.images.of(badge);
    context.drawImage(image, Math.round((left - EDGE) * ratio), Math.round((top - EDGE) * ratio));
    context.restore();
  }

  close() {
    this.still.remove();
    this.live.remove();
  }
}
