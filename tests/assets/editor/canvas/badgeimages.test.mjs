import assert from "node:assert/strict";
import { test } from "node:test";
import { BadgeImages, otherBadges, overlaps } from "../../../../assets/editor/canvas/badgeimages.js";
import { openPage } from "../../browser.mjs";

const badge = (number, more = {}) => ({ number, colour: "#111111", on: false, x: 10, y: 20, move: [0, 0], ...more });

test("of two lists of badges only those differ that moved, came or went, where they were and where they are", () => {
  const [one, two, three] = [badge(1), badge(2), badge(3)];
  assert.deepEqual(otherBadges([one, two], [badge(2), badge(1)]), []);
  const moved = badge(2, { move: [8, 0] });
  assert.deepEqual(otherBadges([one, two], [one, moved]), [two, moved]);
  assert.deepEqual(otherBadges([one, three], [one]), [three]);
  assert.deepEqual(otherBadges([one], [one, three]), [three]);
  for (const other of [{ x: 11 }, { y: 2 }, { on: true }, { colour: "#222222" }])
    assert.equal(otherBadges([one], [badge(1, other)]).length, 2);
});

test("a badge reaches into a part of the screen with its frame, too", () => {
  const part = { left: 10, top: 10, width: 10, height: 10 };
  assert.ok(overlaps(part, { left: 21, top: 12, width: 16, height: 14 }), "its frame alone");
  assert.equal(overlaps(part, { left: 22, top: 12, width: 16, height: 14 }), false);
  assert.equal(overlaps(part, { left: 12, top: -20, width: 16, height: 14 }), false);
  assert.ok(overlaps(part, { left: 12, top: 12, width: 2, height: 2 }), "inside");
});

test("the picture of a badge is drawn once for its number, colour and form", async () => {
  await openPage();
  globalThis.devicePixelRatio = 2;
  const images = new BadgeImages("sans-serif");
  const texts = [];
  const context = new Proxy(
    { fillText: (text) => texts.push(text) },
    { get: (own, name) => own[name] ?? (() => {}), set: () => true },
  );
  const { createElement } = document;
  document.createElement = (tag) => Object.assign(createElement.call(document, tag), { getContext: () => context });
  const first = images.of(badge(7));
  assert.equal(images.of(badge(7, { x: 99 })), first, "elsewhere");
  assert.notEqual(images.of(badge(7, { on: true })), first);
  assert.notEqual(images.of(badge(8)), first);
  assert.deepEqual(texts, ["7", "7", "8"]);
  assert.equal(first.width, 2 * (16 + 4));
});
