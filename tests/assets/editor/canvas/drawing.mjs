/** What the tests of tools and strokes share: an editor without a page, whose canvas is a bitmap. */

import { Encoder } from "../../../../assets/editor/canvas/encoder.js";
import { VideoDocument } from "../../../../assets/editor/document/document.js";
import { join } from "../../../../assets/editor/masks/raster.js";
import { decode, encode, stringify } from "../../../../assets/editor/masks/rle.js";
import { createStore } from "../../../../assets/editor/store.js";
import { sentRow, sentTrack, waitingQueue } from "../memory.mjs";

export const H = 20;
export const W = 30;

/** Counts of a filled box. */
export function boxCounts(x0, y0, x1, y1) {
  const bits = new Uint8Array(H * W);
  for (let y = y0; y < y1; y += 1) bits.fill(1, y * W + x0, y * W + x1);
  return stringify(encode(bits, H, W));
}

/** The canvas without a screen: the bitmap of the edited track, and which masks are drawn. */
class Canvas {
  constructor(app) {
    this.app = app;
    this.shownFrame = 0;
    this.drawing = false;
    this.stroke = null;
    this.sketch = null;
    this.contours = [];
    this.oncontours = () => {};
    this.viewport = app.viewport;
    this.redrawLive = () => {};
    this.compose();
  }

  compose() {
    const { document, view } = this.app;
    const runs = document.mask(view.now.selected, this.shownFrame);
    this.bits = runs ? decode(runs, H, W) : new Uint8Array(H * W);
    const hash = document.row(view.now.selected, this.shownFrame)?.hash;
    this.extent = hash ? document.masks.box(hash, H) : null;
    this.held = hash ? document.masks.text(hash) : null;
    this.touched = null;
  }

  touch(box) {
    if (!box) return;
    this.held = undefined;
    this.extent = join(this.extent, box);
    this.touched = join(this.touched, box);
  }

  /** A picture whose left half is dark. */
  pixels() {
    const pixels = new Uint8ClampedArray(H * W * 4).fill(255);
    for (let y = 0; y < H; y += 1) pixels.fill(40, 4 * y * W, 4 * (y * W + W / 2));
    return pixels;
  }

  drawn(frame = this.shownFrame) {
    return this.app.document.list().filter((track) => this.app.document.mask(track.id, frame));
  }
}

/** An editor without a page: two tracks with boxes on frame 0, the first one selected. */
export function editor() {
  const document = new VideoDocument({ height: H, width: W, count: 5 });
  document.masks.add("one", boxCounts(2, 2, 8, 8));
  document.masks.add("two", boxCounts(12, 2, 20, 10));
  const tracks = [sentTrack(1, [sentRow(0, { hash: "one" })]), sentTrack(2, [sentRow(0, { hash: "two" })])];
  document.merge({ last_edit: 1, tracks }, 0, 5);
  const asked = [];
  const viewport = { scale: 1 };
  const app = {
    keymap: { keyOf: () => "L" },
    document,
    steady: true,
    view: createStore({
      frame: 0,
      selected: "t1",
      newTrack: null,
      playing: false,
      mode: "add",
      contours: 0,
      measure: "",
      prompted: null,
      tool: "brush",
      preview: null,
      locked: new Set(),
      hidden: new Set(),
    }),
    preferences: createStore({
      brush: 4,
      square: false,
      pressing: true,
      noOverlap: false,
      tolerance: 24,
      segmenter: "cursor",
    }),
    encoder: new Encoder(() => null),
    recompose: () => app.layers.compose(),
    viewport,
    toast: (message) => asked.push(message.title),
    asked,
    edits: [],
    get track() {
      return document.tracks.get(this.view.now.selected) ?? null;
    },
  };
  app.commands = {
    newTrack: () => asked.push("new track"),
    hide: (id) => app.view.now.hidden.delete(id),
    pause: () => asked.push("pause"),
    select: (id) => app.view.set({ selected: id }),
    goto: (frame) => app.view.set({ frame }),
  };
  app.queue = waitingQueue(document);
  const add = app.queue.add.bind(app.queue);
  app.queue.add = (kind, changes) => {
    app.edits.push({ kind, changes });
    return add(kind, changes);
  };
  app.layers = new Canvas(app);
  return app;
}

/** A point of the pointer, picture pixels. */
export const at = (x, y, held = {}) => ({ x, y, inverse: false, shift: false, pressure: null, ...held });

/** A stroke of a tool through points; false where the tool did not begin one. */
export function draw(tool, app, points) {
  if (!tool.down(app, points[0])) return false;
  tool.move(app, points.slice(1));
  tool.up(app);
  return true;
}
