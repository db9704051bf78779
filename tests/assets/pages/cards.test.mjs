import assert from "node:assert/strict";
import { test } from "node:test";
import { card, isOpen, reviewBar, reviewed, row } from "../../../assets/pages/cards.js";
import { openPage } from "../browser.mjs";
import { counts, job, video } from "./made.mjs";

const nothing = () => undefined;
const shown = (values) => card(video("v", values), "p", nothing);
const words = (node, selector) => node.querySelector(selector)?.textContent ?? null;

test("a card leads to the editor with its project and video", async () => {
  await openPage();
  const link = shown({}).querySelector("a.v-vc");
  assert.deepEqual([link.href, link.dataset.video], ["/review/?project=p&video=v", "v"]);
});

test("the state of a video is a word, and so is what is left to do", async () => {
  await openPage();
  const states = [
    [{ state: "new" }, "New", "no tracks yet"],
    [{ state: "proposed", counts: counts({ unreviewed: 9 }) }, "Proposed", "waits for review"],
    [{ state: "review", counts: counts({ unreviewed: 3, accepted: 1 }) }, "In review", "25 % reviewed"],
    [
      { state: "review", counts: counts({ corrected: 3 }), frames: 3, bare: 286, count: 289 },
      "In review",
      "3 of 289 frames",
    ],
    [{ state: "done", counts: counts({ accepted: 4 }) }, "Done", "all reviewed"],
    [{ state: "review", counts: counts({ unreviewed: 9, look: 7 }) }, "In review", "7 to check"],
    [{ state: "new", problem: "clip: the file is gone." }, "No source", "clip: the file is gone."],
  ];
  for (const [values, chip, remark] of states) {
    const node = shown(values);
    assert.deepEqual([words(node, ".v-chip"), words(node, ".v-l2 .v-grow")], [chip, remark]);
  }
});

test("a job on a video comes before everything else", async () => {
  await openPage();
  const node = shown({
    job: job("j", { progress: 0.254 }),
    problem: "gone",
    counts: counts({ look: 4, unreviewed: 4 }),
  });
  assert.deepEqual([words(node, ".v-chip"), words(node, ".v-l2 .v-grow")], ["Proposing 25 %", "1:15 left"]);
  assert.equal(node.querySelector(".v-pb i").style.width, "25.4%");
  const begun = shown({ job: job("j", { kind: "strange", progress: null, eta_seconds: null, message: "" }) });
  assert.deepEqual([words(begun, ".v-chip"), words(begun, ".v-l2 .v-grow")], ["Working 0 %", "starting"]);
});

test("a long name and a problem can be read whole, and markup in them is text", async () => {
  await openPage();
  const node = shown({ name: "<b>north</b>", problem: "clip: the file is gone." });
  assert.equal(node.querySelector(".v-l1 b").textContent, "<b>north</b>");
  assert.deepEqual(
    [node.querySelector(".v-l1 b").title, node.querySelector(".v-l2 .v-grow").title],
    ["<b>north</b>", "clip: the file is gone."],
  );
});

test("frames and tracks are counted in words", async () => {
  await openPage();
  assert.equal(words(shown({ count: 1200, tracks: 0 }), ".v-nowrap"), "1,200 frames");
  assert.equal(words(shown({ count: 1, tracks: 1 }), ".v-nowrap"), "1 frame, 1 track");
});

test("the bar shows shares in the order of verdicts, also as text", async () => {
  await openPage();
  const bar = reviewBar(
    video("v", { counts: counts({ accepted: 50, corrected: 25, rejected: 5, unreviewed: 10, look: 10 }) }),
  );
  assert.deepEqual(
    bar.childNodes.map((part) => `${part.className} ${part.style.width ?? ""}`.trim()),
    ["a 50%", "c 25%", "l 10%", "x 5%", "u"],
  );
  assert.equal(bar.getAttribute("aria-label"), "50 accepted, 25 corrected, 10 need a look, 5 rejected, 10 unreviewed");
});

test("an empty bar is one unreviewed part, a full one has none", async () => {
  await openPage();
  assert.deepEqual(
    reviewBar(video("v", { counts: counts() })).childNodes.map((part) => part.className),
    ["u"],
  );
  assert.deepEqual(
    reviewBar(video("v", { counts: counts({ accepted: 3 }) })).childNodes.map((part) => part.className),
    ["a"],
  );
});

test("frames that are done without a mask count, and frames on which nobody looked do not", async () => {
  await openPage();
  const some = video("v", { state: "done", counts: counts({ accepted: 50 }), asked: 200, done: 130 });
  const parts = reviewBar(some).childNodes.map((part) => `${part.className} ${part.style.width ?? ""}`.trim());
  assert.deepEqual(parts, ["a 25%", "d 40%", "u"]);
  assert.equal(words(card(some, "p", nothing), ".v-l2 .v-grow"), "all masks, 65 % of frames");
});

