import assert from "node:assert/strict";
import { test } from "node:test";
import * as values from "../../../../assets/editor/document/attributes.js";
import { keptAttributes, moreValues, rowOf, valuesOf } from "../../../../assets/editor/document/rows.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const POSE = { id: "pose", name: "pose", choices: ["sits", "runs"], per: "track", key: "3", retired: false };
const RAIN = { id: "rain", name: "weather", choices: ["rain", "sun"], per: "frame", key: null, retired: false };

/** A track with masks on frames 0 to 3 and an absence on frame 4. */
function track() {
  const document = smallDocument([
    sentTrack(1, [...[0, 1, 2, 3].map((frame) => sentRow(frame)), sentRow(4, { state: 0, hash: null })]),
  ]);
  const apply = (changes) => {
    for (const change of changes) document.apply({ ...change, version: 9 });
    return changes.map(({ frame }) => frame);
  };
  return { document, track: document.tracks.get("t1"), apply };
}

test("a flag is set on the masks that lack it, and cleared where all have it", () => {
  const { track: one, apply } = track();
  assert.deepEqual(apply(values.toggleFlag(one, "occluded", [1, 1], false)), [1]);
  assert.deepEqual(apply(values.toggleFlag(one, "occluded", [0, 4], false)), [0, 2, 3], "absences have none");
  assert.ok(values.isFlagged(one, "occluded", 2) && !values.isFlagged(one, "occluded", 4));
  assert.ok(!values.isFlagged(one, "truncated", 2));
  assert.deepEqual(apply(values.toggleFlag(one, "occluded", [2, 3], false)), [2, 3]);
  assert.deepEqual(
    [0, 1, 2, 3].map((frame) => values.isFlagged(one, "occluded", frame)),
    [true, true, false, false],
  );
});

test("the whole track has a flag on every frame, and loses it on every frame", () => {
  const { track: one, apply } = track();
  apply(values.toggleFlag(one, "truncated", [1, 1], false));
  assert.deepEqual(apply(values.toggleFlag(one, "truncated", [0, 9], true)), [null]);
  assert.ok(one.truncated && values.isFlagged(one, "truncated", 7));
  assert.deepEqual(apply(values.toggleFlag(one, "truncated", [0, 9], true)), [null, 1]);
  assert.ok(!values.isFlagged(one, "truncated", 1));
});

test("a value holds for the track, or for its masks on the frames; the same again changes nothing", () => {
  const { track: one, apply } = track();
  assert.deepEqual(apply(values.choose(one, POSE, "sits", [2, 3])), [null]);
  assert.deepEqual(apply(values.choose(one, RAIN, "rain", [2, 4])), [2, 3]);
  assert.deepEqual(values.choose(one, POSE, "sits", [0, 0]), []);
  assert.deepEqual(apply(values.choose(one, RAIN, "rain", [1, 2])), [1]);
  assert.deepEqual(
    [1, 3, 0].map((frame) => values.valueOf(one, RAIN, frame)),
    ["rain", "rain", null],
  );
  assert.equal(values.valueOf(one, POSE, 8), "sits");
  apply(values.choose(one, { ...POSE, id: "mood" }, "calm", [0, 0]));
  apply(values.choose(one, POSE, null, [0, 0]));
  assert.deepEqual(one.attributes, { mood: "calm" }, "other attributes stay");
  const [last] = values.choose(one, { ...POSE, id: "mood" }, null, [0, 0]);
  assert.equal(last.after.attributes, null);
});

test("the key goes through the choices and back to none, from a value that is no choice any more too", () => {
  assert.deepEqual(
    [null, "sits", "runs", "flies"].map((value) => values.nextChoice(POSE, value)),
    ["sits", "runs", null, "sits"],
  );
});

test("the words of a track name every attribute that it has on any frame", () => {
  const { track: one, apply } = track();
  const words = () => values.attributeWords(one, [POSE, RAIN]);
  const all = [POSE, RAIN];
  assert.equal(values.attributeWords(one, all), "");
  apply(values.toggleFlag(one, "occluded", [1, 1], false));
  apply(values.choose(one, RAIN, "sun", [2, 2]));
  apply(values.choose(one, POSE, "runs", [2, 2]));
  apply([{ track: "t1", frame: null, after: { iscrowd: true, truncated: true } }]);
  for (const word of ["occluded", "truncated", "crowd", "pose: runs", "weather: sun"])
    assert.ok(words().includes(word), word);
  apply(values.choose(one, RAIN, null, [2, 2]));
  assert.ok(!words().includes("sun"), "a change is found");
});

test("attributes go into an edit and come back, and a new mask of the same frame keeps them", () => {
  const { document, track: one, apply } = track();
  apply(values.choose(one, RAIN, "rain", [1, 1]));
  apply(values.toggleFlag(one, "truncated", [1, 1], false));
  const row = one.rows.get(1);
  const after = JSON.parse(JSON.stringify(valuesOf(document.masks, document, row)));
  assert.deepEqual([after.truncated, after.attributes], [true, { rain: "rain" }]);
  const back = rowOf(document.masks, { frame: 1, version: 3, after, before: null });
  assert.deepEqual(back.more, row.more);
  assert.deepEqual(keptAttributes(row), { truncated: true, attributes: { rain: "rain" } });
  assert.deepEqual(keptAttributes(one.rows.get(0)), {});
  assert.equal(moreValues({ attributes: {} }), null, "no values are none");
});
