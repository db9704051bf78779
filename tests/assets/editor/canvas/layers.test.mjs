import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Layers } from "../../../../assets/editor/canvas/layers.js";
import { ringAt } from "../../../../assets/editor/canvas/ring.js";
import { Viewport } from "../../../../assets/editor/canvas/viewport.js";
import { openPage } from "../../browser.mjs";
import { boxCounts, editor, H, W } from "./drawing.mjs";

/** Work for the next frame of the display. */
let asked = [];

/** Lets the display show a frame: what its work asks for comes with the next one. */
function frame() {
  const now = asked;
  asked = [];
  for (const work of now) work();
}

/** A context that notes what is called on it. */
function context() {
  const called = [];
  const noted = (name) => (called.push(name), () => undefined);
  return new Proxy({ called }, { get: (own, name) => (name in own ? own[name] : noted(name)), set: () => true });
}

beforeEach(async () => {
  await openPage();
  const { createElement } = document;
  document.createElement = (tag) => {
    const element = createElement.call(document, tag);
    const own = context();
    return Object.assign(element, { getContext: () => own });
  };
  asked = [];
  globalThis.requestAnimationFrame = (work) => asked.push(work);
  globalThis.devicePixelRatio = 1;
  globalThis.getComputedStyle = () => ({ fontFamily: "sans-serif" });
  globalThis.ImageData = class {
    constructor(width, height) {
      Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
    }
  };
  globalThis.Path2D = class {
    moveTo() {}
    lineTo() {}
    closePath() {}
  };
});

/** Two tracks on a canvas; how often the lines of the other one and the masks were drawn. */
function canvas() {
  const { document: video, view, preferences } = editor();
  view.set({ solo: null, clean: false, comments: [], marks: new Map() });
  preferences.set({ outlines: true, ghost: false, grid: false, opacity: 50, filled: true });
  const viewport = new Viewport();
  const host = document.createElement("div");
  host.prepend = (...children) => host.append(...children);
  const layers = new Layers({ host, document: video, viewport, view, preferences });
  viewport.onchange = () => layers.place();
  viewport.resize(200, 150);
  viewport.setImage(W, H);
  const times = (element, name) => element.getContext("2d").called.filter((one) => one === name).length;
  return {
    layers,
    viewport,
    get lines() {
      return times(layers.lines.still, "clearRect");
    },
    get masks() {
      return times(layers.masks.canvas, "putImageData");
    },
  };
}

test("lines of the other tracks are drawn with picture and masks, not a frame of the display later", () => {
  const drawn = canvas();
  frame();
  const before = drawn.lines;
  drawn.layers.show(0, { width: W, height: H });
  assert.equal(drawn.lines, before + 1);
  frame();
  assert.equal(drawn.lines, before + 1, "and once");
});

test("where the picture moves, masks and lines move in the same frame of the display", (t) => {
  const drawn = canvas();
  drawn.layers.show(0, { width: W, height: H });
  frame();
  const later = performance.now() + 1000;
  t.mock.method(performance, "now", () => later);
  const { lines, masks } = drawn;
  drawn.viewport.pan(3, 1);
  drawn.viewport.pan(2, 0);
  frame();
  assert.deepEqual([drawn.lines, drawn.masks], [lines + 1, masks + 1]);
});

test("while the picture moves on, its lines are moved, and drawn once it rests", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 5000;
  t.mock.method(performance, "now", () => now);
  const drawn = canvas();
  drawn.layers.show(0, { width: W, height: H });
  frame();
  const { still, live } = drawn.layers.lines;
  now += 1000;
  drawn.viewport.pan(0, 1);
  frame();
  const { lines, masks } = drawn;
  const { x, y, scale } = drawn.viewport;
  for (let move = 0; move < 3; move += 1) {
    now += 16;
    drawn.viewport.pan(5, 1);
    frame();
  }
  drawn.viewport.zoom(2, 0, 0);
  assert.equal(drawn.lines, lines, "nothing is drawn anew");
  assert.equal(drawn.masks, masks + 3, "but the masks, also where they come into sight");
  const { x: toX, y: toY } = drawn.viewport;
  assert.equal(still.style.transform, `translate(${toX - 2 * x}px, ${toY - 2 * y}px) scale(2)`);
  assert.equal(live.style.transform, still.style.transform);
  assert.equal(drawn.viewport.scale, 2 * scale);
  frame();
  t.mock.timers.tick(200);
  assert.equal(drawn.lines, lines + 1);
  assert.deepEqual([still.style.transform, live.style.transform], ["", ""]);
});

test("a stroke on a moved picture draws the lines at once", (t) => {
  let now = 5000;
  t.mock.method(performance, "now", () => now);
  const drawn = canvas();
  drawn.layers.show(0, { width: W, height: H });
  frame();
  for (let move = 0; move < 2; move += 1) {
    now += 16;
    drawn.viewport.pan(5, 1);
    frame();
  }
  const { lines } = drawn;
  drawn.layers.touch([0, 0, 2, 2]);
  frame();
  assert.equal(drawn.lines, lines + 1);
  drawn.layers.close();
});

test("what changes in between is drawn once, in the next frame of the display", () => {
  const drawn = canvas();
  drawn.layers.show(0, { width: W, height: H });
  frame();
  const before = drawn.lines;
  for (const hidden of [["t2"], [], ["t2"]]) {
    drawn.layers.view.set({ hidden: new Set(hidden) });
    drawn.layers.compose();
  }
  assert.equal(drawn.lines, before);
  frame();
  assert.equal(drawn.lines, before + 1);
});

test("the ghost of the frame before is drawn as soon as its mask is loaded", () => {
  const drawn = canvas();
  const { document: video, preferences } = drawn.layers;
  preferences.set({ ghost: true });
  video.apply({ track: "t1", frame: 0, version: 3, after: { state: "present", source: "drawn", mask: "late" } });
  drawn.layers.show(1, { width: W, height: H });
  frame();
  const before = drawn.lines;
  drawn.layers.compose();
  frame();
  assert.equal(drawn.lines, before, "nothing has changed");
  video.masks.add("late", boxCounts(2, 2, 8, 8));
  drawn.layers.compose();
  frame();
  assert.equal(drawn.lines, before + 1);
});

test("a ring that went far redraws its two places, one that went on a little the box around both", () => {
  const { layers, viewport } = canvas();
  layers.show(0, { width: W, height: H });
  frame();
  const boxes = [];
  layers.lines.drawLiveIn = (box) => boxes.push(box);
  const show = (x, y) => {
    layers.showRing(ringAt([x, y], { brush: 2, square: false }, viewport.scale));
    frame();
    return boxes.splice(0).length;
  };
  assert.equal(show(20, 20), 1);
  assert.equal(show(21, 20), 1);
  assert.equal(show(150, 120), 2);
});
