import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Labels } from "../../../../assets/editor/timeline/labels.js";
import { openPage } from "../../browser.mjs";

/** A context that counts the texts it paints and the pictures it takes. */
function context() {
  const done = { texts: [], pictures: 0 };
  const g = new Proxy(
    {
      fillText: (text) => done.texts.push(text),
      measureText: (text) => ({ width: 6 * text.length }),
      drawImage: () => {
        done.pictures += 1;
      },
    },
    { get: (own, name) => own[name] ?? (() => {}), set: () => true },
  );
  return { g, done };
}

const label = (number, more = {}) => ({
  number,
  colour: "#4477aa",
  title: `Fish ${number}`,
  top: 24 * number,
  selected: false,
  faint: false,
  ...more,
});

let labels;
let own;
let sheet;
let target;

beforeEach(async () => {
  await openPage();
  globalThis.devicePixelRatio = 1.5;
  own = context();
  target = context();
  labels = new Labels();
  labels.canvas.getContext = () => own.g;
  sheet = { g: target.g, label: 140, height: 200, lane: 24, font: "a", css: (name) => `dark ${name}` };
});

test("names are painted once while they stay, and shown in every painting", () => {
  for (let i = 0; i < 3; i += 1) labels.paint(sheet, [label(1), label(2)]);
  assert.deepEqual(own.done.texts, ["1", "Fish 1", "2", "Fish 2"]);
  assert.deepEqual([target.done.pictures, target.done.texts], [3, []]);
  assert.deepEqual([labels.canvas.width, labels.canvas.height], [210, 300]);
});

for (const [what, change] of [
  ["another title", () => labels.paint(sheet, [label(1, { title: "Crab" })])],
  ["a selection", () => labels.paint(sheet, [label(1, { selected: true })])],
  ["a hidden track", () => labels.paint(sheet, [label(1, { faint: true })])],
  ["another colour", () => labels.paint(sheet, [label(1, { colour: "#ee6677" })])],
  ["scrolling", () => labels.paint(sheet, [label(1, { top: 20 })])],
  ["another size", () => labels.paint({ ...sheet, height: 300 }, [label(1)])],
  ["another theme", () => labels.paint({ ...sheet, css: (name) => `light ${name}` }, [label(1)])],
]) {
  test(`${what} paints the names anew`, () => {
    labels.paint(sheet, [label(1)]);
    const before = own.done.texts.length;
    change();
    assert.ok(own.done.texts.length > before);
  });
}
