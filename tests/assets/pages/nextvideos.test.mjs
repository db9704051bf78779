import assert from "node:assert/strict";
import { test } from "node:test";
import { Library } from "../../../assets/pages/library.js";
import { Choices, SORTS } from "../../../assets/pages/filters.js";
import { NextVideos } from "../../../assets/pages/nextvideos.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { counts, known, project, video } from "./made.mjs";

const NEXT = {
  videos: [
    { id: "b", gain: 0.8, reasons: ["About 7 likely errors per 100 masks.", "It looks unlike the corrected videos."] },
    { id: "a", gain: 0.3, reasons: ["The model is fairly sure in it."] },
  ],
  unsearched: 0,
  outdated: 0,
  checkpoint: "round 1",
};
const proposed = (id) => video(id, { state: "proposed", counts: counts({ unreviewed: 5 }), tracks: 1 });
const VIDEOS = [video("done", { state: "done" }), proposed("a"), proposed("b")];

async function opened(next = NEXT, answers = {}) {
  const page = await openPage({
    address: "/?project=p",
    answers: {
      ...known(),
      "GET /data/projects/p": project(VIDEOS.map((one) => ({ ...one }))),
      "GET /data/projects/p/next": next,
      ...answers,
    },
  });
  const library = new Library(page.place("v-library").querySelector("#v-library"));
  await library.start();
  await settle();
  return { page, library };
}

test("the line above the videos names the first one and why, and leads to its review", async () => {
  const { page } = await opened();
  assert.match(page.text("#v-next"), /Suggested nextvideo bAbout 7 likely errors per 100 masks\. It looks unlike/);
  const link = page.find("#v-review-next");
  assert.match(link.getAttribute("href"), /^\/review\/\?project=p&video=b$/);
});

test("in the suggested order the videos have their places, reviewed ones come last", async () => {
  const { page, library } = await opened();
  const cards = page.all(".v-tile");
  library.next.facts = { ...NEXT, videos: NEXT.videos.toReversed() };
  library.draw();
  assert.deepEqual(page.all(".v-tile"), cards, "in another order the same cards stay");
  library.next.facts = NEXT;
  library.choices.sort = "next";
  library.draw();
  assert.deepEqual(
    page.all("a.v-vc").map((card) => card.dataset.video),
    ["b", "a", "done"],
  );
  assert.deepEqual(
    page.all(".v-why b").map((one) => one.textContent),
    ["1", "2"],
  );
  assert.equal(page.find("[data-sort=next]").querySelectorAll(".v-why").length, 2);
});

test("videos without a place keep their order among each other", () => {
  const videos = ["x", "y", "z"].map((id) => video(id));
  videos[2].place = 1;
  assert.deepEqual(
    videos.sort(SORTS.next.by).map(({ id }) => id),
    ["z", "x", "y"],
  );
});

test("after a promotion one press proposes again for what nobody judged", async () => {
  const { page } = await opened(
    { ...NEXT, outdated: 2 },
    { "POST /data/projects/p/propose-again": { jobs: 2, checkpoint: "round 1" } },
  );
  assert.match(page.text("#v-next"), /2 unreviewed videos have proposals of another checkpoint than round 1/);
  await page.press("Propose again with round 1");
  await settle();
  assert.match(page.text(".v-notice"), /2 videos are proposed again; what people judged stays\./);
});

test("what waits to be proposed again is counted, and one press stops it", async () => {
  const { page } = await opened({ ...NEXT, again: 2 }, { "POST /data/projects/p/propose-again/stop": { jobs: 2 } });
  assert.match(
    page.text("#v-next"),
    /2 unreviewed videos are still to be proposed again with round 1; other jobs go first\./,
  );
  assert.equal(page.all("#v-in-order").length, 0, "the videos are on this page");
  await page.press("Stop");
  await settle();
  assert.match(page.text(".v-notice"), /2 videos stay as before\./);
});

test("a link may ask for the suggested order", async () => {
  await openPage({ address: "/?project=p&sort=next" });
  assert.equal(new Choices().sort, "next");
  await openPage({ address: "/?project=p&sort=nonsense" });
  assert.equal(new Choices().sort, "added");
});

test("videos that were not searched are searched at one press", async () => {
  const { page } = await opened({ ...NEXT, unsearched: 1 }, { "POST /data/projects/p/search": { jobs: 1 } });
  assert.match(page.text("#v-next"), /1 video was not searched for likely errors yet, so the order is a guess\./);
  await page.press("Search them");
  await settle();
  assert.match(page.text(".v-notice"), /1 video is searched; the order follows\./);
});

test("a refusal to propose again is shown", async () => {
  const { page } = await opened(
    { ...NEXT, outdated: 1 },
    { "POST /data/projects/p/propose-again": refuse("There is no checkpoint.") },
  );
  await page.press("Propose again with round 1");
  await settle();
  assert.match(page.text(".v-notice.bad"), /There is no checkpoint\./);
});

test("where nothing is proposed yet there is no line", async () => {
  const fresh = { ...NEXT, videos: [{ id: "n", gain: 0.5, reasons: ["No proposals yet."] }] };
  const next = new NextVideos({ changed: () => {}, queued: () => {}, failed: () => {} });
  next.facts = fresh;
  const videos = [video("n"), video("m")];
  next.mark(videos);
  assert.equal(next.line(videos, false), null);
});

test("an order that cannot be had leaves the videos as they are", async () => {
  const { page, library } = await opened(NEXT, { "GET /data/projects/p/next": refuse("too busy", 503) });
  assert.equal(page.all("#v-next").length, 0);
  assert.equal(page.all("a.v-vc").length, 3);
  library.choices.sort = "next";
  library.draw();
  assert.match(page.text(".v-note.bad"), /The order could not be worked out: too busy/);
});
