import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { contourOf } from "../../../../../assets/editor/canvas/contours.js";
import { at, editor, W } from "../drawing.mjs";

const opened = [];

/** A worker in the same thread: the module's own listener, with two ends of a channel. */
globalThis.Worker = class {
  constructor(url) {
    this.loaded = import(url);
  }

  async postMessage(_, ports) {
    const listening = new Promise((done) => (globalThis.addEventListener = (_, listener) => done(listener)));
    await this.loaded;
    (await listening)({ ports });
    opened.push(ports[0]);
  }
};
const { magnetic } = await import("../../../../../assets/editor/canvas/tools/magnetic.js");

async function until(holds) {
  for (let i = 0; i < 2000 && !holds(); i += 1) await turn();
  assert.ok(holds());
}

test("anchors go onto the edge of the picture, sides follow it, and Enter closes along it", async () => {
  const app = editor();
  app.layers.document = app.document;
  app.layers.pictures = 1;
  app.view.set({ tool: "magnetic" });
  const anchors = () => contourOf(app, "magnetic")?.contour.anchors ?? [];
  // The edge runs down the middle of the picture, x = 15.
  magnetic.down(app, at(14, 2));
  await until(() => anchors().length === 1);
  assert.ok(Math.abs(anchors()[0][0] - W / 2) <= 1, String(anchors()));
  magnetic.hover(app, at(16, 12));
  await until(() => contourOf(app, "magnetic").ahead.length > 5);
  magnetic.down(app, at(16, 17));
  await until(() => anchors().length === 2);
  for (const [x] of contourOf(app, "magnetic").contour.legs[1]) assert.ok(Math.abs(x - W / 2) <= 1, String(x));
  magnetic.down(app, at(27, 10, { shift: true }));
  await until(() => anchors().length === 3);
  assert.deepEqual(contourOf(app, "magnetic").contour.legs[2], []);
  assert.deepEqual(anchors()[2], [27, 10], "Shift draws straight, without the edge");
  magnetic.finish(app);
  await until(() => app.edits.length === 1);
  assert.equal(app.edits[0].kind, "magnetic");
  assert.ok(app.document.row("t1", 0).area > 36 + (12 * 14) / 3);
  assert.equal(contourOf(app, "magnetic"), undefined);
  for (const end of opened) end.close();
});
