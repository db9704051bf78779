import assert from "node:assert/strict";
import { test } from "node:test";
import { outlineKeeper, storedOutlines, storeOutlines } from "../../../../assets/editor/canvas/outlinestore.js";
import { polygon } from "../../../../assets/editor/canvas/tools/polygon.js";
import { memoryStorage } from "../memory.mjs";
import { at, editor } from "./drawing.mjs";

/** An editor whose outlines are stored, and what a page that opens the video later would find. */
function stored() {
  const app = editor();
  const storage = memoryStorage();
  app.layers.oncontours = () => storeOutlines(storage, "v", app.layers.contours);
  app.view.set({ tool: "polygon" });
  for (const place of [at(2, 10), at(28, 10), at(28, 19)]) polygon.down(app, place);
  return { app, storage, found: (video = "v") => storedOutlines(storage, video, app.document) };
}

test("a half drawn outline is found again with every corner, and by its own video alone", () => {
  const { app, found } = stored();
  assert.deepEqual(found(), [{ ...app.layers.contours[0], ahead: [], thrown: false }]);
  assert.deepEqual(found("w"), []);
  polygon.takeBack(app, false);
  assert.deepEqual(
    [found()[0].contour.anchors.length, found()[0].contour.taken.length],
    [2, 1],
    "also what was taken back",
  );
});

test("one that is finished or thrown away is not", () => {
  const one = stored();
  polygon.finish(one.app);
  assert.deepEqual([one.found(), one.storage.length ?? 0], [[], 0]);
  const other = stored();
  polygon.cancel(other.app);
  assert.deepEqual(other.found(), []);
});

test("one of a track that went meanwhile, and what is no outline, are left out", () => {
  const { app, storage, found } = stored();
  app.document.apply({ track: "t1", frame: null, version: 9, after: { deleted: true } });
  assert.deepEqual(found(), []);
  for (const text of ["{", "7", '[null, 3, {"tool": "polygon"}]']) {
    storage.setItem("v-outlines:v", text);
    assert.deepEqual(found(), []);
  }
});

test("a toast appears when the storage becomes full, not at every corner", () => {
  const { app } = stored();
  const toasts = [];
  let error = null;
  const storage = {
    setItem() {
      if (error) throw error;
    },
    removeItem() {},
  };
  const keep = outlineKeeper({ toast: (message) => toasts.push(message) }, storage, "v", app.layers);
  keep();
  assert.deepEqual(toasts, []);
  error = new DOMException("full");
  keep();
  keep();
  assert.deepEqual(
    toasts.map(({ name }) => name),
    ["outlines"],
  );
  assert.match(toasts[0].text, /only as long as this page/);
  error = null;
  keep();
  error = new DOMException("full");
  keep();
  assert.equal(toasts.length, 2, "full again");
});

test("a full storage is told, and any other failure is not hidden", () => {
  const { app } = stored();
  const failing = (error) => ({
    setItem() {
      throw error;
    },
  });
  assert.equal(storeOutlines(failing(new DOMException("full")), "v", app.layers.contours), false);
  assert.throws(() => storeOutlines(failing(new RangeError("odd")), "v", app.layers.contours), RangeError);
});
