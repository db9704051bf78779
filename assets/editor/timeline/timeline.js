// @ts-check
/** Lanes of all tracks on one canvas, and the whole video below: scrub, zoom, scroll, choose a range. */

import { h, oncePerFrame } from "../../kit/dom.js";
import { clamp } from "../../kit/numbers.js";
import { colourNumber, colourOf } from "../../look/palette.js";
import { openErrors } from "../document/likelyerrors.js";
import { openVideo } from "../state.js";
import { tallyOf } from "../document/tallies.js";
import { paintDrafts } from "./drafts.js";
import { draggedTo, dragEnd, endAt } from "./ends.js";
import { identity, KeptPaint } from "./kept.js";
import { Labels } from "./labels.js";
import { askMenu } from "./lanemenu.js";
import { marksOf, paintLaneComments, paintMarks, wordsAt } from "./marks.js";
import { openComments } from "../document/comments.js";
import { paintLane, paintOverview, paintPlace, RULER } from "./paint.js";
import { Sheets } from "./sheets.js";

/** @typedef {import("../editor.js").Editor} Editor */

export class Timeline {
  /** @param {Editor} app */
  constructor(app) {
    this.app = app;
    this.canvas = h("canvas", { "aria-label": "Timeline: frames of all tracks", role: "application", tabindex: "0" });
    /** whether the next `contextmenu` comes from the right button, not from the keyboard */
    this.rightPress = false;
    this.tip = h("div", { class: "v-tip", role: "tooltip", hidden: true });
    this.lanes = h("div", { class: "v-lanes" }, this.canvas, this.tip);
    this.overview = h("canvas", { "aria-label": "Whole video", role: "img" });
    this.mini = h("div", { class: "v-mini" }, h("span", {}, "Whole video"), this.overview);
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
    /** all but the line of the frame, which alone moves with a step */
    this.still = new KeptPaint();
    this.stillMini = new KeptPaint();
    this.sheets = new Sheets([this.lanes, this.mini], () => this.paint());
    app.view.on(["frame"], () => this.follow());
    app.view.on(["selected"], () => this.reveal());
    app.view.on(
      ["frame", "selected", "range", "revision", "marks", "newTrack", "preview", "likely", "comments"],
      this.draw,
    );
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

  /** Scroll to the selected lane. */
  reveal() {
    const at = this.app.document.list().findIndex((track) => track.id === this.app.view.now.selected);
    if (at < 0 || !this.size) return;
    const top = at * this.size.lane;
    const room = this.size.height - RULER;
    if (top < this.scroll) this.scroll = top;
    else if (top + this.size.lane > this.scroll + room) this.scroll = top + this.size.lane - room;
  }

  /** @param {HTMLCanvasElement} canvas @param {[number, number]} window @returns {import("./paint.js").Sheet} */
  sheet(canvas, window) {
    const light = this.app.session.now.theme === "light";
    return this.sheets.of(canvas, { window, count: this.count, scroll: this.scroll, light });
  }

  paint() {
    const { app } = this;
    const s = this.sheet(this.canvas, this.window);
    if (!s.width || !s.height) return;
    this.size = s;
    const { g, css } = s;
    g.fillStyle = css("bg");
    g.fillRect(0, 0, s.width, RULER);
    const ready = app.session.now.phase === "ready";
    if (ready) {
      const list = app.document.list();
      this.scroll = s.scroll = clamp(this.scroll, 0, Math.max(0, list.length * s.lane - (s.height - RULER)));
      this.paintLanes(s, list);
    }
    g.strokeStyle = css("line");
    g.beginPath();
    g.moveTo(s.label + 0.5, 0);
    g.lineTo(s.label + 0.5, s.height);
    g.moveTo(0, RULER - 0.5);
    g.lineTo(s.width, RULER - 0.5);
    g.stroke();
    this.mini.hidden = !ready;
    if (ready) this.paintMini();
  }

  /** @param {import("./paint.js").Sheet} s @param {import("../document/document.js").Track[]} list */
  paintLanes(s, list) {
    const { frame, preview } = this.app.view.now;
    // What is being dragged or computed differs in every painting.
    if (preview || this.dragged) this.paintStill(s, list);
    else {
      const whole = { left: 0, width: s.width, height: s.height };
      this.still.paint(s, whole, this.shownIn(s, list), (own) => this.paintStill(own, list));
    }
    const { g } = s;
    g.save();
    g.beginPath();
    g.rect(s.label + 1, 0, s.width, s.height);
    g.clip();
    this.labels.paintHead(s, frame);
    g.restore();
  }

  /** All that the lanes depend on, as JSON takes it. @param {import("./paint.js").Sheet} s @param {import("../document/document.js").Track[]} list */
  shownIn(s, list) {
    const { comments, likely, marks, range, revision, selected } = this.app.view.now;
    const { project, video } = this.app.session.now;
    const parts = [this.app.document, comments, likely, project, video].map(identity);
    const place = [this.scroll, s.lane, s.label, s.x(0), s.x(1), s.first, s.last, s.light];
    return [...parts, ...place, marks, range, revision, selected, this.cornerText(list)];
  }

  /** @param {readonly unknown[]} list of tracks */
  cornerText({ length }) {
    const { rows } = this.app;
    const reading = rows && !rows.whole ? `, reading ${Math.floor(100 * rows.share)} %` : "";
    return `${length} track${length === 1 ? "" : "s"}${reading}`;
  }

  /** @param {import("./paint.js").Sheet} s @param {import("../document/document.js").Track[]} list */
  paintStill(s, list) {
    const { app } = this;
    const { g, css } = s;
    const { selected, range, hidden } = app.view.now;
    const from = Math.floor(this.scroll / s.lane);
    const to = Math.min(list.length, Math.ceil((this.scroll + s.height - RULER) / s.lane));
    const top = (/** @type {number} */ i) => RULER + i * s.lane - this.scroll;
    g.save();
    g.beginPath();
    g.rect(0, RULER, s.width, s.height - RULER);
    g.clip();
    for (let i = from; i < to; i += 1) {
      if (list[i].id === selected) {
        g.globalAlpha = 0.55;
        g.fillStyle = css("ac-soft");
        g.fillRect(s.label, top(i), s.width, s.lane);
        g.globalAlpha = 1;
      } else if (i % 2) {
        g.fillStyle = css("lane-alt");
        g.fillRect(0, top(i), s.width, s.lane);
      }
    }
    const labels = list.slice(from, to).map((track, i) => ({
      number: track.number,
      colour: colourOf(colourNumber(track)),
      title: app.title(track),
      top: top(from + i),
      selected: track.id === selected,
      faint: hidden.has(track.id) || track.rejected,
    }));
    this.labels.paintNames(s, labels);
    g.restore();
    g.save();
    g.beginPath();
    g.rect(s.label + 1, 0, s.width, s.height);
    g.clip();
    this.labels.paintRuler(s);
    const complete = [...app.document.complete.values()];
    const comments = openComments(app.view.now.comments);
    paintMarks(s, { ...marksOf(openVideo(app.session)), range, complete, comments });
    g.save();
    g.beginPath();
    g.rect(s.label + 1, RULER, s.width, s.height - RULER);
    g.clip();
    const likely = openErrors(app.document, app.view.now.likely, app.view.now.revision);
    const drafts = [...(app.view.now.preview?.marks ?? []), ...(this.dragged ? [this.dragged] : [])];
    for (let i = from; i < to; i += 1) {
      paintLane(s, list[i], top(i), likely.frames.get(list[i].id));
      const about = comments.filter(({ track }) => track === list[i].id);
      if (about.length) paintLaneComments(s, about, top(i));
      const own = drafts.filter(({ track }) => track === list[i].id);
      if (own.length) paintDrafts(s, own, top(i));
    }
    g.restore();
    g.restore();
    this.labels.paintCorner(s, this.cornerText(list));
    const need = list.length * s.lane;
    const room = s.height - RULER;
    if (need > room + 2) {
      g.fillStyle = css("ctl-line");
      g.globalAlpha = 0.7;
      g.beginPath();
      g.roundRect(s.width - 6, RULER + 3 + (this.scroll / need) * (room - 6), 4, (room - 6) * (room / need), 2);
      g.fill();
      g.globalAlpha = 1;
    }
  }

  paintMini() {
    const s = this.sheet(this.overview, [0, this.count]);
    this.miniSize = s;
    const { revision } = this.app.view.now;
    if (this.tallied.revision !== revision) this.tallied = { revision, tally: tallyOf(this.app.document) };
    const tally = /** @type {import("../document/tallies.js").Tally} */ (this.tallied.tally);
    const shown = [identity(tally), this.window, s.x(0), s.x(1), s.light];
    this.stillMini.paint(s, { left: 0, width: s.width, height: s.height }, shown, (own) =>
      paintOverview(own, { ...tally, window: this.window }),
    );
    paintPlace(s, this.app.view.now.frame);
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

  /** @param {MouseEvent} event @returns {import("../document/document.js").Track|undefined} */
  laneUnder({ offsetY }) {
    if (!this.size || offsetY < RULER) return undefined;
    return this.app.document.list()[Math.floor((offsetY - RULER + this.scroll) / this.size.lane)];
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
