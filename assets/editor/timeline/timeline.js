// @ts-check
/** Lanes of all tracks on one canvas, and the whole video below: scrub, zoom, scroll, choose a range. */

import { h, onceIdle, oncePerFrame } from "../../kit/dom.js";
import { clamp } from "../../kit/numbers.js";
import { openComments } from "../document/comments.js";
import { tallyOf } from "../document/tallies.js";
import { draggedTo, dragEnd, endAt } from "./ends.js";
import { Head } from "./head.js";
import { identity } from "./kept.js";
import { Labels } from "./labels.js";
import { askMenu } from "./lanemenu.js";
import { wordsAt } from "./marks.js";
import { paintOverview, RULER } from "./paint.js";
import { lanesOf, madeBy } from "./provisional.js";
import { Sheets } from "./sheets.js";
import { lanesIn, paintAgain, paintStill, shownIn } from "./still.js";

/** @typedef {import("../editor.js").Editor} Editor */

export class Timeline {
  /** @param {Editor} app */
  constructor(app) {
    this.app = app;
    this.canvas = h("canvas", { "aria-label": "Timeline: frames of all tracks", role: "application", tabindex: "0" });
    /** whether the next `contextmenu` comes from the right button, not from the keyboard */
    this.rightPress = false;
    this.tip = h("div", { class: "v-tip", role: "tooltip", hidden: true });
    this.head = new Head();
    this.lanes = h("div", { class: "v-lanes" }, this.canvas, this.head.element, this.tip);
    this.overview = h("canvas", { "aria-label": "Whole video", role: "img" });
    /** where the frame lies in the whole video */
    this.here = h("i", { class: "v-here" });
    this.mini = h("div", { class: "v-mini" }, h("span", {}, "Whole video"), this.overview, this.here);
    /** called after the window changed */
    this.onzoom = () => {};
    /** @type {[number, number]} first visible frame and the one past the last; fractions while zooming */
    this.window = [0, 1];
    this.scroll = 0;
    /** @type {import("../commands/preview.js").LaneMark|null} frames that the drag of an end adds or takes away */
    this.dragged = null;
    this.draw = oncePerFrame(() => this.paint());
    /** @type {{revision: number, tally: import("../document/tallies.js").Tally|null}} */
    this.tallied = { revision: -1, tally: null };
    this.labels = new Labels();
    /** what the canvases show, all but the frame; empty while that differs in every painting */
    this.shown = "";
    /** @type {string[]} what each lane in sight shows */
    this.lanesShown = [];
    this.shownMini = "";
    /** ids of the tracks that the shown preview would make */
    this.made = "";
    this.sheets = new Sheets([this.lanes, this.mini], () => this.paint());
    app.view.on(["frame"], () => this.follow());
    app.view.on(["selected"], () => this.reveal());
    app.view.on(["preview"], () => this.revealMade());
    app.view.on(["frame", "selected", "range", "marks", "newTrack", "preview", "likely", "comments"], this.draw);
    app.view.on(["revision"], onceIdle(this.draw));
    app.session.on(["theme"], () => this.sheets.forget());
    app.session.on(["theme", "video", "phase"], this.draw);
    this.listen();
  }

  get count() {
    return this.app.document.count;
  }

  opened() {
    this.window = [0, this.count];
    this.scroll = 0;
    this.tallied.revision = -1;
    this.tip.hidden = true;
    this.draw();
  }

  /** The number of frames changed; a window that showed the whole video still does. @param {number} before */
  recounted(before) {
    const [a, b] = this.window;
    this.tallied.revision = -1;
    if (b - a >= before) this.place(0, this.count);
    else this.place(a, Math.min(b - a, this.count));
  }

  /** Visible share of the video, 0 to 1. */
  get zoomed() {
    return (this.window[1] - this.window[0]) / this.count;
  }

  /** Zoom about a frame. @param {number} factor @param {number} [centre] */
  zoom(factor, centre = this.app.view.now.frame + 0.5) {
    const [a, b] = this.window;
    const length = clamp((b - a) / factor, Math.min(8, this.count), this.count);
    const share = clamp((centre - a) / (b - a), 0, 1);
    this.place(centre - share * length, length);
  }

