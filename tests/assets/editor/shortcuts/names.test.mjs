import assert from "node:assert/strict";
import { test } from "node:test";
import { keyName, printed } from "../../../../assets/editor/shortcuts/names.js";

const press = (key, held = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

for (const [name, event] of [
  ["F", press("f")],
  ["F", press("F")],
  ["Shift+E", press("E", { shiftKey: true })],
  ["Ctrl+Z", press("z", { ctrlKey: true })],
  ["Ctrl+Shift+Z", press("Z", { ctrlKey: true, shiftKey: true })],
  ["Ctrl+Y", press("y", { metaKey: true })],
  ["!", press("!", { shiftKey: true })],
  ["?", press("?", { shiftKey: true })],
  ["[", press("[", { ctrlKey: true, altKey: true })],
  ["]", press("]")],
  ["Space", press(" ")],
  ["Shift+Enter", press("Enter", { shiftKey: true })],
  ["Shift+Tab", press("Tab", { shiftKey: true })],
  ["Alt+H", press("h", { altKey: true })],
  ["Delete", press("Delete")],
]) {
  test(`${JSON.stringify(event.key)} with what is held is ${name}`, () => assert.equal(keyName(event), name));
}

test("keys are written as they are printed", () => {
  assert.equal(printed("Ctrl+Shift+Z"), "Ctrl Shift Z");
  assert.equal(printed("Delete"), "Del");
  assert.equal(printed("+"), "+");
  assert.equal(printed("Ctrl++"), "Ctrl +");
  assert.equal(printed("-"), "−");
});
