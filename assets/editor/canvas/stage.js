// @ts-check
/** The canvas area: pointers become strokes, pans and zooms; brush ring, coordinates, view rail. */

import { h } from "../../kit/dom.js";
import { Layers } from "./layers.js";
import { commandButton } from "../shortcuts/labels.js";
import { TOOLS } from "./tools/index.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** Longest tap on Space that still plays, milliseconds. */
const TAP = 350;

export class Stage {
  /** @param {Editor} app @param {HTMLElement} notice lies over the canvas, and has its own pointer */
  constructor(app, notice) {
    this.app = app;
    this.ring = h("div", { class: "v-ring", hidden: true });
    this.zoomText = h("span", { class: "v-zoom", "aria-label": "Zoom" }, "100%");
    this.outlineButton = commandButton(app, "outlines", { label: "Outlines" });
    this.cleanButton = commandButton(app, "clean");
    this.waiting = h("div", { class: "v-waiting", role: "status", hidden: true });
    this.host = h(
      "section",
      { class: "v-canvas", tabindex: "0", "aria-label": "Picture and masks" },
      this.ring,
      this.waiting,
      notice,
      this.viewRail(),
    );
    /** @type {"none"|"tool"|"pan"} */
    this.gesture = "none";
    /** whether a button of the pointer is down */
    this.pressed = false;
    /** whether Space is held */
    this.held = false;
    this.heldSince = 0;
    /** @type {DOMRect|null} measured when it may have moved, not on every move of the pointer */
    this.box = null;
    this.dragged = false;
    this.listen();
    app.viewport.onchange = () => this.placed();
    new ResizeObserver(() => this.resized()).observe(this.host);
    app.view.on(["tool", "selected", "newTrack", "frame"], () => this.toolChanged());
    app.view.on(["clean"], () => this.cleanButton.setAttribute("aria-pressed", String(app.view.now.clean)));
    app.preferences.on(["brush"], () => this.moveRing());
    app.preferences.on(["outlines"], () => {
      this.outlineButton.setAttribute("aria-pressed", String(app.preferences.now.outlines));
      app.layers?.drawLines();
    });
    app.view.on(["frame", "shown", "late"], () => this.showWaiting());
  }

  get tool() {
    return TOOLS[this.app.view.now.tool] ?? TOOLS.select;
  }

