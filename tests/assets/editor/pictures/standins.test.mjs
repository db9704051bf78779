import assert from "node:assert/strict";
import { test } from "node:test";
import { StandIns, unpack } from "../../../../assets/editor/pictures/standins.js";

/** A body as the server sends it. */
function body(parts, pictures) {
  const head = Buffer.from(
    JSON.stringify({ parts, frames: pictures.map(([k]) => k), sizes: pictures.map(([, text]) => text.length) }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const whole = Buffer.concat([length, head, ...pictures.map(([, text]) => Buffer.from(text))]);
  return whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length);
}

const quick = async () => {};
const words = async (blob) => blob.text();

test("an answer comes apart into frames and their pictures", async () => {
  const { parts, pictures } = unpack(
    body(3, [
      [0, "first"],
      [500, "another"],
    ]),
  );
  assert.equal(parts, 3);
  assert.deepEqual(
    pictures.map(([k]) => k),
    [0, 500],
  );
  assert.equal(await pictures[1][1].text(), "another");
  assert.equal(pictures[0][1].type, "image/jpeg");
});

test("all parts are fetched in order, and the nearest stand-in is found", async () => {
  const asked = [];
  const bodies = [
    body(2, [
      [0, "a"],
      [100, "b"],
    ]),
    body(2, [[50, "c"]]),
  ];
  const made = new StandIns({
    load: async (part) => {
      asked.push(part);
      return bodies[part];
    },
    decode: words,
    wait: quick,
  });
  assert.equal(made.nearest(10), null);
  await made.start();
  assert.deepEqual(asked, [0, 1]);
  assert.ok(made.complete);
  assert.deepEqual(
    [0, 24, 26, 74, 76, 999].map((k) => made.nearest(k)),
    [0, 0, 50, 50, 100, 100],
  );
  assert.equal(await made.picture(50), "c");
});

test("the nearest is the nearest, wherever the stand-ins lie", async () => {
  const frames = [3, 4, 9, 40, 41, 77];
  const made = new StandIns({
    load: async () =>
      body(
        1,
        frames.map((k) => [k, "x"]),
      ),
    decode: words,
    wait: quick,
  });
  await made.start();
  for (let k = 0; k < 90; k += 1) {
    const best = Math.min(...frames.map((f) => Math.abs(f - k)));
    assert.equal(Math.abs(made.nearest(k) - k), best, String(k));
  }
});

test("a part that cannot be had ends it without harm; those before stay", async () => {
  const made = new StandIns({
    load: async (part) => {
      if (part) throw new Error("gone");
      return body(5, [[7, "x"]]);
    },
    decode: words,
    wait: quick,
  });
  await made.start();
  assert.equal(made.nearest(1000), 7);
  assert.ok(made.complete);
});

test("a video without stand-ins has none", async () => {
  const made = new StandIns({ load: async () => body(0, []), wait: quick });
  await made.start();
  assert.equal(made.nearest(3), null);
});

test("closing stops the fetching and lets go of all", async () => {
  let parts = 0;
  const made = new StandIns({
    load: async () => {
      parts += 1;
      return body(9, [[parts, "x"]]);
    },
    wait: async () => made.close(),
  });
  await made.start();
  assert.equal(parts, 1);
  assert.equal(made.nearest(0), null);
});
