import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { boundTwice, find, keyName, keyOf, printed, SHORTCUTS, titled } from "../../../assets/editor/shortcuts.js";

const press = (key, held = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

test("no key is bound twice in one scope", () => {
  assert.deepEqual(boundTwice(SHORTCUTS), []);
});

test("a key bound twice would be found", () => {
  assert.deepEqual(boundTwice([...SHORTCUTS, { keys: ["A"], scope: "editor", command: "x", label: "x", group: "x" }]), [
    "editor: A",
  ]);
});

test("every command of the table exists", () => {
  const sources = ["commands.js", "main.js"]
    .map((file) => readFileSync(new URL(`../../../assets/editor/${file}`, import.meta.url), "utf8"))
    .join("\n");
  for (const { command } of SHORTCUTS) assert.match(sources, new RegExp(`\\b${command}\\b`), command);
});

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
  test(`${JSON.stringify(event.key)} with what is held is ${name}`, () => {
    assert.equal(keyName(event), name);
    assert.ok(find("editor", name), "bound");
  });
}

test("the keys that the design names do what it says", () => {
  const wanted = {
    F: "nextFrame",
    D: "previousFrame",
    V: "tenOn",
    C: "tenBack",
    R: "nextKey",
    E: "previousKey",
    Home: "firstFrame",
    End: "lastFrame",
    A: "accept",
    X: "reject",
    "!": "needsLook",
    K: "keyFrame",
    O: "absent",
    B: "brush",
    "Shift+E": "eraser",
    N: "newTrack",
    Tab: "nextTrack",
    "Ctrl+L": "relabel",
    Delete: "remove",
    H: "hide",
    0: "fit",
    "Ctrl+Z": "undo",
    "Ctrl+Shift+Z": "redo",
    "Ctrl+Y": "redo",
    "Shift+Enter": "complete",
    "?": "help",
  };
  for (const [key, command] of Object.entries(wanted)) assert.equal(find("editor", key)?.command, command, key);
});

test("in a dialog the keys of the editor do nothing", () => {
  assert.equal(find("dialog", "A"), undefined);
  assert.equal(find("dialog", "Escape"), undefined, "the platform closes what floats");
});

test("keys are written as they are printed", () => {
  assert.equal(printed("Ctrl+Shift+Z"), "Ctrl Shift Z");
  assert.equal(printed("Delete"), "Del");
  assert.equal(printed("+"), "+");
  assert.equal(keyOf("accept"), "A");
  assert.equal(keyOf("nothing"), "");
  assert.equal(titled("Undo", "undo"), "Undo (Ctrl Z)");
  assert.equal(titled("Theme", "nothing"), "Theme");
});
