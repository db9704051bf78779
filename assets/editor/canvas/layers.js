// @ts-check
/**
 * The layers of the canvas: the picture, and the masks, lines and badges at screen resolution. All tracks but the edited
 * one are painted straight from their run lengths, and again only where something changed; the edited one is a bitmap, so
 * that a stroke changes bytes and repaints only the touched rectangle.
 *
 * Where nothing but the content of a canvas changes, the browser neither styles nor lays out nor paints the page. So the
 * ring of the brush is drawn on a canvas, too.
 */

import { colourNumber, colourOf, word } from "../../look/palette.js";
import { h, oncePerFrame } from "../../kit/dom.js";
import { gathered, join, meets } from "../masks/raster.js";
import { paintSpans, paintSpansIn } from "../masks/spans.js";
import { Lines } from "./lines.js";
import { MaskScreen } from "./maskscreen.js";
import { boxOfRing, sameRing } from "./ring.js";

/** @typedef {import("../masks/raster.js").Box} Box */
/** @typedef {import("../document/document.js").Track} Track */

/** How long the picture lies still before its lines are drawn anew, milliseconds. */
const REST = 120;
/** Opacity of other masks against that of the selected one. */
const OTHERS = 0.8;
/** Of canvases with a picture: the wand and the magnetic lasso read it back. */
const AS_READ = Object.freeze({ alpha: false, willReadFrequently: true });

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
    this.document = document;
    this.viewport = viewport;
    this.view = view;
    this.preferences = preferences;
    const { width, height } = document;
    this.picture = h("canvas", { width, height, class: "v-picture" });
    this.sheet = h("div", { class: "v-stack", style: `width:${width}px;height:${height}px` }, this.picture);
    this.masks = new MaskScreen({ width, height });
    this.lines = new Lines(this, host);
    host.prepend(this.sheet, this.masks.canvas, this.lines.still, this.lines.live);
    this.pictureContext = /** @type {CanvasRenderingContext2D} */ (this.picture.getContext("2d", AS_READ));
    this.under = new Uint32Array(width * height);
    /** @type {Map<string, {hash: string, colour: number, box: Box}>} what `under` holds, by track, in the order of painting */
    this.parts = new Map();
    /** bitmap of the edited track on the shown frame */
    this.bits = new Uint8Array(width * height);
    /** @type {string|null|undefined} compressed run lengths that `bits` holds; null for none, undefined since a stroke changed it */
    this.held = null;
    /** @type {string|null|undefined} what `held` was when the stroke began */
    this.base = undefined;
    /** @type {Box|null} box that holds all set pixels of `bits` */
    this.extent = null;
    /** @type {Box|null} changed since it was last painted */
    this.dirty = null;
    /** @type {Box[]} where the ring of the brush was or is now, since lines were last drawn */
    this.ringed = [];
    /** @type {import("./ring.js").Ring|null} the brush at the pointer */
    this.ring = null;
    /** whether the picture lies elsewhere since the masks were last painted */
    this.moved = false;
    /** when it last moved, milliseconds */
    this.movedAt = -Infinity;
    /** @type {ReturnType<typeof setTimeout>|undefined} until it rests */
    this.resting = undefined;
    /** @type {Box|null} changed since the stroke began */
    this.touched = null;
    /** colour of the edited mask as it is painted */
    this.tone = 0;
    this.shownFrame = -1;
    /** counts up with every picture on the canvas */
    this.pictures = 0;
    this.drawing = false;
    /** @type {import("./stroke.js").Stroke|null} the stroke under way */
    this.stroke = null;
    /** @type {import("./contours.js").Kept[]} half drawn outlines */
    this.contours = [];
    /** called after a change of `contours` */
    this.oncontours = () => {};
    /** @type {((context: CanvasRenderingContext2D) => void)|null} a tool's own lines, in picture pixels */
    this.sketch = null;
    /** @type {string|null} */
    this.editing = null;
    this.flush = oncePerFrame(() => this.paintDirty());
    this.redraw = oncePerFrame(() => this.drawMoved());
    this.redrawLive = oncePerFrame(() => this.lines.drawLive());
  }

  /** Show the picture of a frame with its masks. @param {number} frame @param {ImageBitmap} picture */
  show(frame, picture) {
    this.sheet.classList.remove("v-standin", "v-bare");
    this.drawPicture(picture);
    this.shownFrame = frame;
    this.compose(true);
  }

  /** Show a stand-in, which is the small picture of another frame and therefore has no masks. @param {ImageBitmap} picture */
  showStandIn(picture) {
    this.sheet.classList.remove("v-bare");
    this.sheet.classList.add("v-standin");
    this.drawPicture(picture);
    this.shownFrame = -1;
    this.compose(true);
  }

  /** The canvas has as many pixels as the picture; the style sheet stretches it. @param {ImageBitmap} picture */
  drawPicture(picture) {
    const { width, height } = picture;
    if (this.picture.width !== width || this.picture.height !== height) Object.assign(this.picture, { width, height });
    this.pictureContext.drawImage(picture, 0, 0);
    this.pictures += 1;
  }

  /** Show the masks of a frame whose picture cannot be loaded. @param {number} frame */
  showBare(frame) {
    this.sheet.classList.remove("v-standin");
    this.sheet.classList.add("v-bare");
    this.shownFrame = frame;
    this.compose(true);
  }

  /** RGBA of the shown picture, stretched to the size of the video. @returns {Uint8ClampedArray} height x width x 4 */
  pixels() {
    const { height, width } = this.document;
    const canvas = new OffscreenCanvas(width, height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", AS_READ));
    context.drawImage(this.picture, 0, 0, width, height);
    return context.getImageData(0, 0, width, height).data;
  }

  /** Whether a track is drawn on a frame, if it has a mask there. @param {Track} track @param {number} [frame] */
  visible(track, frame = this.shownFrame) {
    if (!this.unhidden(track)) return false;
    if (track.id === this.view.now.selected) return true;
    return !track.rejected && this.document.row(track.id, frame)?.review !== "rejected";
  }

  /** @param {Track} track */
  unhidden(track) {
    const { hidden, solo } = this.view.now;
    return !track.deleted && !hidden.has(track.id) && (!solo || solo === track.id);
  }

  /** Whether the edited mask was rejected: then only a broken line shows where it lies. */
  get rejected() {
    const track = this.editing === null ? undefined : this.document.tracks.get(this.editing);
    if (!track || this.drawing) return false;
    return track.rejected || this.document.row(track.id, this.shownFrame)?.review === "rejected";
  }

  /** Whether the mask of a track on a frame can be drawn. @param {Track} track @param {number} [frame] */
  hasMask(track, frame = this.shownFrame) {
    const hash = this.document.shownHash(track.id, frame);
    return hash !== null && this.document.masks.has(hash);
  }

  /** Tracks that are drawn on a frame, the selected one last. @param {number} [frame] @returns {Track[]} */
  drawn(frame = this.shownFrame) {
    const selected = this.view.now.selected;
    const list = this.document.list().filter((t) => this.visible(t, frame) && this.hasMask(t, frame));
    return [...list.filter((t) => t.id !== selected), ...list.filter((t) => t.id === selected)];
  }

  /** Masks that were rejected here, the selected one aside; they are shown as broken lines. @returns {Track[]} */
  rejectedOthers() {
    const { selected } = this.view.now;
    return this.document
      .list()
      .filter(
        (t) =>
          t.id !== selected &&
          !t.rejected &&
          this.unhidden(t) &&
          this.document.row(t.id, this.shownFrame)?.review === "rejected",
      );
  }

  /** Paint what changed on the shown frame since it was last painted. @param {boolean} [now] as of `Lines.draw` */
  compose(now = false) {
    if (this.dirty) this.paintDirty();
    const { selected } = this.view.now;
    const tracks = this.drawn();
    this.editing = selected;
    const under = this.composeUnder(tracks.filter(({ id }) => id !== selected));
    const edited = this.composeEdited(tracks.find(({ id }) => id === selected) ?? null);
    const changed = join(under, edited);
    if (changed) this.blit(changed);
    this.lines.draw(edited !== null, now);
  }

  /** @param {Track[]} others @returns {Box|null} where `under` changed */
  composeUnder(others) {
    const { height, width, masks } = this.document;
    const before = this.parts;
    this.parts = new Map();
    for (const track of others) {
      const { id } = track;
      const hash = this.document.shownHash(id, this.shownFrame);
      const box = hash ? masks.box(hash, height) : null;
      if (hash && box)
        this.parts.set(id, { hash, box, colour: word(colourOf(colourNumber(track)), this.opacity * OTHERS) });
    }
    /** @type {Box|null} */
    let changed = null;
    for (const [id, old] of before) {
      const now = this.parts.get(id);
      if (now?.hash !== old.hash || now.colour !== old.colour) changed = join(changed, old.box);
    }
    for (const [id, now] of this.parts) {
      const old = before.get(id);
      if (old?.hash !== now.hash || old.colour !== now.colour) changed = join(changed, now.box);
    }
    if (!changed) return null;
    const [x0, y0, x1, y1] = changed;
    for (let y = y0; y < y1; y += 1) this.under.fill(0, y * width + x0, y * width + x1);
    for (const { hash, colour, box } of this.parts.values()) {
      const spans = meets(box, changed) && colour ? masks.spans(hash, height, width) : null;
      if (!spans) continue;
      if (contains(changed, box)) paintSpans(this.under, spans, colour);
      else paintSpansIn(this.under, spans, width, colour, changed);
    }
    return changed;
  }

  /** @param {Track|null} track @returns {Box|null} where the edited mask changed */
  composeEdited(track) {
    const { height, masks, width } = this.document;
    const hash = track && this.document.shownHash(track.id, this.shownFrame);
    const counts = hash === null ? null : (masks.text(hash) ?? null);
    const same = this.held === counts;
    const tone = this.editedTone();
    const restyled = tone !== this.tone;
    this.tone = tone;
    if (same) return restyled ? this.extent : null;
    const before = this.extent;
    if (before)
      for (let y = before[1]; y < before[3]; y += 1) this.bits.fill(0, y * width + before[0], y * width + before[2]);
    const spans = hash === null ? null : masks.spans(hash, height, width);
    for (let i = 0; spans && i < spans.length; i += 2) this.bits.fill(1, spans[i], spans[i + 1]);
    this.held = counts;
    this.extent = hash === null ? null : masks.box(hash, height);
    return join(before, this.extent);
  }

  /** Opacity of the selected mask, 0 to 1. */
  get opacity() {
    const { opacity, filled } = this.preferences.now;
    return filled ? opacity / 100 : 0;
  }

  editedTone() {
    return this.rejected ? 0 : word(colourOf(this.editedNumber()), this.opacity);
  }

  /** The number whose colour strokes have. */
  editedNumber() {
    const { selected, newTrack } = this.view.now;
    if (newTrack) return newTrack.number;
    const track = selected === null ? undefined : this.document.tracks.get(selected);
    return track ? colourNumber(track) : 1;
  }

  /** Put the masks inside a box on the canvas. @param {Box} box */
  blit(box) {
    if (!this.moved) this.masks.paint(this, box);
  }

  /** A tool changed `bits` inside a box. @param {Box|null} box */
  touch(box) {
    if (!box) return;
    this.held = undefined;
    this.tone = this.editedTone();
    this.dirty = join(this.dirty, box);
    this.touched = join(this.touched, box);
    this.extent = join(this.extent, box);
    this.flush();
  }

  /** Show the brush at the pointer; null: nothing. @param {import("./ring.js").Ring|null} ring */
  showRing(ring) {
    const before = this.ring;
    if (sameRing(before, ring)) return;
    this.ring = ring;
    for (const one of [before, ring]) if (one) this.ringed.push(boxOfRing(one, this.viewport));
    this.flush();
  }

  paintDirty() {
    const { dirty, ringed } = this;
    this.dirty = null;
    this.ringed = [];
    if (dirty) this.blit(dirty);
    if (this.lines.isCarried) {
      // A ring that follows the pointer waits until the picture rests, a stroke does not.
      if (dirty) this.lines.draw(true, true);
      return;
    }
    // A ring that moved far leaves most of the box around both of its places as it was.
    for (const box of gathered(dirty ? [dirty, ...ringed] : ringed)) this.lines.drawLiveIn(box);
  }

  /** Follow the viewport. */
  place() {
    const { scale, x, y } = this.viewport;
    this.sheet.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.sheet.classList.toggle("v-pixels", scale >= 3);
    const resized = this.masks.place(this.viewport, devicePixelRatio || 1);
    this.lines.place();
    this.moved = true;
    if (!resized) this.redraw();
    // Another size empties the canvases, which then must not be seen empty.
    else this.drawMoved();
  }

  /** Draw the masks where the picture lies now; lines are drawn at the first move and once it rests, moved in between. */
  drawMoved() {
    if (this.moved) {
      this.moved = false;
      /** @type {Box|null} */
      let box = this.extent;
      for (const part of this.parts.values()) box = join(box, part.box);
      this.masks.paintAll(this, box);
    }
    const now = performance.now();
    const moving = now - this.movedAt < REST;
    this.movedAt = now;
    clearTimeout(this.resting);
    if (moving && this.lines.isCarried) this.resting = setTimeout(() => this.lines.draw(true, true), REST);
    else this.lines.draw(true, true);
  }

  /** Remove the canvases. */
  close() {
    clearTimeout(this.resting);
    this.sheet.remove();
    this.masks.canvas.remove();
    this.lines.close();
  }
}

/** Whether a box lies inside of another. @param {Box} outer @param {Box} inner */
const contains = ([x0, y0, x1, y1], [left, top, right, bottom]) =>
  left >= x0 && top >= y0 && right <= x1 && bottom <= y1;