test("a complete video has a flag on its card, one that is complete in part a number", async () => {
  await openPage();
  const seen = (values) => {
    const node = shown({ count: 36, counts: counts({ accepted: 3, unreviewed: 1 }), state: "review", ...values });
    return [words(node, ".v-chip"), node.querySelectorAll(".v-chip i").length, words(node, ".v-l2 .v-grow")];
  };
  assert.deepEqual(seen({ complete: 0 }), ["In review", 0, "75 % reviewed"]);
  assert.deepEqual(seen({ complete: 12 }), ["In review", 0, "75 % reviewed, 12 complete"]);
  assert.deepEqual(seen({ complete: 36 }), ["In review", 1, "75 % reviewed, complete"]);
  const done = { state: "done", counts: counts({ accepted: 4 }) };
  assert.deepEqual(seen({ complete: 36, ...done }), ["Complete", 1, "all reviewed"]);
});

test("a changed mask asks for a new picture, an unchanged one does not", async () => {
  await openPage();
  const source = (values) => shown(values).querySelector("img").src;
  assert.equal(source({ last_edit: 7 }), "/data/videos/v/thumb.jpg?e=7");
  assert.equal(source({ counts: counts({ accepted: 1 }) }), source({ counts: counts({ accepted: 1 }) }));
  assert.notEqual(source({ counts: counts({ accepted: 1 }) }), source({ counts: counts({ corrected: 1 }) }));
});

test("a picture that cannot be shown leaves a quiet place", async () => {
  await openPage();
  const node = shown({});
  node.querySelector("img").dispatchEvent(new Event("error"));
  assert.equal(node.querySelectorAll(".v-noimg").length, 1);
  assert.equal(node.querySelector("img"), null);
});

test("the button for renaming and removing lies beside the link, not in it", async () => {
  await openPage();
  const asked = [];
  for (const make of [card, row]) {
    const node = make(video("v", { name: "gate" }), "p", (anchor, of) =>
      asked.push([anchor.getAttribute("aria-label"), of.id]),
    );
    const more = node.querySelector(".v-more");
    assert.equal(more.closest("a"), null);
    more.click();
  }
  assert.deepEqual(asked, [
    ["Rename or remove gate", "v"],
    ["Rename or remove gate", "v"],
  ]);
});

test("a line of the list shows what is left without repeating the share", async () => {
  await openPage();
  const left = (values) => row(video("v", values), "p", nothing).querySelectorAll("td")[3].textContent;
  assert.equal(left({ state: "review", counts: counts({ unreviewed: 1234, accepted: 6 }) }), "1,234 unreviewed");
  assert.equal(left({ state: "proposed", counts: counts({ unreviewed: 8, look: 2 }) }), "2 to check");
  assert.equal(left({ state: "done", counts: counts({ accepted: 6 }) }), "all reviewed");
  assert.equal(left({ state: "new" }), "no tracks yet");
});

test("a proposal that broke off is not shown as done", async () => {
  await openPage();
  const shown = (values) => card(video("v", { count: 289, proposed: 36, ...values }), "p", nothing);
  const words = (values) => [".v-chip", ".v-l2"].map((place) => shown(values).querySelector(place).textContent);
  assert.deepEqual(words({ state: "proposed", counts: counts({ unreviewed: 8, look: 2 }) }), [
    "Proposed in part",
    "36 of 289 proposed289 frames",
  ]);
  assert.deepEqual(words({ state: "new" })[0], "Proposed in part");
  assert.deepEqual(words({ state: "review", counts: counts({ unreviewed: 1, accepted: 1 }) })[0], "In review");
  assert.deepEqual(words({ state: "proposed", proposed: null })[0], "Proposed");
  assert.match(words({ state: "proposed", job: job("p") })[0], /^Proposing 25 %/);
});

test("a line of the list has its numbers and the share, and opens the editor", async () => {
  await openPage();
  const line = row(
    video("v", {
      count: 1500,
      seconds: 61,
      tracks: 0,
      state: "review",
      counts: counts({ unreviewed: 1, accepted: 2 }),
    }),
    "p",
    nothing,
  );
  const cells = line.querySelectorAll("td").map((cell) => cell.textContent);
  assert.deepEqual([cells[2], cells[4], cells[5], cells[6]], ["66 %", "1,500", "1:01", "–"]);
  assert.deepEqual(
    line.querySelectorAll("a").map((link) => link.href),
    Array(2).fill("/review/?project=p&video=v"),
  );
});

test("the share of reviewed masks is never rounded up to all", () => {
  assert.equal(reviewed({ asked: 0, done: 0 }), 0);
  assert.equal(reviewed({ asked: 1000, done: 999 }), 99);
  assert.equal(reviewed({ asked: 4, done: 4 }), 100);
  assert.deepEqual(
    ["new", "proposed", "review", "done"].map((state) => isOpen({ state })),
    [true, true, false, false],
  );
});