  /** @param {number} first @param {number} length */
  place(first, length) {
    const start = clamp(first, 0, this.count - length);
    this.window = [start, start + length];
    this.draw();
    this.onzoom();
  }

  /** Keep the current frame visible. */
  follow() {
    const [a, b] = this.window;
    const { frame, playing } = this.app.view.now;
    const length = b - a;
    if (frame + 1 > b) this.place(playing ? frame - length * 0.1 : frame + 1 - length, length);
    else if (frame < a) this.place(frame, length);
  }

  /** Scroll to the selected lane, and to those of the tracks that the shown preview would make. */
  reveal() {
    const { document, view } = this.app;
    const shown = lanesOf(this.app).map(({ id }) => id === view.now.selected || !document.tracks.has(id));
    if (!this.size || !shown.includes(true)) return;
    const { height, lane } = this.size;
    const bottom = (shown.lastIndexOf(true) + 1) * lane;
    this.scroll = Math.max(this.scroll, bottom - (height - RULER));
    this.scroll = Math.min(this.scroll, shown.indexOf(true) * lane);
  }

  /** Where other tracks would be made; a preview that only grows leaves the lanes where a person scrolled them. */
  revealMade() {
    const made = madeBy(this.app).join(" ");
    if (made !== this.made && made) this.reveal();
    this.made = made;
  }

  /** @param {HTMLCanvasElement} canvas @param {[number, number]} window @returns {import("./paint.js").Sheet} */
  sheet(canvas, window) {
    const light = this.app.session.now.theme === "light";
    return this.sheets.of(canvas, { window, count: this.count, scroll: this.scroll, light });
  }

  /** Paint what changed: a step to another frame only moves the line of the frame. */
  paint() {
    const { app } = this;
    const s = this.sheet(this.canvas, this.window);
    if (!s.width || !s.height) return;
    this.size = s;
    const ready = app.session.now.phase === "ready";
    const list = ready ? lanesOf(app) : [];
    this.scroll = s.scroll = clamp(this.scroll, 0, Math.max(0, list.length * s.lane - (s.height - RULER)));
    const shown = shownIn(this, s, ready ? list : null);
    const lanes = lanesIn(this, s, ready ? list : null);
    if (shown === "" || shown !== this.shown) {
      this.sheets.clear(this.canvas, s);
      paintStill(this, s, ready ? list : null);
    } else {
      const other = [...lanes.keys()].filter((i) => lanes[i] !== this.lanesShown[i]);
      if (other.length) paintAgain(this, s, list, other);
    }
    this.shown = shown;
    this.lanesShown = lanes;
    this.head.show(s, ready ? app.view.now.frame : null);
    this.mini.hidden = !ready;
    if (ready) this.paintMini();
  }

  paintMini() {
    const s = this.sheet(this.overview, [0, this.count]);
    this.miniSize = s;
    const { frame, revision } = this.app.view.now;
    if (this.tallied.revision !== revision) this.tallied = { revision, tally: tallyOf(this.app.document) };
    const tally = /** @type {import("../document/tallies.js").Tally} */ (this.tallied.tally);
    const shown = JSON.stringify([identity(tally), this.window, s.x(0), s.x(1), s.height, s.light, devicePixelRatio]);
    if (shown !== this.shownMini) {
      this.sheets.clear(this.overview, s);
      paintOverview(s, { ...tally, window: this.window });
    }
    this.shownMini = shown;
    this.here.style.transform = `translateX(${Math.round((s.x(frame) + s.x(frame + 1)) / 2) - 1}px)`;
  }

