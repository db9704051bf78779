import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../../assets/look/tokens.css", import.meta.url), "utf8");
const [, light, dark] = css
  .split("}")
  .map((block) =>
    Object.fromEntries([...block.matchAll(/--v-([\w-]+):\s*(#[0-9A-Fa-f]{6})/g)].map((found) => [found[1], found[2]])),
  );

/** Relative luminance of "#RRGGBB", 0 to 1 (WCAG 2). */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const SURFACES = ["bg", "panel", "raised", "hover", "field", "ac-soft"];
const TEXTS = ["tx1", "tx2", "tx3", "ac", "ok", "warn", "bad"];
const OWN = [
  ["ac-tx", "ac-fill"],
  ["ac-tx", "bad-fill"],
  ["ok", "ok-soft"],
  ["warn", "warn-soft"],
  ["bad", "bad-soft"],
  ["tx1", "bad-soft"],
  ["tx2", "bad-soft"],
];

for (const [theme, colours] of Object.entries({ light, dark })) {
  test(`${theme}: text is read on every surface at 4.5 to 1`, () => {
    const pairs = [...TEXTS.flatMap((text) => SURFACES.map((surface) => [text, surface])), ...OWN];
    const weak = pairs
      .map(([text, surface]) => [text, surface, contrast(colours[text], colours[surface])])
      .filter(([, , ratio]) => !(ratio >= 4.5));
    assert.deepEqual(weak, []);
  });

  test(`${theme}: bars and the outlines of controls stand out from a panel at 3 to 1`, () => {
    const weak = ["okf", "acf", "warnf", "badf", "ctl-line"]
      .map((name) => [name, contrast(colours[name], colours.panel)])
      .filter(([, ratio]) => !(ratio >= 3));
    assert.deepEqual(weak, []);
  });
}

test("contrast is measured as it is defined", () => {
  assert.equal(Math.round(contrast("#000000", "#FFFFFF")), 21);
  assert.equal(contrast("#777777", "#777777"), 1);
  assert.ok(Math.abs(contrast("#777777", "#FFFFFF") - 4.48) < 0.01);
});

test("light and dark name the same tokens", () => {
  const named = (block) => new Set([...block.matchAll(/(--v-[\w-]+):/g)].map((m) => m[1]));
  const [, light, dark] = css.split("}").map(named);
  assert.deepEqual([...light].sort(), [...dark].sort());
});
