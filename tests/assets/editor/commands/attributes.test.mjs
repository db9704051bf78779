import assert from "node:assert/strict";
import { test } from "node:test";
import { followAttributes } from "../../../../assets/editor/commands/attributes.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";
import { application, settled } from "../verbs/application.mjs";

const POSE = { id: "a", name: "pose", choices: ["sits", "runs"], per: "track", key: "3", retired: false };
const RAIN = { id: "b", name: "weather", choices: ["rain"], per: "frame", key: "4", retired: false };

async function editor(attributes = [POSE, RAIN]) {
  const document = smallDocument([sentTrack(1, [sentRow(0), sentRow(1), sentRow(2)])]);
  const app = application(document);
  followAttributes(app);
  app.session.set({ video: { id: "v", categories: [], attributes } });
  app.view.set({ selected: "t1" });
  await settled();
  return { app, track: document.tracks.get("t1") };
}

test("the lists of the project are commands with their keys; retired ones are none", async () => {
  const { app } = await editor([POSE, { ...RAIN, retired: true }]);
  assert.equal(app.keymap.find(["editor"], "3"), "attribute:a");
  assert.equal(app.keymap.find(["editor"], "4"), undefined);
  const titles = app.registry.offered("palette").map(({ title }) => title);
  for (const title of ["pose: next value", "pose: sits", "pose: runs", "pose: none"]) assert.ok(titles.includes(title));
  assert.ok(!titles.some((title) => title.startsWith("weather")));
});

test("the categories of the project are commands, the first ten with a key that relabels the selected track", async () => {
  const { app, track } = await editor([]);
  app.categoryName = (id) => id;
  const name = (i) => ({ id: `c${i}`, name: `kind ${i}`, retired: i === 2 });
  const categories = Array.from({ length: 12 }, (_, i) => name(i + 1));
  app.session.set({ video: { id: "v", categories, attributes: [] } });
  await settled();
  const command = (key) => app.keymap.find(["editor"], key);
  app.registry.run(command("Ctrl+2"));
  assert.equal(track.category, "c3", "the second one in use");
  assert.equal(app.registry.get(command("Ctrl+0")).title, "Relabel as kind 11");
  assert.deepEqual(app.keymap.keysOf("attribute:category=c12"), []);
  app.commands.lock();
  app.registry.run(command("Ctrl+1"));
  assert.equal(track.category, "c3");
});

test("another project's lists take the place of the ones before", async () => {
  const { app } = await editor();
  app.session.set({ video: { id: "w", categories: [], attributes: [RAIN] } });
  await settled();
  assert.equal(app.keymap.find(["editor"], "3"), undefined);
  assert.throws(() => app.registry.get("attribute:a"), /no command/);
  assert.equal(app.keymap.find(["editor"], "4"), "attribute:b");
});

test("the key goes to the next value, of the track or of the frames in the scope", async () => {
  const { app, track } = await editor();
  app.registry.run("attribute:a");
  assert.deepEqual(track.attributes, { a: "sits" });
  app.registry.run("attribute:a");
  app.registry.run("attribute:a");
  assert.deepEqual(track.attributes, {});
  app.view.set({ frame: 1 });
  app.preferences.set({ scope: "onward" });
  app.registry.run("attribute:b=rain");
  assert.deepEqual(
    [0, 1, 2].map((frame) => track.rows.get(frame).more?.attributes),
    [undefined, { b: "rain" }, { b: "rain" }],
  );
  app.registry.run("attribute:b!");
  assert.equal(track.rows.get(2).more?.attributes, undefined);
});

test("occluded and truncated hold for the scope, crowd for the track", async () => {
  const { app, track } = await editor();
  app.commands.occluded();
  assert.deepEqual(
    [0, 1].map((frame) => Boolean(track.rows.get(frame).more?.occluded)),
    [true, false],
  );
  app.preferences.set({ scope: "whole" });
  app.commands.truncated();
  app.commands.crowd();
  assert.deepEqual([track.truncated, track.iscrowd, track.occluded], [true, true, false]);
  app.preferences.set({ scope: "frame" });
  assert.match(app.registry.reason("truncated"), /The whole of track 1 is truncated/);
  assert.equal(app.registry.reason("occluded"), null);
});

test("where nothing can have an attribute the reason is told", async () => {
  const { app } = await editor();
  app.view.set({ frame: 7 });
  assert.match(app.registry.reason("occluded"), /no mask on frame 7/);
  assert.match(app.registry.reason("attribute:b"), /no mask on frame 7/);
  assert.equal(app.registry.reason("attribute:a"), null, "the track has it");
  app.view.set({ selected: null });
  assert.match(app.registry.reason("attribute:a"), /Select a track/);
});

test("no command of the editor has a key that a list may have", async () => {
  const { app } = await editor([]);
  for (const key of ["3", "4", "5", "6", "7", "8", "9"])
    assert.equal(app.keymap.find(["editor", "canvas", "preview"], key), undefined, key);
});
