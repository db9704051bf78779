import assert from "node:assert/strict";
import { test } from "node:test";
import { GROUPS } from "../../../../assets/editor/commands/command.js";
import { COMMANDS } from "../../../../assets/editor/commands/index.js";
import { Preview } from "../../../../assets/editor/commands/preview.js";
import { keyOfPreview, PREVIEWING, renewPreview } from "../../../../assets/editor/commands/previewing.js";
import { Registry } from "../../../../assets/editor/commands/registry.js";
import { iconMarkup } from "../../../../assets/look/icons.js";
import { PANEL_COMMANDS } from "../../../../assets/editor/panels/commands.js";
import { createView } from "../../../../assets/editor/state.js";
import { VERBS } from "../../../../assets/editor/verbs/index.js";

const ALL = [...COMMANDS, ...VERBS, ...PANEL_COMMANDS];

function editor(commands) {
  const app = { view: createView(), toasts: [], document: {}, registry: null };
  app.toast = (message) => app.toasts.push(message);
  app.registry = new Registry(app, [...PREVIEWING, ...commands]);
  return app;
}

const command = (id, run, more = {}) => ({ id, title: id, group: "Tracks", run, ...more });

test("every command has an id of its own, a title, a known group and a known icon", () => {
  assert.ok(ALL.length > 40);
  assert.equal(new Set(ALL.map(({ id }) => id)).size, ALL.length);
  for (const { id, title, group, icon } of ALL) {
    assert.ok(GROUPS.includes(group), id);
    assert.match(title, /^[A-Z]/, id);
    if (icon) assert.ok(iconMarkup(icon, 16).length > 60, `${id}: ${icon}`);
  }
});

test("two commands of one id are refused", () => {
  assert.throws(() => editor([command("a", () => 1), command("a", () => 2)]), /same id/);
});

test("a command that cannot run gives its reason, and does not run", () => {
  let runs = 0;
  const { registry, toasts } = editor([
    command("merge", () => (runs += 1), { unavailable: (_, id) => (id ? null : "Select two tracks first.") }),
  ]);
  assert.equal(registry.run("merge"), null);
  assert.deepEqual([runs, toasts[0].title, toasts[0].text], [0, "merge", "Select two tracks first."]);
  assert.equal(registry.run("merge", "t1"), 1, "the argument decides");
  assert.throws(() => registry.run("nothing"), /no command "nothing"/);
});

test("places offer what names them; without places a command is in the palette", () => {
  const { registry } = editor([
    command("a", () => {}, { places: ["lane", "row"] }),
    command("b", () => {}),
    command("c", () => {}, { places: [] }),
  ]);
  const ids = (place) => registry.offered(place).map(({ id }) => id);
  assert.deepEqual(ids("lane"), ["a"]);
  assert.deepEqual(ids("canvas"), []);
  assert.deepEqual(ids("palette"), ["applyPreview", "discardPreview", "nextAnswer", "nextAnswerOfSecond", "b"]);
});

/** A preview that counts what happens to it. */
function counted(parts = {}) {
  const calls = { applied: 0, discarded: 0 };
  const apply = () => (calls.applied += 1);
  const discard = () => (calls.discarded += 1);
  return { calls, preview: new Preview({ title: "Merge 2 into 1", facts: ["3 frames"], apply, discard, ...parts }) };
}

test("a preview is shown, and applied once", () => {
  const { calls, preview } = counted();
  const app = editor([command("merge", () => preview)]);
  app.registry.run("merge");
  assert.equal(app.view.now.preview, preview);
  app.registry.run("applyPreview");
  assert.equal(app.registry.run("applyPreview"), null);
  assert.deepEqual([calls.applied, calls.discarded, app.view.now.preview], [1, 0, null]);
});

test("while a preview is shown only commands run that change no track", () => {
  const { calls, preview } = counted();
  const ran = [];
  const app = editor([
    command("merge", () => preview),
    command("accept", () => ran.push("accept")),
    command("nextFrame", () => ran.push("nextFrame"), { whilePreview: true }),
  ]);
  app.registry.run("merge");
  app.registry.run("accept");
  app.registry.run("nextFrame");
  assert.deepEqual([ran, app.toasts[0].text], [["nextFrame"], "Apply or discard the preview first."]);
  app.registry.run("discardPreview");
  app.registry.run("accept");
  assert.deepEqual([ran, calls], [["nextFrame", "accept"], { applied: 0, discarded: 1 }]);
});

test("a promised preview is shown when it comes, unless another video opened meanwhile", async () => {
  const { preview } = counted();
  const app = editor([command("merge", async () => preview), command("fail", () => Promise.reject(new Error("No.")))]);
  await app.registry.run("merge");
  assert.equal(app.view.now.preview, preview);
  app.registry.run("discardPreview");
  const late = app.registry.run("merge");
  app.document = {};
  await late;
  assert.equal(app.view.now.preview, null);
  await app.registry.run("fail").catch(() => {});
  await Promise.resolve();
  assert.equal(app.toasts.at(-1).text, "No.");
});

test("a preview that comes after another one does not take its place: it is discarded, and a word says so", async () => {
  const [slow, quick] = [counted(), counted()];
  let arrive;
  const app = editor([
    command("interpolate", () => new Promise((done) => (arrive = done))),
    command("spread", () => quick.preview),
  ]);
  app.registry.run("interpolate");
  app.registry.run("spread");
  arrive(slow.preview);
  await new Promise(setImmediate);
  assert.deepEqual([app.view.now.preview, quick.calls.discarded, slow.calls.discarded], [quick.preview, 0, 1]);
  assert.equal(app.toasts.at(-1).title, "Merge 2 into 1: not shown");
});

test("a key of the preview gives the next preview", () => {
  const second = counted().preview;
  const { preview } = counted({ keys: { ArrowLeft: () => second, ArrowUp: () => null } });
  const app = editor([command("copy", () => preview)]);
  assert.equal(keyOfPreview(app, "ArrowLeft"), false, "no preview, no key");
  app.registry.run("copy");
  assert.deepEqual([keyOfPreview(app, "ArrowUp"), app.view.now.preview], [true, preview]);
  assert.equal(keyOfPreview(app, "ArrowRight"), false);
  assert.deepEqual([keyOfPreview(app, "ArrowLeft"), app.view.now.preview], [true, second]);
});

test("tracks that change under a preview renew it, or end it with a word", async () => {
  const next = counted();
  const { preview, calls } = counted({ again: () => next.preview });
  const app = editor([command("merge", () => preview)]);
  app.registry.run("merge");
  await renewPreview(app);
  assert.equal(app.view.now.preview, preview, "nothing changed");
  app.view.set({ revision: 5 });
  await renewPreview(app);
  assert.deepEqual([app.view.now.preview, calls.discarded], [next.preview, 0]);
  app.view.set({ revision: 6 });
  await renewPreview(app);
  assert.deepEqual([app.view.now.preview, next.calls.discarded], [null, 1]);
  assert.equal(app.toasts.at(-1).title, "Preview discarded");
});