  /** A video opened: new canvases. */
  opened() {
    const { document, viewport, view, preferences } = this.app;
    this.app.layers = new Layers({ host: this.host, document, viewport, view, preferences });
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

  viewRail() {
    const { app } = this;
    this.outlineButton.setAttribute("aria-pressed", String(app.preferences.now.outlines));
    this.cleanButton.setAttribute("aria-pressed", "false");
    return h(
      "div",
      { class: "v-viewrail" },
      commandButton(app, "zoomIn"),
      this.zoomText,
      commandButton(app, "zoomOut"),
      commandButton(app, "fit"),
      h("hr"),
      this.outlineButton,
      this.cleanButton,
    );
  }

  listen() {
    const { host } = this;
    host.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.down(event));
    host.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.moved(event));
    host.addEventListener("pointerup", () => this.up());
    host.addEventListener("pointercancel", () => this.cancel());
    host.addEventListener("pointerleave", () => {
      if (this.gesture === "none") this.leave();
    });
    host.addEventListener("contextmenu", (/** @type {Event} */ event) => event.preventDefault());
    host.addEventListener("wheel", (/** @type {WheelEvent} */ event) => this.wheel(event), { passive: false });
  }

  /** @param {MouseEvent} event @returns {[number, number]} CSS pixels on the canvas */
  at(event) {
    const box = this.box ?? /** @type {DOMRect} */ (this.host.getBoundingClientRect());
    this.box = box;
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {PointerEvent} event */
  point(event) {
    const [x, y] = this.app.viewport.toImage(...this.at(event));
    return { x, y, inverse: event.altKey || this.button === 2, shift: event.shiftKey };
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.target instanceof Element && event.target.closest(".v-viewrail, .v-notice")) return;
    if (!this.app.layers || this.gesture !== "none") return;
    this.pressed = true;
    this.box = this.host.getBoundingClientRect();
    this.host.focus({ preventScroll: true });
    this.host.setPointerCapture(event.pointerId);
    this.button = event.button;
    this.last = this.at(event);
    if (event.button === 1 || this.held || this.tool.pans) {
      event.preventDefault();
      this.gesture = "pan";
      this.dragged = true;
      this.host.classList.add("v-panning");
      return;
    }
    if (event.button > 2) return;
    this.follow(event);
    this.toolBusy = this.tool;
    if (this.tool.down(this.app, this.point(event))) this.gesture = "tool";
    else if (!this.app.layers.drawing) this.toolBusy = null;
  }

  /** @param {PointerEvent} event */
  moved(event) {
    this.follow(event);
    if (this.gesture === "pan") {
      const [x, y] = this.at(event);
      const [lastX, lastY] = this.last ?? [x, y];
      this.app.viewport.pan(x - lastX, y - lastY);
      this.last = [x, y];
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

  up() {
    const { gesture } = this;
    this.gesture = "none";
    this.pressed = false;
    this.host.classList.remove("v-panning");
    if (gesture === "tool") {
      this.toolBusy?.up(this.app);
      this.toolBusy = null;
    }
  }

  cancel() {
    this.gesture = "none";
    this.pressed = false;
    this.host.classList.remove("v-panning");
    this.toolBusy?.cancel(this.app);
    this.toolBusy = null;
  }

  /** Another tool, track or frame ends a half drawn shape. */
  toolChanged() {
    if (this.app.layers?.drawing && this.gesture === "none") this.cancel();
    this.host.dataset.cursor = this.tool.cursor;
    this.moveRing();
  }

  /** Esc: cancel a half drawn shape, else leave the tool, else the selection. */
  escape() {
    const { view, commands } = this.app;
    if (this.toolBusy) this.cancel();
    else if (view.now.newTrack) commands.select(null);
    else if (view.now.tool !== "select") commands.selectTool();
    else commands.select(null);
  }

  finish() {
    this.toolBusy?.finish?.(this.app);
    this.toolBusy = null;
  }

  /** Take back the last step of a half drawn shape. @returns {boolean} false without one */
  takeBack() {
    const tool = this.toolBusy;
    if (!tool || this.gesture === "tool") return Boolean(tool);
    if (tool.takeBack) tool.takeBack(this.app);
    else this.cancel();
    if (!this.app.layers?.drawing) this.toolBusy = null;
    return true;
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
    if (event.shiftKey) this.app.viewport.pan(-event.deltaY * unit, 0);
    else this.app.viewport.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0018)), ...this.at(event));
    this.follow(event);
  }

  /** @param {MouseEvent} event */
  follow(event) {
    this.pointer = this.at(event);
    const [x, y] = this.app.viewport.toImage(...this.pointer);
    const inside = x >= 0 && y >= 0 && x < this.app.document.width && y < this.app.document.height;
    this.app.view.set({ pointer: inside ? [Math.floor(x), Math.floor(y)] : null });
    this.moveRing();
  }

  leave() {
    this.pointer = null;
    this.app.view.set({ pointer: null });
    this.moveRing();
  }

  moveRing() {
    const seen = Boolean(
      this.pointer && this.app.layers && this.tool.cursor === "ring" && this.gesture !== "pan" && !this.held,
    );
    this.ring.hidden = !seen;
    if (!seen || !this.pointer) return;
    const size = Math.max(3, this.app.preferences.now.brush * this.app.viewport.scale);
    this.ring.style.width = `${size}px`;
    this.ring.style.height = `${size}px`;
    this.ring.style.transform = `translate(${this.pointer[0] - size / 2}px, ${this.pointer[1] - size / 2}px)`;
  }

  /** A line on the canvas while the exact picture is late. */
  showWaiting() {
    const { frame, shown, late } = this.app.view.now;
    this.waiting.hidden = late !== frame || shown === frame;
    if (!this.waiting.hidden) this.waiting.textContent = `Loading frame ${frame}`;
  }
}
