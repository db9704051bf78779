import assert from "node:assert/strict";
import { test } from "node:test";
import { checksUnasked, spoiledIn, suspicions } from "../../../assets/pages/suspicions.js";
import { openPage } from "../browser.mjs";

const one = (frame, values = {}) => ({
  video: "v",
  name: "reef",
  track: 2,
  frame,
  mask: "abc",
  reason: "Its outline follows no edge of the picture.",
  ...values,
});
const check = (values = {}) => ({ running: false, masks: 170, named: [], outdated: false, problem: null, ...values });
const shown = (values, more = {}) =>
  suspicions({
    check: check(values),
    project: "p",
    leaveOut: false,
    choose: () => undefined,
    begin: () => undefined,
    changed: () => undefined,
    ...more,
  });

test("before the first check it says what it looks for and offers it", async () => {
  await openPage();
  const called = [];
  const node = shown({ masks: null }, { begin: () => called.push("begin") });
  assert.match(node.textContent, /follow no edge of the picture/);
  node.querySelector("#v-check-corrections").click();
  assert.deepEqual(called, ["begin"]);
  assert.equal(suspicions({ check: undefined }), null);
});

test("while it runs it cannot be asked for again", async () => {
  await openPage();
  const node = shown({ running: true });
  assert.match(node.textContent, /being checked/);
  assert.ok(node.querySelector("#v-check-corrections").hasAttribute("disabled"));
});

test("each mask has its picture, its reason and the way to it", async () => {
  await openPage();
  const node = shown({ named: [one(7)] });
  assert.match(node.textContent, /1 of 170 masks looks spoiled/);
  assert.equal(node.querySelector("img").getAttribute("src"), "/data/videos/v/crop.jpg?frame=7&mask=abc&track=2");
  assert.equal(node.querySelector("a").getAttribute("href"), "/review/?project=p&video=v&frame=7&track=2");
  assert.match(node.querySelector("li").textContent, /^reeftrack 2, frame 7Its outline follows no edge/);
});

test("they are left out only where a person chooses it", async () => {
  await openPage();
  const chosen = [];
  const node = shown({ named: [one(7), one(8)] }, { choose: (leave) => chosen.push(leave) });
  const box = node.querySelector("#v-leave-out");
  assert.ok(!box.hasAttribute("checked"));
  assert.match(node.textContent, /Leave these 2 masks out of the next training/);
  box.checked = true;
  box.dispatchEvent(new Event("change"));
  assert.deepEqual(chosen, [true]);
});

test("a clean project, an outdated check and a failed one say so", async () => {
  await openPage();
  assert.match(shown({}).textContent, /None of 170 masks looks spoiled\./);
  assert.match(shown({ outdated: true }).textContent, /edited since/);
  assert.match(shown({ problem: "The disk is full." }).textContent, /The disk is full\./);
});

test("of more masks than are listed all are counted and left out", async () => {
  await openPage();
  const node = shown({ named: [one(7), one(8)], suspicious: 900 });
  assert.match(node.textContent, /900 of 170 masks look spoiled.*Leave these 900 masks out/);
});

test("a check begins by itself where the masks are new, few and may be trained on", () => {
  const unasked = (values, plan = {}) =>
    checksUnasked({
      corrections: check(values),
      plan: { reason: null, masks_accepted: 1, masks_drawn: 2, masks_imported: 3, ...plan },
    });
  assert.deepEqual(
    [{ masks: null }, { outdated: true }, {}, { outdated: true, running: true }, { masks: null, problem: "Full." }].map(
      (values) => unasked(values),
    ),
    [true, true, false, false, false],
  );
  assert.equal(unasked({ masks: null }, { reason: "Nothing yet." }), false);
  assert.equal(unasked({ masks: null }, { masks_drawn: 20_000 }), false);
});

test("a run names what looked spoiled in it, without a picture where the mask is not known", async () => {
  await openPage();
  const named = [7, 8].map((frame) => ({ ...one(frame), video_id: "v", video: "reef" }));
  const node = spoiledIn({ masks: 170, suspicious: 9, named: [named[0], { ...named[1], mask: undefined }] }, "p");
  assert.match(node.textContent, /9 of 170 masks that this run was given\.reeftrack 2, frame 7/);
  assert.match(node.textContent, /And 7 more\.$/);
  assert.equal(node.querySelectorAll("img").length, 1);
  assert.equal(spoiledIn({ masks: 170, suspicious: 0, named: [] }, "p"), null);
  assert.equal(spoiledIn(undefined, "p"), null);
});
