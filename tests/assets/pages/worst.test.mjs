import assert from "node:assert/strict";
import { test } from "node:test";
import { painted, worstFrames } from "../../../assets/pages/worst.js";
import { openPage } from "../browser.mjs";

const mask = (label, hash) => ({ label, mask: hash, score: null });
const FRAME = {
  video: "v 1",
  name: "reef",
  frame: 20,
  before: 0.702,
  after: 0.641,
  truth: [mask("fish", "aa"), mask("crab", "bb")],
  before_masks: [mask("fish", "cc")],
  after_masks: [],
};
const result = (frames) => ({ name: "round 2", set: "4 held-out videos", worst_frames: frames });

test("without worst frames there is no card", async () => {
  await openPage();
  assert.equal(worstFrames(result([]), "demo", "p"), null);
  assert.equal(worstFrames({ name: "old" }, "demo", "p"), null);
});

test("a frame is shown with the truth, before and after; a class keeps its colour", async () => {
  await openPage();
  const node = worstFrames(result([FRAME]), "demo", "p");
  assert.deepEqual(
    node.querySelectorAll("img").map((img) => decodeURIComponent(img.getAttribute("src"))),
    ["aa:2,bb:1", "cc:2", ""].map((masks) => `/data/videos/v 1/painted.jpg?frame=20&masks=${masks}`),
  );
  assert.deepEqual(
    node.querySelectorAll(".v-side").map((one) => one.textContent),
    ["truth", "demo70.2", "round 264.1"],
  );
  assert.deepEqual(
    node.querySelectorAll("img").map((img) => img.getAttribute("alt")),
    ["truth: fish, crab", "demo: fish", "round 2: no mask"],
  );
  assert.match(node.querySelector("figcaption").textContent, /^reefframe 20IoU−6\.1Open$/);
  assert.equal(node.querySelector("a").getAttribute("href"), "/review/?project=p&video=v+1&frame=20");
});

test("the address of a frame names each mask with the number of its colour", () => {
  const address = painted(FRAME, FRAME.truth, ["crab", "fish"]);
  assert.equal(new URLSearchParams(address.split("?")[1]).get("masks"), "aa:2,bb:1");
});

test("where no frame got worse the heading says so", async () => {
  await openPage();
  const heading = (frame) => worstFrames(result([frame]), "demo", "p").querySelector("h2").textContent;
  assert.equal(heading(FRAME), "Worst frames");
  assert.equal(heading({ ...FRAME, after: 0.8 }), "No frame got worse; these changed most");
});
