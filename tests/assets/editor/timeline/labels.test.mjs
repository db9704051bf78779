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
      drawImage: (picture, ...place) => {
        done.pictures += 1;
        done.place = place;
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
  for (const part of [labels.names, labels.corner, labels.ruler]) part.canvas.getContext = () => own.g;
  sheet = {
    ...{ g: target.g, label: 140, width: 940, height: 200, lane: 24, font: "a", css: (name) => `dark ${name}` },
    ...{ x: (frame) => 148 + 20 * frame, first: 0, last: 39 },
  };
});

test("names are painted once while they stay, and shown in every painting", () => {
  for (let i = 0; i < 3; i += 1) labels.paintNames(sheet, [label(1), label(2)]);
  assert.deepEqual(own.done.texts, ["1", "Fish 1", "2", "Fish 2"]);
  assert.deepEqual([target.done.pictures, target.done.texts], [3, []]);
  assert.deepEqual([labels.names.canvas.width, labels.names.canvas.height], [210, 300]);
});

for (const [what, change] of [
  ["another title", () => labels.paintNames(sheet, [label(1, { title: "Crab" })])],
  ["a selection", () => labels.paintNames(sheet, [label(1, { selected: true })])],
  ["a hidden track", () => labels.paintNames(sheet, [label(1, { faint: true })])],
  ["another colour", () => labels.paintNames(sheet, [label(1, { colour: "#ee6677" })])],
  ["scrolling", () => labels.paintNames(sheet, [label(1, { top: 20 })])],
  ["another size", () => labels.paintNames({ ...sheet, height: 300 }, [label(1)])],
  ["another theme", () => labels.paintNames({ ...sheet, css: (name) => `light ${name}` }, [label(1)])],
]) {
  test(`${what} paints the names anew`, () => {
    labels.paintNames(sheet, [label(1)]);
    const before = own.done.texts.length;
    change();
    assert.ok(own.done.texts.length > before);
  });
}

test("the ruler is painted once while the window stays", () => {
  for (let i = 0; i < 3; i += 1) labels.paintRuler(sheet);
  assert.deepEqual(own.done.texts, ["0", "5", "10", "15", "20", "25", "30", "35"]);
  assert.equal(target.done.pictures, 3);
  labels.paintRuler({ ...sheet, x: (frame) => 148 + 60 * (frame - 4), first: 4, last: 7 });
  assert.deepEqual(own.done.texts.slice(8), ["4", "5", "6", "7"]);
  labels.paintRuler({ ...sheet, css: (name) => `light ${name}` });
  assert.ok(own.done.texts.length > 12, "another theme");
});

test("the text above the names is painted once while it stays", () => {
  for (const text of ["3 tracks", "3 tracks", "4 tracks"]) labels.paintCorner(sheet, text);
  assert.deepEqual(own.done.texts, ["3 tracks", "4 tracks"]);
});
