import assert from "node:assert/strict";
import { before, test } from "node:test";
import { firstFrom, MaskScreen, underCentres } from "../../../../assets/editor/canvas/maskscreen.js";
import { openPage } from "../../browser.mjs";

const [W, H] = [7, 5];
const TONE = 9;

before(async () => {
  await openPage();
  const { createElement } = document;
  document.createElement = (tag) =>
    Object.assign(createElement.call(document, tag), { getContext: () => ({ putImageData() {} }) });
  globalThis.ImageData = class {
    constructor(width, height) {
      Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
    }
  };
});

/** Random masks of a picture: what is under the edited one, and the edited one in its box. */
function painted(random) {
  const under = Uint32Array.from({ length: W * H }, () => Math.floor(random() * 4));
  const bits = new Uint8Array(W * H);
  const extent = [1, 1, 5, 4];
  for (let y = 1; y < 4; y += 1) for (let x = 1; x < 5; x += 1) bits[y * W + x] = random() < 0.5 ? 1 : 0;
  return { under, bits, extent, tone: TONE };
}

/** A screen on which the picture lies somewhere at some zoom. */
function placed(random) {
  const screen = new MaskScreen({ width: W, height: H });
  const puts = [];
  screen.context = { putImageData: (...given) => puts.push(given.slice(1)) };
  const viewport = { width: 23, height: 17, scale: 0.4 + 6 * random(), x: 9 - 14 * random(), y: 6 - 9 * random() };
  const at = { viewport, ratio: [1, 1.5, 2][Math.floor(3 * random())] };
  screen.place(at.viewport, at.ratio);
  return { screen, puts, at };
}

/** The pixel of the picture under the centre of the screen's, along one axis; outside of the picture, too. */
const under = (at, { ratio }, offset, scale) => Math.floor(((at + 0.5) / ratio - offset) / scale);

/** What the screen must show: the colour under the centre of each pixel, on a canvas with the pixels of the screen. */
function shown(at, { under: others, bits, tone }) {
  const { width, height, scale, x: left, y: top } = at.viewport;
  const words = [];
  for (let sy = 0; sy < Math.round(height * at.ratio); sy += 1)
    for (let sx = 0; sx < Math.round(width * at.ratio); sx += 1) {
      const [x, y] = [under(sx, at, left, scale), under(sy, at, top, scale)];
      const inside = x >= 0 && x < W && y >= 0 && y < H;
      words.push(inside ? (bits[y * W + x] ? tone : others[y * W + x]) : 0);
    }
  return words;
}

const chances = (seed) => () => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
};

test("each pixel of the screen has the mask under its centre, wherever the picture lies", () => {
  for (let seed = 1; seed < 40; seed += 1) {
    const random = chances(seed);
    const { screen, at } = placed(random);
    const masks = painted(random);
    screen.paintAll(masks, [0, 0, W, H]);
    assert.deepEqual([...screen.words], shown(at, masks), `seed ${seed}`);
  }
});

test("a part that is painted anew is what painting all gives, and nothing else is put on the canvas", () => {
  for (let seed = 1; seed < 60; seed += 1) {
    const random = chances(seed);
    const { screen, puts, at } = placed(random);
    const masks = painted(random);
    screen.paintAll(masks, [0, 0, W, H]);
    const box = [2, 1, 4, 3];
    for (let y = 1; y < 3; y += 1) for (let x = 2; x < 4; x += 1) masks.bits[y * W + x] ^= 1;
    puts.length = 0;
    screen.paint(masks, box);
    assert.deepEqual([...screen.words], shown(at, masks), `seed ${seed}`);
    const { x, y, scale } = at.viewport;
    for (const [, , left, top, width, height] of puts) {
      for (const sx of [left, left + width - 1]) assert.ok([2, 3].includes(under(sx, at, x, scale)), `seed ${seed}`);
      for (const sy of [top, top + height - 1]) assert.ok([1, 2].includes(under(sy, at, y, scale)), `seed ${seed}`);
    }
  }
});

test("boxes that reach out of the picture or lie out of sight paint nothing wrong", () => {
  const { screen, puts, at } = placed(chances(3));
  const masks = painted(chances(4));
  screen.paintAll(masks, [-5, -5, W + 5, H + 5]);
  assert.deepEqual([...screen.words], shown(at, masks));
  screen.place({ width: 23, height: 17, scale: 2, x: 500, y: 0 }, 1);
  screen.paintAll(masks, null);
  puts.length = 0;
  screen.paint(masks, [0, 0, W, H]);
  assert.deepEqual(puts, [], "out of sight");
  assert.ok(screen.words.every((word) => word === 0));
});

test("the canvas has the pixels of the screen, and says when it was emptied", () => {
  const screen = new MaskScreen({ width: W, height: H });
  const view = { width: 20, height: 10, scale: 1, x: 0, y: 0 };
  assert.equal(screen.place(view, 2), true);
  assert.deepEqual([screen.canvas.width, screen.canvas.height, screen.canvas.style.width], [40, 20, "20px"]);
  assert.equal(screen.place({ ...view, x: 3, scale: 2 }, 2), false);
});

test("pixels under centres ascend from before the picture to behind it", () => {
  assert.deepEqual([...underCentres(8, 2, 2, 2)], [-1, -1, 0, 0, 1, 1, 2, 2]);
  assert.deepEqual([...underCentres(3, 0, 0.5, 6)], [1, 3, 5], "zoomed out");
  const ascending = Int32Array.of(-1, -1, 0, 0, 3, 4);
  assert.deepEqual(
    [-1, 0, 1, 4, 9].map((value) => firstFrom(ascending, value)),
    [0, 2, 4, 5, 6],
  );
});
