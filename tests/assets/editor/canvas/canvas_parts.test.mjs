import assert from "node:assert/strict";
import { test } from "node:test";
import { curveOf } from "../../../../assets/editor/canvas/adjust.js";
import { Encoder } from "../../../../assets/editor/canvas/encoder.js";
import { Fingers } from "../../../../assets/editor/canvas/fingers.js";
import { radiusAt } from "../../../../assets/editor/canvas/tools/brush.js";
import { encoded } from "../../../../assets/editor/masks/encoding.js";
import { Viewport } from "../../../../assets/editor/canvas/viewport.js";
import { random } from "../masks/made.mjs";

const drawn = (value) => ({
  height: 2,
  width: 3,
  base: null,
  patch: { box: [0, 0, 3, 2], bits: new Uint8Array(6).fill(value) },
  extent: [0, 0, 3, 2],
  before: null,
  others: [],
});

/** A worker's port that answers when it is told to. */
function port() {
  const sent = [];
  const self = {
    postMessage: (message) => sent.push(message),
    answer: () => {
      const { number, drawn: of } = sent.shift();
      self.onmessage({ data: { number, done: encoded(of) } });
    },
    sent,
  };
  return self;
}

test("masks are encoded by the worker, in order, and pending until then", () => {
  const worker = port();
  const encoder = new Encoder(() => worker);
  const got = [];
  encoder.encode(drawn(1), ({ counts }) => got.push(counts));
  assert.deepEqual([got, encoder.pending], [[], 1]);
  worker.answer();
  assert.deepEqual([got, encoder.pending], [["06"], 0]);
});

test("what has to be done at once is encoded here, once; the worker's late answer counts no more", () => {
  const worker = port();
  const encoder = new Encoder(() => worker);
  const got = [];
  encoder.encode(drawn(1), ({ counts }) => got.push(counts));
  encoder.encode(drawn(0), ({ counts }) => got.push(counts));
  assert.deepEqual(got, ["06"], "the second stroke waits for no one, the first comes before it");
  worker.answer();
  encoder.flush();
  encoder.flush();
  worker.answer();
  assert.deepEqual(got, ["06", "6"]);
});

test("without workers everything is encoded at once", () => {
  const got = [];
  new Encoder(() => null).encode(drawn(1), ({ empty }) => got.push(empty));
  assert.deepEqual(got, [false]);
});

test("property: two fingers keep the places of the picture under them", () => {
  const next = random(7);
  for (let round = 0; round < 50; round += 1) {
    const viewport = new Viewport();
    viewport.width = 1000;
    viewport.height = 800;
    viewport.setImage(900, 700);
    const fingers = new Fingers(viewport);
    const [a, b] = [
      [300 + 100 * next(), 300],
      [500 + 100 * next(), 420],
    ];
    fingers.put(1, a);
    fingers.put(2, b);
    const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const place = viewport.toImage(...middle);
    const [dx, dy] = [next() * 60 - 30, next() * 60 - 30];
    fingers.move(1, [a[0] + dx, a[1] + dy]);
    fingers.move(2, [b[0] + dx, b[1] + dy]);
    const [sx, sy] = viewport.toScreen(...place);
    assert.ok(Math.hypot(sx - middle[0] - dx, sy - middle[1] - dy) < 25, `${sx} ${sy}`);
    fingers.lift(1);
    fingers.lift(2);
    assert.equal(fingers.count, 0);
  }
});

test("fingers that spread zoom in, and one finger only moves", () => {
  const viewport = new Viewport();
  viewport.width = 1000;
  viewport.height = 800;
  viewport.setImage(900, 700);
  const { scale } = viewport;
  const fingers = new Fingers(viewport);
  fingers.put(1, [400, 400]);
  fingers.move(1, [430, 400]);
  assert.equal(viewport.scale, scale);
  fingers.put(2, [530, 400]);
  fingers.move(2, [630, 400]);
  assert.ok(Math.abs(viewport.scale / scale - 2) < 1e-9);
});

test("a pen's pressure widens the brush; a mouse, and a switched off pressure, draw at full width", () => {
  const app = (pressing) => ({ preferences: { now: { brush: 20, pressing } } });
  assert.equal(radiusAt(app(true), { pressure: 1 }), 10);
  assert.ok(radiusAt(app(true), { pressure: 0.1 }) < 4);
  assert.equal(radiusAt(app(true), { pressure: null }), 10);
  assert.equal(radiusAt(app(false), { pressure: 0.1 }), 10);
});

test("an unchanged look changes no value; contrast turns around the middle, gamma keeps black and white", () => {
  const shown = (look, value) => {
    const { amplitude, exponent, offset } = curveOf({ brightness: 0, contrast: 0, gamma: 0, ...look });
    return amplitude * value ** exponent + offset;
  };
  for (const value of [0, 0.2, 0.5, 1]) assert.ok(Math.abs(shown({}, value) - value) < 1e-12);
  assert.ok(Math.abs(shown({ contrast: 80 }, 0.5) - 0.5) < 1e-12);
  assert.ok(shown({ contrast: 80 }, 0.6) > 0.6 && shown({ contrast: 80 }, 0.4) < 0.4);
  assert.deepEqual([shown({ gamma: 70 }, 0), shown({ gamma: 70 }, 1)], [0, 1]);
  assert.ok(shown({ gamma: 70 }, 0.3) > 0.3 && shown({ brightness: 50 }, 0.3) > 0.5);
});
