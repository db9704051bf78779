// @ts-check
/**
 * The layers of the canvas: the picture, the masks at picture resolution, and lines and badges at screen resolution.
 * All tracks but the edited one are painted straight from their run lengths; the edited one is a bitmap, so that a
 * stroke changes bytes and repaints only the touched rectangle.
 */

import { colourOf, inkOn, roundOf, word } from "../../look/palette.js";
import { h, oncePerFrame } from "../../kit/dom.js";
import { edgePath, outlinePath } from "../masks/outline.js";
import { join } from "../masks/raster.js";
import { decode, encode, paint } from "../masks/rle.js";

const FILL = 0.4;
const FILL_SELECTED = 0.5;

export class Layers {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.host
   * @param {import("../document/document.js").VideoDocument} parts.document
   * @param {import("./viewport.js").Viewport} parts.viewport
   * @param {import("../store.js").Store<import("../state.js").View>} parts.view
   * @param {import("../store.js").Store<import("../state.js").Preferences>} parts.preferences
   */
  constructor({ host, document, viewport, view, preferences }) {
    this.host = host;
    this.document = document;
    this.viewport = viewport;
    this.view = view;
    this.preferences = preferences;
    const { width, height } = document;
    this.picture = h("canvas", { width, height, class: "v-picture" });
    this.maskCanvas = h("canvas", { width, height, class: "v-masks" });
    this.sheet = h(
      "div",
      { class: "v-stack", style: `width:${width}px;height:${height}px` },
      this.picture,
      this.maskCanvas,
    );
    this.lines = h("canvas", { class: "v-lines" });
    this.live = h("canvas", { class: "v-lines" });
    host.prepend(this.sheet, this.lines, this.live);
    this.pictureContext = /** @type {CanvasRenderingContext2D} */ (this.picture.getContext("2d", { alpha: false }));
    this.maskContext = /** @type {CanvasRenderingContext2D} */ (this.maskCanvas.getContext("2d"));
    this.image = new ImageData(width, height);
    this.words = new Uint32Array(this.image.data.buffer);
    this.under = new Uint32Array(width * height);
    /** bitmap of the edited track on the shown frame */
    this.bits = new Uint8Array(width * height);
    /** @type {[number, number, number, number]|null} box that holds all set pixels of `bits` */
    this.extent = null;
    /** @type {[number, number, number, number]|null} */
    this.dirty = null;
    this.shownFrame = -1;
    this.drawing = false;
    /** @type {{number: number, on: boolean, x: number, y: number}[]} of the drawn masks, picture pixels */
    this.badges = [];
    /** @type {((context: CanvasRenderingContext2D) => void)|null} a tool's own lines, in picture pixels */
    this.sketch = null;
    /** @type {string|null} */
    this.editing = null;
    this.flush = oncePerFrame(() => this.paintDirty());
    this.redrawLines = oncePerFrame(() => this.drawLines());
  }

  /** Show the picture of a frame with its masks. @param {number} frame @param {ImageBitmap} picture */
  show(frame, picture) {
    this.sheet.classList.remove("v-standin", "v-bare");
    this.pictureContext.drawImage(picture, 0, 0, this.picture.width, this.picture.height);
    this.shownFrame = frame;
    this.compose();
  }

  /** Show a stand-in, which is the small picture of another frame and therefore has no masks. @param {ImageBitmap} picture */
  showStandIn(picture) {
    this.sheet.classList.remove("v-bare");
    this.sheet.classList.add("v-standin");
    this.pictureContext.drawImage(picture, 0, 0, this.picture.width, this.picture.height);
    this.shownFrame = -1;
    this.compose();
  }

  /** Show the masks of a frame whose picture cannot be loaded. @param {number} frame */
  showBare(frame) {
    this.sheet.classList.remove("v-standin");
    this.sheet.classList.add("v-bare");
    this.shownFrame = frame;
    this.compose();
  }

  /** Whether a track is drawn, if it has a mask here. @param {import("../document/document.js").Track} track */
  visible(track) {
    const { hidden, solo, selected } = this.view.now;
    if (track.deleted || hidden.has(track.id)) return false;
    if (solo && solo !== track.id) return false;
    if (track.id === selected) return true;
    if (track.rejected) return false;
    return this.document.row(track.id, this.shownFrame)?.review !== "rejected";
  }

