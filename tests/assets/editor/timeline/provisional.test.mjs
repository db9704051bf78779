import assert from "node:assert/strict";
import { test } from "node:test";
import { createView } from "../../../../assets/editor/state.js";
import { lanesOf } from "../../../../assets/editor/timeline/provisional.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

test("a track that a preview would make has a lane below the selected one, with its number, or at the end", () => {
  const document = smallDocument([1, 2].map((number) => sentTrack(number, [sentRow(0)])));
  const app = { document, view: createView() };
  const lanes = () => lanesOf(app).map(({ id, number }) => [id, number]);
  const both = [
    ["t1", 1],
    ["t2", 2],
  ];
  assert.deepEqual(lanes(), both);
  const mark = (track) => ({ track, first: 0, last: 3, kind: "draft" });
  app.view.set({ preview: { marks: [mark("t1"), mark("n"), mark("n")] } });
  assert.deepEqual(lanes(), [...both, ["n", 3]]);
  app.view.set({ selected: "t1" });
  assert.deepEqual(lanes(), [both[0], ["n", 3], both[1]]);
  app.view.set({ preview: null });
  assert.deepEqual(lanes(), both);
});
