import assert from "node:assert/strict";
import { test } from "node:test";
import { holes, largestPiece, pieceAt, pieces } from "../../../../assets/editor/masks/pieces.js";
import { boxOf, mask, random, sum, whole } from "./made.mjs";

const H = 15;
const W = 19;

/** Bitmap of rows drawn with # and spaces. */
function drawn(rows) {
  const width = rows[0].length;
  const bits = Uint8Array.from(rows.join(""), (sign) => (sign === "#" ? 1 : 0));
  return { bits, height: rows.length, width, extent: boxOf(bits, width) };
}

test("a hole is enclosed by sides and corners of the mask; an open bay is none", () => {
  const { bits, height, width, extent } = drawn([" ###   ###", "#   #  # #", "#   #  #  ", " ###   ###"]);
  const found = holes(bits, height, width, extent);
  assert.equal(sum(found.bits), 6);
  assert.deepEqual(found.box, [1, 1, 4, 3]);
});

test("property: filled holes leave no hole, and only enclosed background is filled", () => {
  const next = random(21);
  for (let round = 0; round < 200; round += 1) {
    const bits = mask(next, H, W);
    const extent = boxOf(bits, W);
    if (!extent) continue;
    const found = whole(holes(bits, H, W, extent), H, W);
    found.forEach((value, i) => assert.ok(!(value && bits[i])));
    const filled = bits.map((value, i) => value | found[i]);
    assert.equal(holes(filled, H, W, extent), null);
    for (let i = 0; i < found.length; i += 1) {
      if (bits[i] || found[i]) continue;
      assert.equal(pieceAt(bits, H, W, extent, i % W, Math.floor(i / W)), null);
    }
  }
});

test("property: the pieces together are the mask, share no pixel, and get smaller", () => {
  const next = random(22);
  for (let round = 0; round < 200; round += 1) {
    const bits = mask(next, H, W);
    const extent = boxOf(bits, W);
    if (!extent) continue;
    const found = pieces(bits, H, W, extent);
    const together = new Uint8Array(H * W);
    for (const piece of found) whole(piece, H, W).forEach((value, i) => (together[i] += value));
    assert.deepEqual(together, bits);
    const sizes = found.map((piece) => sum(piece.bits));
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => b - a),
    );
    assert.deepEqual(largestPiece(bits, H, W, extent), found[0]);
    for (const piece of found) {
      const at = whole(piece, H, W).indexOf(1);
      const hit = pieceAt(bits, H, W, extent, at % W, Math.floor(at / W));
      assert.equal(hit.kind, "piece");
      assert.deepEqual(hit.region, piece);
    }
  }
});

test("pixels that touch by a corner are one piece, and an empty mask has none", () => {
  const { bits, height, width, extent } = drawn(["#  ", " # ", "  #"]);
  assert.equal(pieces(bits, height, width, extent).length, 1);
  assert.equal(largestPiece(new Uint8Array(9), 3, 3, [0, 0, 3, 3]), null);
});

test("a click tells a hole from a piece and from the outside", () => {
  const { bits, height, width, extent } = drawn(["####  ", "#  #  ", "####  "]);
  assert.equal(pieceAt(bits, height, width, extent, 1, 1).kind, "hole");
  assert.equal(sum(pieceAt(bits, height, width, extent, 2, 1).region.bits), 2);
  assert.equal(pieceAt(bits, height, width, extent, 0, 0).kind, "piece");
  assert.equal(pieceAt(bits, height, width, extent, 5, 1), null);
  assert.equal(pieceAt(bits, height, width, null, 1, 1), null);
});
