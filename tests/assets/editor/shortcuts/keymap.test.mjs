import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS } from "../../../../assets/editor/commands/index.js";
import { PANEL_COMMANDS } from "../../../../assets/editor/panels/commands.js";
import { boundTwice, defaultBindings, Keymap } from "../../../../assets/editor/shortcuts/keymap.js";
import { VERBS } from "../../../../assets/editor/verbs/index.js";
import { memoryStorage } from "../memory.mjs";

const ALL = [...COMMANDS, ...VERBS, ...PANEL_COMMANDS];
const THREE = [
  { id: "accept", keys: ["A"] },
  { id: "next", keys: ["F", "ArrowRight"] },
  { id: "cycle", keys: ["J"], canvasKeys: ["Tab"] },
  { id: "apply", keys: ["Enter"], scope: "preview" },
];

test("no key is bound twice in one scope", () => {
  assert.ok(defaultBindings(ALL).length > 40);
  assert.deepEqual(boundTwice(defaultBindings(ALL)), []);
});

test("a key bound twice would be found, and the same key in another scope is none", () => {
  const twice = [...ALL, { id: "x", keys: ["A"] }, { id: "y", keys: ["A"], scope: "preview" }];
  assert.deepEqual(boundTwice(defaultBindings(twice)), ["editor: A"]);
});

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
    J: "nextTrack",
    "Shift+J": "previousTrack",
    "Ctrl+L": "relabel",
    Delete: "remove",
    H: "hide",
    0: "fit",
    "Ctrl+Z": "undo",
    "Ctrl+Shift+Z": "redo",
    "Ctrl+Y": "redo",
    "Shift+Enter": "complete",
    PageDown: "nextVideo",
    "?": "help",
    F1: "help",
  };
  const keymap = new Keymap(ALL);
  for (const [key, command] of Object.entries(wanted)) assert.equal(keymap.find(["editor"], key), command, key);
  assert.equal(keymap.find(["editor"], "Tab"), undefined, "Tab moves the focus");
  assert.equal(keymap.find(["canvas", "editor"], "Tab"), "nextTrack");
  assert.equal(keymap.find(["preview", "editor"], "Enter"), "applyPreview");
  assert.equal(keymap.find([], "A"), undefined, "in a dialog the keys of the editor do nothing");
});

test("a command has its first key in tooltips, and all of them in the help", () => {
  const keymap = new Keymap(THREE);
  assert.equal(keymap.keyOf("next"), "F");
  assert.equal(keymap.keyOf("nothing"), "");
  assert.equal(keymap.titled("Accept", "accept"), "Accept (A)");
  assert.equal(keymap.titled("Theme", "nothing"), "Theme");
  assert.deepEqual(keymap.printedKeys("cycle"), ["J", "Tab"]);
});

test("own keys are kept, take a key from another command, and come back with a reset", () => {
  const storage = memoryStorage();
  const keymap = new Keymap(THREE, storage);
  let changes = 0;
  keymap.on(() => (changes += 1));
  assert.deepEqual(keymap.conflicts("accept", "F"), ["next"]);
  assert.deepEqual(keymap.conflicts("accept", "Enter"), [], "another scope");
  keymap.change("accept", ["F", "Ctrl+Enter"]);
  assert.equal(keymap.find(["editor"], "F"), "accept");
  assert.equal(keymap.find(["editor"], "A"), undefined);
  assert.deepEqual(keymap.keysOf("next"), ["ArrowRight"]);
  const again = new Keymap(THREE, storage);
  assert.deepEqual([again.keyOf("accept"), again.keyOf("next")], ["F", "→"]);
  again.reset("next");
  assert.deepEqual([again.keysOf("accept"), again.keyOf("next")], [["Ctrl+Enter"], "F"]);
  again.reset();
  assert.deepEqual([again.keysOf("accept"), storage.getItem("v-keys")], [["A"], null]);
  assert.equal(changes, 1);
});

test("every change keeps one command a key", () => {
  // Many random changes; the generator is a plain linear congruence so that a failure repeats.
  let seed = 7;
  const random = (below) => ((seed = (seed * 1103515245 + 12345) % 2147483648) >> 8) % below;
  const keymap = new Keymap(THREE, memoryStorage());
  const keys = ["A", "F", "J", "Q", "Enter", "Ctrl+Z"];
  for (let turn = 0; turn < 300; turn += 1) {
    const { id } = THREE[random(THREE.length)];
    if (random(5) === 0) keymap.reset(id);
    else keymap.change(id, [keys[random(keys.length)], keys[random(keys.length)]].slice(0, random(3)));
    assert.deepEqual(boundTwice(keymap.bindings()), []);
    for (const { id: each } of THREE)
      for (const key of keymap.keysOf(each)) assert.equal(keymap.find([keymap.scopeOf(each)], key), each);
  }
});

test("what is stored and makes no sense is left out", () => {
  for (const text of ["{", "[]", "null", '"x"', '{"accept": "B"}', '{"accept": [1]}', '{"gone": ["B"]}']) {
    const storage = memoryStorage();
    storage.setItem("v-keys", text);
    assert.equal(new Keymap(THREE, storage).keyOf("accept"), "A", text);
  }
});

test("a default of a new version gives way to a person's own key", () => {
  const storage = memoryStorage();
  new Keymap([{ id: "accept", keys: ["A"] }], storage).change("accept", ["M"]);
  const keymap = new Keymap(
    [
      { id: "merge", keys: ["M"] },
      { id: "accept", keys: ["A"] },
    ],
    storage,
  );
  assert.deepEqual([keymap.find(["editor"], "M"), keymap.keyOf("merge")], ["accept", ""]);
});
