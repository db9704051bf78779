import assert from "node:assert/strict";
import { test } from "node:test";
import { cautionCard, cautions } from "../../../assets/pages/cautions.js";
import { openPage } from "../browser.mjs";

const plan = (values = {}) => ({ reason: null, corrected_videos: 6, complete_frames: 9, ...values });
const taught = (name, tracks, videos = 1) => ({ name, tracks, videos });

test("enough of everything needs no caution", async () => {
  await openPage();
  assert.deepEqual(cautions(plan(), [taught("fish", 5)]), []);
  assert.equal(cautionCard([]), null);
});

test("where no retraining can start, the reason is enough", () => {
  assert.deepEqual(cautions(plan({ reason: "Nothing was corrected.", corrected_videos: 0 }), [taught("fish", 0)]), []);
});

test("too few videos prove nothing, and the number that is missing is given", () => {
  assert.match(cautions(plan({ corrected_videos: 4 }), [])[0], /correct 1 more video, and a better checkpoint/);
  assert.match(cautions(plan({ corrected_videos: 2 }), [])[0], /correct 3 more videos, and a better checkpoint/);
  assert.match(cautions(plan({ before_learnt: true }), [])[0], /trained on the videos it is judged by/);
});

test("categories with nothing and with little are named, the first of many", () => {
  const many = ["a", "b", "c", "d", "e", "f"].map((name) => taught(name, 0));
  assert.match(
    cautions(plan(), many)[0],
    /Nothing teaches a, b, c, d and 2 more: nobody accepted or drew a track of them/,
  );
  assert.deepEqual(cautions(plan(), [taught("fish", 3), taught("crab", 1), taught("star", 2)]), [
    "Few examples: crab (1 track), star (2 tracks).",
  ]);
});

test("nothing that teaches background is a caution, unless the run did not count it", async () => {
  assert.match(cautions(plan({ complete_frames: 0 }), [])[0], /what is background/);
  assert.deepEqual(cautions(plan({ complete_frames: 0, rejected_masks: 1 }), []), []);
  assert.deepEqual(cautions(plan({ complete_frames: undefined }), []), []);
  await openPage();
  assert.match(cautionCard(["A.", "B."]).textContent, /^Too littleA\.B\.$/);
});
