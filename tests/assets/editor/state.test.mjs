import assert from "node:assert/strict";
import { test } from "node:test";
import { BESIDE, createSession, createView } from "../../../assets/editor/state.js";

test("session, view and what lies beside them have no name in common: tests in a browser see them as one", () => {
  const names = [...Object.keys(createSession().now), ...Object.keys(createView().now), ...Object.values(BESIDE)];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  assert.deepEqual(twice, []);
  assert.ok(names.includes("video") && names.includes("frame") && names.includes("tracks"));
});
