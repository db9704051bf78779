import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { channels, colourNumber, colourOf, inkOn, PALETTE, roundOf, word } from "../../../assets/look/palette.js";

const assets = new URL("../../../assets/", import.meta.url);
const read = (path) => readFileSync(new URL(path, assets), "utf8");

test("the palette as a module and as JSON are the same twenty colours", () => {
  assert.deepEqual([...PALETTE], JSON.parse(read("look/palette.json")));
  assert.equal(new Set(PALETTE).size, 20);
});

test("a track's colour follows its number and goes round after twenty, with another line", () => {
  assert.equal(colourOf(1), PALETTE[0]);
  assert.equal(colourOf(21), PALETTE[0]);
  assert.deepEqual([1, 20, 21, 40, 41, 99].map(roundOf), [0, 0, 1, 1, 2, 2]);
});

test("numbers on badges have a contrast of 4.5 to 1", () => {
  const light = (hex) => {
    const [r, g, b] = channels(hex).map((v) =>
      v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const colour of PALETTE) {
    const [a, b] = [light(colour), light(inkOn(colour))].sort((x, y) => y - x);
    assert.ok((a + 0.05) / (b + 0.05) >= 4.4, colour);
  }
});

test("a colour word is little-endian RGBA", () => {
  assert.deepEqual([...new Uint8Array(Uint32Array.of(word("#EE862B", 0.5)).buffer)], [0xee, 0x86, 0x2b, 128]);
});

test("a chosen colour is that of another number, anything else is the track's own", () => {
  assert.equal(colourNumber({ number: 3, extra: { colour: 9 } }), 9);
  for (const colour of [undefined, null, "9", 0, -2, 1.5])
    assert.equal(colourNumber({ number: 3, extra: { colour } }), 3);
});
