import assert from "node:assert/strict";
import { test } from "node:test";
import { identity, KeptPaint } from "../../../../assets/editor/timeline/kept.js";
import { openPage } from "../../browser.mjs";

const context = (more = {}) => new Proxy(more, { get: (own, name) => own[name] ?? (() => {}), set: () => true });

test("a part is painted when it shows something else, in its own place, and shown every time", async () => {
  await openPage();
  globalThis.devicePixelRatio = 2;
  const shown = [];
  const moves = [];
  const part = new KeptPaint();
  part.canvas.getContext = () => context({ setTransform: (...to) => moves.push(to) });
  const sheet = { g: context({ drawImage: (_, x, y) => shown.push([x, y]) }), font: "a" };
  const painted = [];
  const paint = (value, place = { left: 40, width: 100, height: 20 }) =>
    part.paint(sheet, place, value, ({ font }) => painted.push(`${value} ${font}`));
  paint("one");
  paint("one");
  assert.deepEqual(
    [painted, moves, shown],
    [
      ["one a"],
      [[2, 0, 0, 2, -80, -0]],
      [
        [80, 0],
        [80, 0],
      ],
    ],
  );
  paint("two");
  sheet.font = "b";
  paint("two");
  paint("two", { left: 40, width: 120, height: 20 });
  assert.equal(painted.length, 4, "another value, font and size");
  paint("two", { left: 44, width: 120, height: 20 });
  assert.deepEqual([painted.length, shown.at(-1)], [4, [88, 0]], "another place only moves it");
});

test("a part without room shows nothing", async () => {
  await openPage();
  const part = new KeptPaint();
  part.canvas.getContext = () => context();
  const fail = () => assert.fail("a canvas without pixels cannot be drawn");
  part.paint({ g: context({ drawImage: fail }), font: "a" }, { left: 0, width: 0, height: 20 }, 1, () => {});
});

test("an object keeps its number, another one has another", () => {
  const [one, other] = [{}, {}];
  assert.equal(identity(one), identity(one));
  assert.notEqual(identity(one), identity(other));
  assert.deepEqual([identity(null), identity(undefined)], [0, 0]);
});
