import assert from "node:assert/strict";
import { test } from "node:test";
import { ICONS } from "../../../assets/look/icons.js";
import {
  activityOf,
  hasEnded,
  isActive,
  jobName,
  keptOf,
  REVIEW_STATES,
  toneClass,
  videoState,
} from "../../../assets/kit/words.js";

test("a job is active or has ended", () => {
  for (const status of ["queued", "running", "cancelling"])
    assert.deepEqual([isActive({ status }), hasEnded({ status })], [true, false], status);
  for (const status of ["done", "failed", "cancelled"])
    assert.deepEqual([isActive({ status }), hasEnded({ status })], [false, true], status);
  assert.equal(isActive(null), false);
});

test("only the sentence of a cancelled job is about what it kept", () => {
  const message = "2 of 9 frames are kept.";
  assert.equal(keptOf({ status: "cancelled", message }), message);
  for (const job of [
    { status: "cancelled", message: "cancelled" },
    { status: "cancelled", message: null },
  ])
    assert.equal(keptOf(job), "");
  assert.equal(keptOf({ status: "running", message }), "");
});

test("a kind of job that is not known has words too", () => {
  assert.deepEqual([jobName("import"), activityOf("import")], ["Import", "Importing"]);
  assert.deepEqual([jobName("strange"), activityOf("strange")], ["strange", "Working"]);
});

test("every state has a word and an icon that exists", () => {
  for (const sign of [...Object.values(REVIEW_STATES), ...["new", "proposed", "review", "done"].map(videoState)]) {
    assert.ok(sign.word);
    assert.ok(ICONS.includes(sign.icon), sign.icon);
  }
  assert.equal(videoState("strange").word, "strange");
});

test("a state without a colour is quiet", () => {
  assert.equal(toneClass(REVIEW_STATES.look), "v-warn");
  assert.equal(toneClass(REVIEW_STATES.unreviewed), "v-t3");
});
