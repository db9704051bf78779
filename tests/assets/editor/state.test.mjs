import assert from "node:assert/strict";
import { test } from "node:test";
import { BESIDE, createSession, createView, keepMarks, keptMarks } from "../../../assets/editor/state.js";
import { memoryStorage } from "./memory.mjs";

test("session, view and what lies beside them have no name in common: tests in a browser see them as one", () => {
  const names = [...Object.keys(createSession().now), ...Object.keys(createView().now), ...Object.values(BESIDE)];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  assert.deepEqual(twice, []);
  assert.ok(names.includes("video") && names.includes("frame") && names.includes("tracks"));
});

test("which tracks of a video are hidden and locked is kept in the browser", async () => {
  const storage = memoryStorage();
  const app = { session: createSession(), view: createView() };
  keepMarks(app, storage);
  app.session.set({ video: { id: "v" } });
  app.view.now.locked.add("t1");
  app.view.set({ marks: 1 });
  await null;
  assert.deepEqual(keptMarks(storage, "v"), { hidden: new Set(), locked: new Set(["t1"]) });
  assert.deepEqual(keptMarks(storage, "w"), { hidden: new Set(), locked: new Set() });
  app.view.now.locked.delete("t1");
  app.view.set({ marks: 2 });
  await null;
  assert.equal(storage.length, 0);
});
