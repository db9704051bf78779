// @ts-check
/** The canvas area: pointers become strokes, pans and zooms; brush ring, coordinates, view rail. */

import { h } from "../../kit/dom.js";
import { onPixelRatio } from "../../kit/pixelratio.js";
import { clamp } from "../../kit/numbers.js";
import { Layers } from "./layers.js";
import { openVideo } from "../state.js";
import { snapped } from "../masks/raster.js";
import { Fingers } from "./fingers.js";
import { ringAt } from "./ring.js";
import { outlineKeeper, storedOutlines } from "./outlinestore.js";
import { radiusAt } from "./tools/brush.js";
import { TOOLS } from "./tools/index.js";
import { viewRail } from "./viewrail.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** A press that moves less is a click, CSS pixels. */
const STILL = 4;
/** Longest tap on Space that still plays, milliseconds. */
const TAP = 350;
/** Button of a pen's eraser. */
const PEN_ERASER = 5;
/** Largest brush, picture pixels. */
const LARGEST = 400;

export class Stage {
  /** @param {Editor} app */
  constructor(app) {
    this.app = app;
    this.fingers = new Fingers(app.viewport);
    this.waiting = h("div", { class: "v-waiting", role: "status", hidden: true });
    const rail = viewRail(app);
    this.zoomText = rail.zoom;
    this.host = h(
      "section",
      { class: "v-canvas", tabindex: "0", "aria-label": "Picture and masks" },
      this.waiting,
      rail.element,
    );
    /** @type {"none"|"tool"|"pan"|"size"|"fingers"} */
    this.gesture = "none";
    /** whether a button of the pointer is down */
    this.pressed = false;
    /** whether Space is held */
    this.held = false;
    this.heldSince = 0;
    /** @type {DOMRect|null} measured when it may have moved, not on every move of the pointer */
    this.box = null;
    this.dragged = false;
    /** @type {[number, number]|null} where the press was, or its last move */
    this.last = null;
    /** @type {[number, number]|null} */
    this.pointer = null;
    /** @type {{from: number, brush: number}|null} begin of a drag that resizes the brush */
    this.sizing = null;
    this.button = 0;
    /** @type {number|null} of the pen that is down */
    this.pressure = null;
    /** whether a pen was used: fingers then only move the picture, and the resting hand draws nothing */
    this.pen = false;
    /** @type {import("./tools/tool.js").Tool|null} tool of the press under way */
    this.toolBusy = null;
    this.shownTool = this.tool;
    /** @type {[number, number]|null} where the right button went down with the select tool */
    this.asks = null;
    /** whether the next `contextmenu` comes from the right button, not from the keyboard */
    this.rightPress = false;
    this.listen();
    app.viewport.onchange = () => this.placed();
    new ResizeObserver(() => this.resized()).observe(this.host);
    onPixelRatio(() => this.placed());
    app.view.on(["tool", "selected", "newTrack", "frame"], () => this.toolChanged());
    app.preferences.on(["brush", "square"], () => this.moveRing());
    app.preferences.on(["outlines", "ghost", "grid"], () => app.layers?.lines.draw());
    app.preferences.on(["opacity", "filled"], () => app.recompose());
    app.view.on(["frame", "shown", "late"], () => this.showWaiting());
  }

  get tool() {
    return TOOLS[this.app.view.now.tool] ?? TOOLS.select;
  }

  /** A video opened: new canvases. */
  opened() {
    const { document, viewport, view, preferences } = this.app;
    const layers = new Layers({ host: this.host, document, viewport, view, preferences });
    const { id } = openVideo(this.app.session);
    layers.contours = storedOutlines(sessionStorage, id, document);
    layers.oncontours = outlineKeeper(this.app, sessionStorage, id, layers);
    this.app.layers = layers;
    this.app.encoder.warm();
    this.toolBusy = null;
    this.placed();
    this.toolChanged();
  }

  resized() {
    const box = /** @type {DOMRect} */ (this.host.getBoundingClientRect());
    this.box = box;
    const { width, height } = box;
    if (width && height) this.app.viewport.resize(width, height);
  }

  placed() {
    const { scale } = this.app.viewport;
    this.zoomText.textContent = scale < 10 ? `${Math.round(scale * 100)}%` : `${Math.round(scale)}×`;
    this.app.layers?.place();
    this.app.showing?.resized();
    this.moveRing();
  }

