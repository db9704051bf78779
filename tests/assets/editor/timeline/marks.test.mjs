import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf, paintMarks, wordsAt } from "../../../../assets/editor/timeline/marks.js";

const video = (more = {}) => ({
  count: 100,
  confirmed: 100,
  pts: Array.from({ length: 100 }, (_, k) => 1000 + k * 40),
  time_base: [1, 1000],
  ...more,
});
/** Ten pixels a frame, from pixel 100. */
const sheet = { x: (frame) => 100 + frame * 10, frameAt: (x) => (x - 100) / 10 };

/** A context that writes down what is filled and stroked, with its colour. */
function recorder() {
  const drawn = [];
  const g = new Proxy(
    { drawn },
    {
      get(target, name) {
        if (name in target) return target[name];
        return (...args) => {
          if (name === "fillRect") drawn.push([target.fillStyle, ...args]);
          if (name === "fill") drawn.push([target.fillStyle, "shape"]);
        };
      },
    },
  );
  return { ...sheet, g, css: (name) => name, width: 1200, height: 200, label: 100 };
}

test("a gap shows its place, its reason and its times", () => {
  const gaps = [{ after: 11, reason: "3 pictures did not decode", start: 1480, end: 1560 }];
  const [words] = wordsAt(sheet, 100 + 12 * 10 + 3, video({ gaps }));
  assert.equal(words, "Gap after frame 11: 3 pictures did not decode (0.48 to 0.56 s, pts 1480 to 1560)");
  assert.deepEqual(wordsAt(sheet, 100 + 12 * 10 + 6, video({ gaps })), []);
});

test("gaps before the first frame and gaps without times are shown too", () => {
  const gaps = [
    { after: -1, reason: "1 picture did not decode", start: 960, end: 960 },
    { after: 99, reason: "the file breaks off", start: null, end: null },
  ];
  assert.match(wordsAt(sheet, 100, video({ gaps }))[0], /before the first frame: .* pts 960\)$/);
  assert.deepEqual(wordsAt(sheet, 1100, video({ gaps })), ["Gap after frame 99: the file breaks off"]);
});

test("cuts, damage and frames that are not counted have their words", () => {
  const shown = video({ cuts: [25], damage: [{ start: 40, stop: 50 }], confirmed: 80 });
  assert.deepEqual(wordsAt(sheet, 350, shown), ["Scene cut: a new scene begins at frame 25"]);
  assert.deepEqual(wordsAt(sheet, 545, shown), ["Frames 40 to 49 are damaged in part"]);
  assert.match(wordsAt(sheet, 905, shown)[0], /^Not counted yet: the numbers from 80 on/);
  assert.deepEqual(wordsAt(sheet, 605, shown), []);
});

test("marks at one place are all shown, gaps first", () => {
  const shown = video({ gaps: [{ after: 24, reason: "no picture" }], cuts: [25] });
  assert.deepEqual(
    wordsAt(sheet, 351, shown).map((line) => line.split(/[ :]/)[0]),
    ["Gap", "Scene"],
  );
});

test("a video of which less is known has no marks", () => {
  assert.deepEqual(marksOf({ count: 7 }), { gaps: [], cuts: [], damage: [], confirmed: 7, count: 7 });
  const s = recorder();
  paintMarks(s, { ...marksOf({ count: 7 }), range: null, complete: [] });
  assert.deepEqual(s.g.drawn, []);
});

test("gaps are drawn in the warning's colour, cuts are not, and neighbours within a few pixels are one", () => {
  const s = recorder();
  const dense = { ...s, x: (frame) => 100 + frame / 10 };
  const marks = { ...marksOf(video({ cuts: [25] })), range: null, complete: [] };
  paintMarks(s, { ...marks, gaps: [{ after: 11, reason: "" }] });
  assert.deepEqual([...new Set(s.g.drawn.map(([colour]) => colour))].sort(), ["tx2", "warnf"]);
  const before = s.g.drawn.length;
  paintMarks(dense, { ...marks, cuts: [], gaps: Array.from({ length: 1000 }, (_, k) => ({ after: k, reason: "" })) });
  assert.ok(s.g.drawn.length - before <= 3 * (100 / 3 + 2), String(s.g.drawn.length - before));
});

test("frames that are not counted are marked to the end of the video", () => {
  const s = recorder();
  paintMarks(s, { ...marksOf(video({ confirmed: 60 })), range: null, complete: [] });
  assert.deepEqual(s.g.drawn, [["line2", 700, 21, 400, 3]]);
});
