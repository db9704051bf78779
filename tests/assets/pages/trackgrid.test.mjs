import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGE, TrackGrid, windowOf } from "../../../assets/pages/trackgrid.js";
import { openPage, settle } from "../browser.mjs";
import { track } from "./made.mjs";

test("any window draws all tiles that it shows, and few others", () => {
  for (let round = 0; round < 500; round++) {
    const count = Math.floor(Math.random() * 6000);
    const [width, height] = [200 + Math.random() * 2500, 300 + Math.random() * 1200];
    const whole = windowOf({ count, width, top: 0, height });
    const top = Math.random() * (whole.total + 400) - 200;
    const found = windowOf({ count, width, top, height });
    assert.equal(found.start % found.columns, 0);
    assert.ok(found.start >= 0 && found.stop <= count && found.start <= Math.max(found.stop, found.start));
    for (let at = 0; at < count; at++) {
      const above = Math.floor(at / found.columns) * found.row;
      const visible = above + found.row > top && above < top + height;
      if (visible) assert.ok(at >= found.start && at < found.stop, `${at} of ${count}`);
    }
    assert.ok(found.stop - found.start <= (Math.ceil(height / found.row) + 6) * found.columns);
  }
});

/** A grid of `count` tracks, whose window begins at `top`. */
async function gridOf(count) {
  const page = await openPage();
  globalThis.requestAnimationFrame = (work) => setTimeout(work, 16);
  const asked = [];
  const load = async (start, stop) => {
    asked.push([start, stop]);
    return Array.from({ length: Math.min(stop, count) - start }, (_, index) => track(start + index + 1));
  };
  const grid = new TrackGrid(
    load,
    { project: "p", me: "", category: () => "", select() {}, like() {} },
    new Set(),
    assert.fail,
  );
  document.body.append(grid.place);
  const scroll = (top) => {
    grid.place.getBoundingClientRect = () => ({ left: 0, top: -top, right: 0, bottom: 0 });
    grid.draw();
  };
  grid.show(count, await load(0, PAGE));
  return { page, grid, asked, scroll };
}
const numbers = (page) => page.all(".v-tc[data-track]").map((tile) => Number(tile.dataset.track.slice(1)));

test("only tracks near the window are in the document, and only their pages are asked for", async () => {
  const { page, asked, scroll } = await gridOf(5000);
  assert.ok(numbers(page).length < 60);
  const { columns, row } = windowOf({ count: 5000, width: 640, top: 0, height: 720 });
  scroll(row * Math.floor(2500 / columns));
  assert.ok(page.all(".v-tcempty").length > 0);
  await settle();
  assert.deepEqual(
    asked,
    [
      [0, 100],
      [2400, 2500],
      [2500, 2600],
    ].filter(([start]) => start === 0 || asked.some((one) => one[0] === start)),
  );
  assert.ok(asked.length >= 2 && asked.length <= 3);
  assert.ok(numbers(page).includes(2500));
  assert.ok(page.all(".v-tc").length < 60);
});

test("a tile that stays in the window stays in the document, with its focus", async () => {
  const { page, scroll } = await gridOf(200);
  const link = page.find('[data-track="t7"] a');
  link.focus();
  scroll(150);
  assert.equal(page.find('[data-track="t7"] a'), link);
  assert.equal(document.activeElement, link);
});

test("answers about an earlier search are not mixed in", async () => {
  const { page, grid } = await gridOf(300);
  let answer;
  grid.load = () => new Promise((resolve) => (answer = resolve));
  const waiting = grid.request(150, 200);
  grid.show(1, [track(900)]);
  answer([track(150)]);
  await waiting;
  assert.deepEqual(numbers(page), [900]);
});

test("the same search again leaves what is shown until it is read again", async () => {
  const { page, grid, asked, scroll } = await gridOf(300);
  const { columns, row } = windowOf({ count: 300, width: 640, top: 0, height: 720 });
  scroll(row * Math.floor(250 / columns));
  await settle();
  const tile = page.find('[data-track="t250"]');
  asked.length = 0;
  const first = Array.from({ length: PAGE }, (_, index) => track(index + 1));
  grid.show(300, first, true);
  assert.equal(page.find('[data-track="t250"]'), tile);
  await settle();
  assert.ok(asked.some(([start]) => start === 200));
  grid.show(300, first);
  assert.equal(page.all('[data-track="t250"]').length, 0);
});