  listen() {
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.explain(event));
    this.canvas.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      askMenu(this, event);
    });
    this.canvas.addEventListener("pointerleave", () => {
      this.tip.hidden = true;
    });
    this.canvas.addEventListener("dblclick", (event) => {
      if (event.offsetY < RULER) this.app.view.set({ range: null });
    });
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    drag(
      this.overview,
      (event) => {
        if (!this.miniSize) return;
        const centre = this.miniSize.frameAt(event.offsetX);
        const length = this.window[1] - this.window[0];
        this.place(centre - length / 2, length);
        this.app.commands.goto(Math.floor(clamp(centre, 0, this.count - 1)));
      },
      () => this.app.session.now.phase === "ready",
    );
  }

  /** @param {MouseEvent} event @returns {import("../document/document.js").Track|undefined} none where it would be made first */
  laneUnder({ offsetY }) {
    if (!this.size || offsetY < RULER) return undefined;
    const lane = lanesOf(this.app)[Math.floor((offsetY - RULER + this.scroll) / this.size.lane)];
    return lane && this.app.document.tracks.get(lane.id);
  }

  /** The end of a stretch of the selected lane under the pointer. @param {PointerEvent} event */
  endUnder(event) {
    const lane = this.laneUnder(event);
    const { selected, locked, preview } = this.app.view.now;
    if (!lane || !this.size || lane.id !== selected || locked.has(lane.id) || preview || event.shiftKey) return null;
    return event.button === 0 && event.offsetX >= this.size.label ? endAt(this.size, lane, event.offsetX) : null;
  }

  /** @param {PointerEvent} event @param {import("./ends.js").LaneEnd} end */
  pull(event, end) {
    const { size } = this;
    if (!size) return;
    dragEnd(this.canvas, event, {
      end,
      frameOf: (e) => draggedTo(size, end, e.offsetX, this.count),
      show: (mark) => {
        this.dragged = mark;
        this.draw();
      },
      done: (to) => this.app.registry.run("moveEnd", { track: end.track, from: end.from, to }),
    });
  }

  /** Explain the marks of the ruler under the pointer. @param {PointerEvent} event */
  explain(event) {
    const { video, phase } = this.app.session.now;
    const { size } = this;
    this.tip.hidden = true;
    if (phase !== "ready" || !video || !size || event.buttons) return;
    this.canvas.style.cursor = this.endUnder(event) ? "ew-resize" : "";
    if (event.offsetY >= RULER || event.offsetX < size.label) return;
    const lines = wordsAt(size, event.offsetX, video, openComments(this.app.view.now.comments));
    this.tip.hidden = !lines.length;
    if (!lines.length) return;
    this.tip.replaceChildren(...lines.map((line) => h("div", {}, line)));
    const most = size.width - this.tip.offsetWidth - 8;
    this.tip.style.left = `${clamp(event.offsetX - this.tip.offsetWidth / 2, 8, Math.max(8, most))}px`;
  }

  /** @param {PointerEvent} event */
  down(event) {
    this.rightPress = event.button === 2;
    if (this.app.session.now.phase !== "ready" || !this.size || event.button !== 0) return;
    const { app, size } = this;
    const lane = this.laneUnder(event);
    const end = this.endUnder(event);
    if (end) {
      this.pull(event, end);
      return;
    }
    if (lane) app.commands.select(lane.id);
    if (event.offsetX < size.label) return;
    this.canvas.setPointerCapture(event.pointerId);
    const at = (/** @type {PointerEvent} */ e) => Math.floor(clamp(size.frameAt(e.offsetX), 0, this.count - 1));
    const begin = at(event);
    const ranging = event.shiftKey;
    const move = (/** @type {PointerEvent} */ e) => {
      const frame = at(e);
      if (ranging) {
        app.view.set({ range: [Math.min(begin, frame), Math.max(begin, frame)] });
        app.preferences.set({ scope: "range" });
      }
      app.commands.goto(frame);
    };
    const up = () => {
      this.canvas.removeEventListener("pointermove", move);
      this.canvas.removeEventListener("pointerup", up);
    };
    move(event);
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("pointerup", up);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    if (!this.size) return;
    if (event.ctrlKey || event.offsetY < RULER) {
      this.zoom(Math.exp(-event.deltaY * 0.002), this.size.frameAt(event.offsetX));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const length = this.window[1] - this.window[0];
      this.place(this.window[0] + ((event.deltaX || event.deltaY) / this.size.width) * length, length);
    } else {
      this.scroll += event.deltaY;
      this.draw();
    }
  }
}

/** @param {HTMLElement} element @param {(event: PointerEvent) => void} work @param {() => boolean} allowed */
function drag(element, work, allowed) {
  element.addEventListener("pointerdown", (event) => {
    if (!allowed()) return;
    element.setPointerCapture(event.pointerId);
    work(event);
    element.addEventListener("pointermove", work);
    element.addEventListener("pointerup", () => element.removeEventListener("pointermove", work), { once: true });
  });
}
