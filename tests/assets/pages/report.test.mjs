import assert from "node:assert/strict";
import { test } from "node:test";
import { ap, change, comparison, measured, setOf, signed } from "../../../assets/pages/report.js";
import { openPage } from "../browser.mjs";

const line = (name, before, after, more = {}) => ({ name, before, after, ...more });
const result = (values = {}) => ({
  checkpoint: "c",
  name: "round 2",
  before: { AP: 0.4 },
  after: { AP: 0.5 },
  per_category: [],
  per_video: [],
  evaluation: "held-out",
  proven: true,
  ...values,
});
test("an AP is a number from 0 to 1, alone or among statistics, else nothing", () => {
  assert.deepEqual([0.4, { AP: 0.4 }, 0, -1, NaN, null, undefined, { AP: -1 }, "0.4"].map(ap), [
    0.4,
    0.4,
    0,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("a change has its sign and colour, none where it rounds to nothing", async () => {
  await openPage();
  const said = (value) => [signed(value).textContent, signed(value).className];
  assert.deepEqual(said(7.42), ["+7.4", "v-b v-okc"]);
  assert.deepEqual(said(-0.5), ["−0.5", "v-b v-badc"]);
  assert.deepEqual(said(0.04), ["0.0", "v-t2"]);
  assert.deepEqual(said(null), ["–", "v-t3"]);
});

test("bars of the table share one scale, at least five points wide", async () => {
  await openPage();
  const widths = (lines) =>
    comparison(
      result({ per_category: lines, before: { AP: 0.5 }, after: { AP: 0.5 } }),
      "demo",
      "category",
      () => undefined,
    )
      .querySelectorAll(".v-dbar i")
      .map((bar) => [bar.className, Math.round(parseFloat(bar.style.width) * 10) / 10]);
  assert.deepEqual(widths([line("a", 0.1, 0.5), line("b", 0.5, 0.3)]), [
    ["up", 58],
    ["dn", 29],
  ]);
  assert.deepEqual(widths([line("a", 0.5, 0.51)]), [["up", 11.6]]);
  assert.deepEqual(widths([line("a", 0.5, 0.5), line("b", null, 0.5)]), []);
});

test("a category without measure has dashes, and tracks are summed where they are known", async () => {
  await openPage();
  const rows = (lines) =>
    comparison(result({ per_category: lines }), "demo", "category", () => undefined)
      .querySelectorAll("tbody tr")
      .map((tr) => tr.querySelectorAll("td").map((td) => td.textContent));
  assert.deepEqual(rows([line("a", null, 0.5, { tracks: 2 }), line("b", 0.1, 0.2, { tracks: 3 })])[0].slice(0, 2), [
    "All",
    "5",
  ]);
  assert.deepEqual(rows([line("a", null, 0.5, { tracks: 2 })])[1].slice(0, 5), ["a", "2", "–", "50.0", "–"]);
  assert.deepEqual(rows([line("a", 0.4, 0.5)])[1].slice(0, 3), ["a", "40.0", "50.0"]);
});

test("videos it was measured on are named, with how they were held out", async () => {
  await openPage();
  assert.equal(measured(result()), null);
  const said = (evaluation) =>
    measured(result({ evaluation, per_video: [line("pool", { AP: 0.4 }, { AP: 0.5 })] })).textContent;
  assert.equal(said("held-out"), "Measured onby networks that did not learn thempool40.0 → 50.0");
  assert.equal(said("k-fold"), "Measured onby networks that did not learn thempool40.0 → 50.0");
  assert.match(said("last-third"), /its last third/);
});

test("a change is in points and missing where one side is", () => {
  assert.equal(change(0.412, 0.486), 7.4);
  assert.equal(change({ AP: 0.5 }, { AP: 0.45 }), -5);
  assert.equal(change(null, 0.4), null);
  assert.equal(change(-1, 0.4), null);
});

test("a set has its name, or is described where a run recorded none", () => {
  assert.equal(setOf(result({ set: "3 held-out videos" })), "3 held-out videos");
  assert.equal(setOf(result({ evaluation: "held-out" })), "video by video, each by a network that did not learn it");
  assert.equal(
    setOf(result({ evaluation: "k-fold", per_video: [line("a", 0, 0), line("b", 0, 0)] })),
    "2 videos: video by video, each by a network that did not learn it (k-fold)",
  );
});

test("track IoU and identity switches stand beside the AP where they were measured", async () => {
  await openPage();
  const stats = (AP, track_iou, identity_switches) => ({ AP, track_iou, identity_switches });
  const table = (lines) =>
    comparison(
      result({ before: stats(0.4, 0.6, 3), after: stats(0.5, 0.7, 1), per_category: lines }),
      "demo",
      "category",
      () => undefined,
    );
  const found = table([line("fish", stats(0.4, 0.5, 2), stats(0.5, null, 0), { tracks: 3 })]);
  // Nothing was measured for the only category, so the columns are left out.
  assert.equal(found.querySelectorAll("th").length, 6);
  const both = table([line("fish", stats(0.4, 0.5, 2), stats(0.5, 0.55, 0), { tracks: 3 })]);
  assert.deepEqual(
    both
      .querySelectorAll("tbody tr")
      .at(1)
      .querySelectorAll("td")
      .slice(-2)
      .map((td) => td.textContent),
    ["50.0 → 55.0", "2 → 0"],
  );
});

test("a video that is not one of the set is listed, said to be so, and not summed", async () => {
  await openPage();
  const videos = [line("reef", 0.4, 0.5, { tracks: 2 }), line("bay", 0.1, 0.1, { tracks: 5, decides: false })];
  const [all, reef, bay] = comparison(result({ per_video: videos }), "demo", "video", () => undefined)
    .querySelectorAll("tbody tr")
    .map((tr) => tr.querySelectorAll("td").map((td) => td.textContent));
  assert.deepEqual([all[1], reef[0], bay[0]], ["2", "reef", "bay not counted"]);
  assert.match(measured(result({ per_video: videos })).textContent, /reef40\.0.*bay not counted10\.0/);
});