  listen() {
    const { host } = this;
    host.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.down(event));
    host.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.moved(event));
    host.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => this.up(event));
    host.addEventListener("pointercancel", (/** @type {PointerEvent} */ event) => {
      this.fingers.lift(event.pointerId);
      this.cancel();
    });
    host.addEventListener("pointerleave", () => {
      if (this.gesture === "none") this.leave();
    });
    host.addEventListener("contextmenu", (/** @type {MouseEvent} */ event) => this.menuAsked(event));
    host.addEventListener("wheel", (/** @type {WheelEvent} */ event) => this.wheel(event), { passive: false });
  }

  /** @param {MouseEvent} event @returns {[number, number]} CSS pixels on the canvas */
  at(event) {
    const box = this.box ?? /** @type {DOMRect} */ (this.host.getBoundingClientRect());
    this.box = box;
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {PointerEvent} event @returns {import("./tools/tool.js").Point} */
  point(event) {
    const [x, y] = this.app.viewport.toImage(...this.at(event)).map(snapped);
    const pen = event.pointerType === "pen";
    const erases = this.button === PEN_ERASER && this.tool.name !== "eraser";
    const inverse = event.altKey || this.button === 2 || erases;
    return { x, y, inverse, shift: event.shiftKey, pressure: pen ? event.pressure : null };
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.target instanceof Element && event.target.closest(".v-viewrail")) return;
    if (!this.app.layers) return;
    if (event.pointerType === "touch" && this.touched(event)) return;
    if (this.gesture !== "none") return;
    this.pen ||= event.pointerType === "pen";
    this.pressed = true;
    this.rightPress = event.button === 2;
    this.asks = this.rightPress && this.tool === TOOLS.select && !this.held ? this.at(event) : null;
    this.box = this.host.getBoundingClientRect();
    this.host.focus({ preventScroll: true });
    this.host.setPointerCapture(event.pointerId);
    this.button = event.button;
    this.last = this.at(event);
    if (event.button === 1 || this.held || this.tool.pans) {
      event.preventDefault();
      this.pan();
      return;
    }
    if (event.button > 2 && event.button !== PEN_ERASER) return;
    this.follow(event);
    if ((event.ctrlKey || event.metaKey) && this.tool.options?.includes("size")) {
      this.gesture = "size";
      this.sizing = { from: this.last[0], brush: this.app.preferences.now.brush };
      return;
    }
    this.toolBusy = this.tool;
    if (this.tool.down(this.app, this.point(event))) this.gesture = "tool";
    else this.toolBusy = null;
  }

  pan() {
    this.gesture = "pan";
    this.dragged = true;
    this.host.classList.add("v-panning");
  }

  /** A finger comes down: the second one ends a stroke and moves the picture. @param {PointerEvent} event @returns {boolean} whether that is all */
  touched(event) {
    this.box = this.host.getBoundingClientRect();
    this.fingers.put(event.pointerId, this.at(event));
    if (this.fingers.count < 2 && !this.pen) return false;
    if (this.gesture === "tool") this.cancel();
    this.gesture = "fingers";
    this.host.setPointerCapture(event.pointerId);
    return true;
  }

  /** @param {PointerEvent} event */
  moved(event) {
    if (this.gesture === "fingers") {
      this.fingers.move(event.pointerId, this.at(event));
      return;
    }
    this.follow(event);
    if (this.gesture === "pan") {
      const [x, y] = this.at(event);
      const [lastX, lastY] = this.last ?? [x, y];
      this.app.viewport.pan(x - lastX, y - lastY);
      this.last = [x, y];
    } else if (this.gesture === "size" && this.sizing) {
      const { from, brush } = this.sizing;
      this.resize(brush + (2 * (this.at(event)[0] - from)) / this.app.viewport.scale);
    } else if (this.gesture === "tool") {
      const events = event.getCoalescedEvents?.() ?? [];
      this.toolBusy?.move(
        this.app,
        (events.length ? events : [event]).map((/** @type {PointerEvent} */ e) => this.point(e)),
      );
    } else if (this.app.layers) {
      this.tool.hover?.(this.app, this.point(event));
    }
  }

  /** @param {number} brush picture pixels */
  resize(brush) {
    this.app.preferences.set({ brush: clamp(Math.round(brush), 1, LARGEST) });
  }

  /** @param {PointerEvent} event */
  up(event) {
    this.fingers.lift(event.pointerId);
    const { gesture, asks } = this;
    this.asks = null;
    if (asks && Math.hypot(...this.at(event).map((value, i) => value - asks[i])) < STILL)
      this.app.onmenu("canvas", [event.clientX, event.clientY]);
    if (gesture === "fingers" && this.fingers.count) return;
    this.gesture = "none";
    this.pressed = false;
    this.pressure = null;
    this.host.classList.remove("v-panning");
    if (gesture === "tool") {
      this.toolBusy?.up(this.app);
      this.toolBusy = null;
    }
    this.moveRing();
  }

  /** The right button has its own way, in `up`: here the keyboard asks, at the selected mask. @param {MouseEvent} event */
  menuAsked(event) {
    event.preventDefault();
    const { rightPress } = this;
    this.rightPress = false;
    if (rightPress || !(event.target instanceof Node) || event.target !== this.host) return;
    const { app } = this;
    const hash = app.document.row(app.view.now.selected, app.view.now.frame)?.hash;
    const box = hash ? app.document.masks.box(hash, app.document.height) : null;
    const { left, top, width, height } = this.host.getBoundingClientRect();
    const [x, y] = box ? app.viewport.toScreen((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) : [width / 2, height / 2];
    app.onmenu("canvas", [left + x, top + y]);
  }

  /** End the gesture under way, without a stroke. */
  cancel() {
    this.gesture = "none";
    this.pressed = false;
    this.pressure = null;
    this.host.classList.remove("v-panning");
    this.toolBusy?.cancel(this.app);
    this.toolBusy = null;
    this.moveRing();
  }

  /** Save what a tool has not saved yet, before anything else happens. */
  settle() {
    if (this.gesture === "none") this.shownTool.settle?.(this.app);
    this.app.encoder.flush();
  }

  /** Another tool, track or frame: an outline stays where it is, and is drawn on there later. */
  toolChanged() {
    this.settle();
    if (this.app.layers?.drawing && this.gesture === "none") this.cancel();
    this.shownTool.leave?.(this.app);
    this.shownTool = this.tool;
    this.host.dataset.cursor = this.tool.cursor;
    this.app.layers?.redrawLive();
    this.moveRing();
  }

  /** Esc: throw a half drawn shape away, else leave the tool, else the selection. */
  escape() {
    const { view, commands } = this.app;
    if (this.toolBusy) this.cancel();
    else if (this.tool.waits?.(this.app)) this.tool.cancel(this.app);
    else if (view.now.newTrack) commands.select(null);
    else if (view.now.tool !== "select") commands.selectTool();
    else if (view.now.selected) commands.select(null);
    else view.set({ range: null });
  }

  finish() {
    this.tool.finish?.(this.app);
  }

  /** Take back the last step of a half drawn shape. @param {boolean} undoing not only by Backspace @returns {boolean} false without one */
  takeBack(undoing) {
    return this.gesture === "tool" || (this.tool.takeBack?.(this.app, undoing) ?? false);
  }

  /** The step again that was taken back last. @returns {boolean} false without one */
  giveBack() {
    return this.gesture === "tool" || (this.tool.giveBack?.(this.app) ?? false);
  }

  /** Space goes down or up. @param {boolean} down @returns {boolean} on up: whether it was a tap */
  space(down) {
    if (down) {
      this.held = true;
      this.heldSince = performance.now();
      this.dragged = false;
      this.host.classList.add("v-hand");
      return false;
    }
    if (!this.held) return false;
    this.held = false;
    this.host.classList.remove("v-hand");
    return !this.dragged && performance.now() - this.heldSince < TAP;
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    const { brush, tolerance } = this.app.preferences.now;
    const step = event.deltaY < 0 || event.deltaX < 0 ? 1 : -1;
    if (event.altKey && this.tool.options?.includes("size"))
      this.resize(step > 0 ? Math.max(brush + 1, brush * 1.12) : Math.min(brush - 1, brush / 1.12));
    else if (event.altKey && this.tool.options?.includes("tolerance"))
      this.app.preferences.set({ tolerance: clamp(tolerance + step, 0, 255) });
    else if (event.shiftKey) this.app.viewport.pan(-(event.deltaY || event.deltaX) * unit, 0);
    else this.app.viewport.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0018)), ...this.at(event));
    this.follow(event);
  }

  /** @param {MouseEvent} event */
  follow(event) {
    this.pointer = this.at(event);
    this.pressure =
      event instanceof PointerEvent && event.pointerType === "pen" && event.buttons ? event.pressure : null;
    const [x, y] = this.app.viewport.toImage(...this.pointer);
    const inside = x >= 0 && y >= 0 && x < this.app.document.width && y < this.app.document.height;
    const before = this.app.view.now.pointer;
    if (!inside) this.app.view.set({ pointer: null });
    else if (before?.[0] !== Math.floor(x) || before[1] !== Math.floor(y))
      this.app.view.set({ pointer: [Math.floor(x), Math.floor(y)] });
    this.moveRing();
  }

  leave() {
    this.pointer = null;
    this.app.view.set({ pointer: null });
    this.tool.leave?.(this.app);
    this.moveRing();
  }

  moveRing() {
    const { app, gesture, pressure } = this;
    const at = gesture === "size" ? this.last : this.pointer;
    const seen = at && this.tool.cursor === "ring" && gesture !== "pan" && !this.held;
    // While a pen is down, the ring is as wide as its line.
    const brush = pressure === null ? app.preferences.now.brush : 2 * radiusAt(app, { pressure });
    const { square } = app.preferences.now;
    app.layers?.showRing(seen ? ringAt(at, { brush, square }, app.viewport.scale) : null);
  }

  /** A line on the canvas while the exact picture is late. */
  showWaiting() {
    const { frame, shown, late } = this.app.view.now;
    this.waiting.hidden = late !== frame || shown === frame;
    if (!this.waiting.hidden) this.waiting.textContent = `Loading frame ${frame}`;
  }
}