  /** Whether the edited mask was rejected: then only a broken line shows where it lies. */
  get rejected() {
    const track = this.editing === null ? undefined : this.document.tracks.get(this.editing);
    if (!track || this.drawing) return false;
    return track.rejected || this.document.row(track.id, this.shownFrame)?.review === "rejected";
  }

  /** Tracks that are drawn here, the selected one last. @returns {import("../document/document.js").Track[]} */
  drawn() {
    const selected = this.view.now.selected;
    const list = this.document.list().filter((t) => this.visible(t) && this.document.mask(t.id, this.shownFrame));
    return [...list.filter((t) => t.id !== selected), ...list.filter((t) => t.id === selected)];
  }

  /** Repaint all masks of the shown frame. */
  compose() {
    const { height, width } = this.document;
    const { selected } = this.view.now;
    this.under.fill(0);
    this.bits.fill(0);
    this.extent = null;
    this.dirty = null;
    this.editing = selected;
    for (const track of this.drawn()) {
      const runs = this.document.mask(track.id, this.shownFrame);
      if (!runs) continue;
      if (track.id === selected) {
        decode(runs, height, width, this.bits);
        const hash = this.document.row(track.id, this.shownFrame)?.hash;
        this.extent = hash ? this.document.masks.box(hash, height) : null;
      } else {
        paint(runs, height, width, this.under, word(colourOf(track.number), FILL));
      }
    }
    this.words.set(this.under);
    this.paintBits(this.extent);
    this.maskContext.putImageData(this.image, 0, 0);
    this.drawLines();
  }

  /** Number of the track that strokes go to. */
  editedNumber() {
    const { selected, newTrack } = this.view.now;
    if (newTrack) return newTrack.number;
    return (selected && this.document.tracks.get(selected)?.number) || 1;
  }

  /** @param {[number, number, number, number]|null} box */
  paintBits(box) {
    if (!box) return;
    const { width } = this.document;
    const colour = this.rejected ? 0 : word(colourOf(this.editedNumber()), FILL_SELECTED);
    const [x0, y0, x1, y1] = box;
    for (let y = y0; y < y1; y += 1) {
      for (let at = y * width + x0, end = y * width + x1; at < end; at += 1) {
        this.words[at] = this.bits[at] ? colour : this.under[at];
      }
    }
  }

  /** A tool changed `bits` inside a box. @param {[number, number, number, number]|null} box */
  touch(box) {
    if (!box) return;
    this.dirty = join(this.dirty, box);
    this.extent = join(this.extent, box);
    this.flush();
  }

  paintDirty() {
    if (!this.dirty) return;
    const [x0, y0, x1, y1] = this.dirty;
    this.paintBits(this.dirty);
    this.maskContext.putImageData(this.image, 0, 0, x0, y0, x1 - x0, y1 - y0);
    this.drawLiveIn(this.dirty);
    this.dirty = null;
  }

  /**
   * Redraw the edited track's line only around a touched box: the rest of the line cannot have changed.
   * @param {[number, number, number, number]} box picture pixels
   */
  drawLiveIn([x0, y0, x1, y1]) {
    const { height, width } = this.document;
    const { scale, x, y } = this.viewport;
    if (this.view.now.clean) return;
    // The line and its halo reach 2 screen pixels out; the crop reaches further, so that its own border stays unseen.
    const seen = Math.ceil(3 / scale) + 1;
    const crop = seen + Math.ceil(3 / scale) + 1;
    const [left, top] = [Math.max(0, x0 - crop), Math.max(0, y0 - crop)];
    const [right, bottom] = [Math.min(width, x1 + crop), Math.min(height, y1 + crop)];
    const part = new Uint8Array((right - left) * (bottom - top));
    for (let row = top, at = 0; row < bottom; row += 1, at += right - left) {
      part.set(this.bits.subarray(row * width + left, row * width + right), at);
    }
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
    context.setTransform(scale * ratio, 0, 0, scale * ratio, (x + left * scale) * ratio, (y + top * scale) * ratio);
    this.strokeLine(context, edgePath(encode(part, bottom - top, right - left), bottom - top, right - left));
    for (const badge of this.badges) if (badge.on) this.drawBadge(context, badge);
    context.restore();
  }

