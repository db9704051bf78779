import assert from "node:assert/strict";
import { test } from "node:test";
import { editor } from "./commandeditor.mjs";

/** Toasts after an undo with this answer, asked for on a frame. */
async function toastsOfUndo(at, answer, selected = null) {
  const app = editor();
  globalThis.fetch = async () => Response.json({ status: "applied", number: 9, rows: [], ...answer });
  Object.assign(app, { author: "me", applyRows: () => {}, refreshVideo: () => {} });
  app.view.set({ frame: at, selected });
  await app.commands.undo();
  return { app, toasts: app.toasts };
}

test("an undo elsewhere says in one line what and where, with the way back", async () => {
  const rows = [{ track: "t2", frame: 6, after: {} }];
  const { app, toasts } = await toastsOfUndo(1, { kind: "accept", frame: 6, last_frame: 6, rows });
  assert.deepEqual([toasts[0].title, toasts[0].text], ["Undone", "Accepted, track 2, frame 6"]);
  assert.equal(app.view.now.frame, 6);
  assert.equal(toasts[0].actions[0].label, "Back to frame 1");
  toasts[0].actions[0].run();
  assert.equal(app.view.now.frame, 1);
});

test("an undo in sight needs no word, one over many frames does", async () => {
  const rows = [{ track: "t2", frame: 1, after: {} }];
  assert.deepEqual((await toastsOfUndo(1, { kind: "brush", frame: 1, last_frame: 1, rows })).toasts, []);
  const { toasts } = await toastsOfUndo(1, { kind: "reject", frame: 0, last_frame: 9, rows });
  assert.deepEqual([toasts[0].text, toasts[0].actions], ["Rejected, track 2, the whole video", []]);
});

test("an undo takes away how sure the server was of the mask that is gone", async () => {
  const app = editor();
  const rows = [{ track: "t2", frame: 1, after: {} }];
  globalThis.fetch = async () =>
    Response.json({ status: "applied", number: 9, kind: "box", frame: 1, last_frame: 1, rows });
  Object.assign(app, { author: "me", applyRows: () => {}, refreshVideo: () => {} });
  app.view.set({ frame: 1, prompted: { frame: 1, track: "t2", confidence: 0.9, source: "U2-Netp", sure: true } });
  await app.commands.undo();
  assert.equal(app.view.now.prompted, null);
});

test("an unsent edit that is taken back elsewhere is named, with a way there", () => {
  const app = editor();
  app.session.set({ saving: "offline" });
  app.queue.timer = 1;
  app.commands.select("t1");
  app.commands.accept();
  app.commands.goto(5);
  app.commands.undo();
  const [{ title, text, actions }] = app.toasts;
  assert.deepEqual([title, text], ["Undone", "Accepted, track 1, frame 0"]);
  actions[0].run();
  assert.equal(app.view.now.frame, 0);
  app.commands.goto(5);
  app.commands.redo();
  assert.equal(app.toasts.at(-1).title, "Redone");
});

test("an undo keeps the selected track, or selects one that stands", async () => {
  const rows = ["t3", "t2", "t1"].map((track) => ({ track, frame: 1, after: {} }));
  const undone = async (selected) => {
    const { app } = await toastsOfUndo(1, { kind: "split", frame: 1, last_frame: 1, rows }, selected);
    return app.view.now.selected;
  };
  assert.equal(await undone("t1"), "t1", "the selected one is among them");
  assert.equal(await undone("t3"), "t2", "track 3 is gone again");
  assert.equal(await undone(null), "t2");
});

test("an undo that leaves no track behind selects none", async () => {
  const rows = [{ track: "t3", frame: 1, after: null }];
  const { app } = await toastsOfUndo(1, { kind: "track", frame: 1, last_frame: 1, rows }, "t3");
  assert.equal(app.view.now.selected, null);
});
