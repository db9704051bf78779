import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts, isIn } from "../../../../assets/editor/document/drafts.js";
import { MaskStore } from "../../../../assets/editor/masks/store.js";
import { sentDraft as draft } from "../memory.mjs";

const run = (id, job = `job of ${id}`) => ({ id, job, state: "running", stretches: {} });

function drafts() {
  const made = new Drafts(new MaskStore());
  made.changed = [];
  made.onchange = (runs) => made.changed.push(...runs);
  return made;
}

test("drafts arrive in any order, the last of a frame holds, and they are read by frame", () => {
  const made = drafts();
  made.take({ runs: [run("r")], drafts: [draft(3), draft(1)], blobs: { h1: "022" } });
  made.take({
    runs: [run("r")],
    drafts: [draft(2), draft(3, { doubt: "unsure" }), draft(2, { track: "t2" })],
    blobs: {},
  });
  assert.deepEqual(
    made.of("r").map(({ frame, track, doubt }) => [frame, track, doubt]),
    [
      [1, "t1", null],
      [2, "t1", null],
      [2, "t2", null],
      [3, "t1", "unsure"],
    ],
  );
  assert.equal(made.masks.text("h1"), "022");
  assert.deepEqual(made.changed, ["r", "r"]);
  assert.deepEqual([made.of(null), made.of("another")], [[], []]);
});

test("a run is found by its job once it has a draft", () => {
  const made = drafts();
  assert.equal(made.runOf("job of r"), null);
  made.take({ runs: [run("r"), run("s", null)], drafts: [draft(1)], blobs: {} });
  assert.equal(made.runOf("job of r"), "r");
});

test("a part that was applied goes, and with its last draft the run", () => {
  const made = drafts();
  made.take({ runs: [run("r")], drafts: [draft(1), draft(2), draft(3), draft(3, { track: "t2" })], blobs: {} });
  made.remove("r", { start: 2, stop: 3 });
  assert.deepEqual(
    made.of("r").map(({ frame }) => frame),
    [1, 3, 3],
  );
  made.remove("r", { tracks: ["t1"] });
  assert.deepEqual(
    made.of("r").map(({ track }) => track),
    ["t2"],
  );
  made.remove("r", {});
  assert.deepEqual([made.of("r"), made.runOf("job of r")], [[], null]);
});

test("what was removed elsewhere goes, of one run and track or of any", () => {
  const made = drafts();
  const rows = [draft(1), draft(2), draft(2, { track: "t2" }), draft(2, { run: "s" })];
  made.take({ runs: [run("r"), run("s")], drafts: rows, blobs: {} });
  const left = () => ["r", "s"].map((name) => made.of(name).map(({ frame, track }) => `${frame} ${track}`));
  made.drop({ run: "another", track: null, start: null, stop: null });
  made.drop({ run: "r", track: "t1", start: 2, stop: 3 });
  assert.deepEqual(left(), [["1 t1", "2 t2"], ["2 t1"]]);
  made.changed.length = 0;
  made.drop({ run: null, track: "t1", start: 2, stop: null });
  assert.deepEqual(left(), [["1 t1", "2 t2"], []]);
  assert.ok(made.changed.includes("s"));
});

test("reading all drafts drops those that are gone, and says so", () => {
  const made = drafts();
  made.take({ runs: [run("r"), run("s")], drafts: [draft(1), draft(2, { run: "s" })], blobs: {} });
  made.changed.length = 0;
  made.replace({ runs: [run("s")], drafts: [draft(5, { run: "s" })], blobs: {} });
  assert.deepEqual([made.of("r"), made.of("s").map(({ frame }) => frame)], [[], [5]]);
  assert.ok(made.changed.includes("r") && made.changed.includes("s"));
});

test("a part has bounds, or none", () => {
  const frames = (part) => [0, 1, 2, 3].filter((frame) => isIn(draft(frame), part));
  assert.deepEqual(frames({}), [0, 1, 2, 3]);
  assert.deepEqual(frames({ start: 1, stop: 3 }), [1, 2]);
  assert.deepEqual(frames({ start: null, stop: 1, tracks: null }), [0]);
  assert.deepEqual(frames({ tracks: ["t2"] }), []);
});
