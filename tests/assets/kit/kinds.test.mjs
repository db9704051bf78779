import assert from "node:assert/strict";
import { test } from "node:test";
import { ICONS } from "../../../assets/look/icons.js";
import { KINDS } from "../../../assets/kit/kinds.js";

test("every kind of edit has an icon that there is, and a word", () => {
  for (const [kind, [icon, word]] of Object.entries(KINDS)) {
    assert.ok(ICONS.includes(icon), `${kind}: ${icon}`);
    assert.match(word, /^[A-Z]/, kind);
  }
});
