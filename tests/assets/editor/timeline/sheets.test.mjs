import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { h } from "../../../../assets/kit/dom.js";
import { Sheets } from "../../../../assets/editor/timeline/sheets.js";
import { openPage } from "../../browser.mjs";

let canvas;
let read;
let measured;
let tokens;
let size;
let changed;
let sheets;
let resized;

beforeEach(async () => {
  await openPage();
  [read, measured, resized] = [0, 0, 0];
  tokens = { "--v-label": " 168px", "--v-lane": "20px", "--v-ac": "red" };
  size = { width: 600, height: 200 };
  const context = { setTransform() {}, clearRect: (...box) => (context.cleared = box) };
  canvas = Object.assign(h("canvas"), { getContext: () => context });
  const box = h("div", null, canvas);
  canvas.parentElement = box;
  box.getBoundingClientRect = () => ((measured += 1), size);
  globalThis.devicePixelRatio = 2;
  globalThis.getComputedStyle = () => (
    (read += 1),
    { fontFamily: "f", getPropertyValue: (name) => tokens[name] ?? "" }
  );
  globalThis.ResizeObserver = class {
    constructor(call) {
      changed = () => call([{ target: box }]);
    }

    observe() {}
  };
  sheets = new Sheets([box], () => (resized += 1));
});

const sheet = (window = [0, 100]) => sheets.of(canvas, { window, count: 100, scroll: 3, light: true });

test("a canvas gets the pixels of its box; frames lie evenly beside the names", () => {
  const s = sheet([10, 60]);
  assert.equal(s.g.cleared, undefined, "what is there stays");
  sheets.clear(canvas, s);
  assert.deepEqual([canvas.width, canvas.height, s.g.cleared], [1200, 400, [0, 0, 600, 200]]);
  assert.deepEqual([s.label, s.lane, s.scroll, s.font, s.light], [168, 20, 3, "f", true]);
  assert.deepEqual([s.first, s.last, s.x(10), s.x(60)], [10, 59, 176, 592]);
  assert.equal(s.frameAt(s.x(42)), 42);
});

test("size and style are read once, and again after the box or the theme changed", () => {
  for (let i = 0; i < 5; i += 1) assert.equal(sheet().css("ac"), "red");
  assert.deepEqual([read, measured], [1, 1]);
  tokens["--v-ac"] = "blue";
  sheets.forget();
  assert.equal(sheet().css("ac"), "blue");
  assert.deepEqual([read, measured], [2, 1]);
  size = { width: 300, height: 100 };
  changed();
  assert.deepEqual([sheet().width, resized, measured], [300, 1, 2]);
});
