import assert from "node:assert/strict";
import { test } from "node:test";
import { fromText, toText } from "../../../../assets/editor/document/queuefile.js";

const video = { id: "v1", name: "reef" };
const edits = [
  {
    id: "e1",
    kind: "brush",
    seq: 1,
    changes: [{ track: "t", frame: 0, after: { state: "absent" }, before: { version: 3 } }],
  },
  { id: "e2", kind: "brush", seq: 2, changes: [{ track: "t", frame: 0, after: null, before: { edit: "e1" } }] },
];

test("edits come back from the file as they were", () => {
  assert.deepEqual(fromText(toText(video, edits), video), edits);
});

test("a file of another video or of another kind is refused with a sentence", () => {
  assert.throws(() => fromText(toText({ id: "v2", name: "lagoon" }, edits), video), /belong to the video lagoon/);
  for (const text of ["", "{", "[]", "null", "7", '{"edits": []}'])
    assert.throws(() => fromText(text, video), /holds no saved edits/);
});

test("a damaged file is refused whole", () => {
  for (const change of [
    { id: 7 },
    { kind: null },
    { changes: "x" },
    { changes: [{ track: "t" }] },
    { changes: [null] },
  ]) {
    assert.throws(() => fromText(toText(video, [edits[0], { ...edits[1], ...change }]), video), /damaged/);
  }
});