  /** White line on a dark halo. @param {CanvasRenderingContext2D} context in picture pixels @param {Path2D} path */
  strokeLine(context, path) {
    const unit = 1 / this.viewport.scale;
    if (this.rejected) context.setLineDash([6 * unit, 5 * unit]);
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

  /** Follow the viewport. */
  place() {
    const { scale, x, y, width, height } = this.viewport;
    this.sheet.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.sheet.classList.toggle("v-pixels", scale >= 3);
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.lines, this.live]) {
      const [w, t] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== w || canvas.height !== t) {
        canvas.width = w;
        canvas.height = t;
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
      }
    }
    this.redrawLines();
  }

  /** @param {HTMLCanvasElement} canvas @returns {CanvasRenderingContext2D} cleared, in picture pixels */
  context(canvas) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const { scale, x, y } = this.viewport;
    const ratio = devicePixelRatio || 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio);
    context.lineJoin = "round";
    context.lineCap = "round";
    return context;
  }

  drawLines() {
    const context = this.context(this.lines);
    const { clean, selected } = this.view.now;
    this.maskCanvas.style.visibility = clean ? "hidden" : "";
    this.badges = [];
    if (!clean) {
      for (const track of this.drawn()) {
        const hash = this.document.row(track.id, this.shownFrame)?.hash;
        if (!hash) continue;
        const box = this.document.masks.box(hash, this.document.height);
        if (!box) continue;
        this.badges.push({ number: track.number, on: track.id === selected, x: (box[0] + box[2]) / 2, y: box[1] });
        if (track.id !== selected && this.preferences.now.outlines) this.drawOutline(context, track, hash);
      }
      this.drawDrafts(context);
      for (const badge of this.badges) if (!badge.on) this.drawBadge(context, badge);
    }
    this.drawLive();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../document/document.js").Track} track @param {string} hash */
  drawOutline(context, track, hash) {
    const { height, width } = this.document;
    const path = this.document.masks.path(hash, (runs) => outlinePath(runs, height, width));
    if (!path) return;
    const unit = 1 / this.viewport.scale;
    const round = roundOf(track.number);
    context.setLineDash(round === 0 ? [] : round === 1 ? [6 * unit, 4 * unit] : [1 * unit, 4 * unit]);
    context.lineWidth = (round === 2 ? 2 : 1.4) * unit;
    context.strokeStyle = colourOf(track.number);
    context.stroke(path);
    context.setLineDash([]);
  }

  /** Masks of the shown preview: broken lines in the colours of their tracks. @param {CanvasRenderingContext2D} context */
  drawDrafts(context) {
    const { height, width } = this.document;
    const unit = 1 / this.viewport.scale;
    for (const { number, runs } of this.view.now.preview?.masks(this.shownFrame) ?? []) {
      const path = outlinePath(runs, height, width);
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

  /** Line, badge and sketch of the edited track. */
  drawLive() {
    const context = this.context(this.live);
    if (this.view.now.clean) return;
    if (this.extent) {
      const { height, width } = this.document;
      const row = this.document.row(this.editing, this.shownFrame);
      const path =
        !this.drawing && row?.hash
          ? this.document.masks.path(row.hash, (runs) => outlinePath(runs, height, width))
          : edgePath(encode(this.bits, height, width, this.extent), height, width);
      if (path) this.strokeLine(context, path);
    }
    if (this.sketch) this.sketch(context);
    for (const badge of this.badges) if (badge.on) this.drawBadge(context, badge);
  }

  /** @param {CanvasRenderingContext2D} context @param {{number: number, on: boolean, x: number, y: number}} badge */
  drawBadge(context, { number, on, x, y }) {
    const ratio = devicePixelRatio || 1;
    const [sx, sy] = this.viewport.toScreen(x, y);
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `700 ${on ? 11 : 10}px ${getComputedStyle(this.host).fontFamily}`;
    const width = Math.max(16, context.measureText(String(number)).width + 8);
    const height = on ? 16 : 14;
    const left = Math.round(sx - width / 2);
    const top = Math.round(Math.max(2, sy - 6 - height));
    const colour = colourOf(number);
    context.beginPath();
    context.roundRect(left - 1.5, top - 1.5, width + 3, height + 3, 5);
    context.fillStyle = on ? "#FFFFFF" : "rgba(0, 0, 0, 0.6)";
    context.fill();
    context.beginPath();
    context.roundRect(left, top, width, height, 4);
    context.fillStyle = colour;
    context.fill();
    context.fillStyle = inkOn(colour);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(number), left + width / 2, top + height / 2 + 0.5);
    context.restore();
  }

  /** Remove the canvases. */
  close() {
    this.sheet.remove();
    this.lines.remove();
    this.live.remove();
  }
}
