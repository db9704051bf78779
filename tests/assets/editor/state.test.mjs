import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BESIDE,
  createPreferences,
  createSession,
  createView,
  keepMarks,
  keptMarks,
} from "../../../assets/editor/state.js";
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
  keepMarks(app, storage, new EventTarget());
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

/** A window of a browser that shows the video. */
function opened(storage) {
  const app = { session: createSession(), view: createView(), page: new EventTarget() };
  app.session.set({ video: { id: "v" } });
  app.view.set(keptMarks(storage, "v"));
  keepMarks(app, storage, app.page);
  return app;
}

/** Change what a window hides and locks. */
async function mark(app, change) {
  change(app.view.now);
  app.view.set({ marks: app.view.now.marks + 1 });
  await null;
}

test("two windows follow each other's hidden and locked tracks", async () => {
  const storage = memoryStorage();
  const [one, other] = [opened(storage), opened(storage)];
  await mark(one, ({ locked }) => locked.add("t1"));
  for (const key of ["v-marks:w", "v-marks:v"]) other.page.dispatchEvent(Object.assign(new Event("storage"), { key }));
  assert.deepEqual(other.view.now.locked, new Set(["t1"]));
  await mark(other, ({ hidden }) => hidden.add("t2"));
  assert.deepEqual(keptMarks(storage, "v"), { hidden: new Set(["t2"]), locked: new Set(["t1"]) });
});

test("where the storage is full, what was chosen holds for the page, and other listeners hear of it", async () => {
  const storage = memoryStorage();
  const app = opened(storage);
  const preferences = createPreferences(storage);
  let heard = 0;
  app.view.on(["marks"], () => (heard += 1));
  preferences.on(["brush"], () => (heard += 1));
  storage.full = true;
  preferences.set({ brush: 3 });
  await mark(app, ({ hidden }) => hidden.add("t2"));
  assert.deepEqual([heard, storage.length, [...app.view.now.hidden]], [2, 0, ["t2"]]);
});

test("stored marks that cannot be read are forgotten", () => {
  const storage = memoryStorage();
  for (const broken of ["{", "null", '{"hidden": 3}']) {
    storage.setItem("v-marks:v", broken);
    assert.deepEqual([keptMarks(storage, "v"), storage.length], [{ hidden: new Set(), locked: new Set() }, 0]);
  }
});
