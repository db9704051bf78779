import assert from "node:assert/strict";
import { test } from "node:test";
import { CHANGED, choices, mount, planOf } from "../../../assets/pages/exportplan.js";
import { h } from "../../../assets/kit/dom.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { known } from "./made.mjs";

const NUMBERS = {
  videos: 2,
  frames: 1,
  tracks: 5,
  masks: 1705,
  sentences: {
    inside: ["2 videos, 1 frame, 5 tracks and 1705 masks are in the file.", "3 entries are null, which means absent."],
    outside: ["705 masks that nobody judged stay here."],
    taken_for_background: [],
  },
};
const PLAN = "POST /data/projects/p/export-plan";
const PROJECT = {
  "GET /data/projects/p": {
    videos: [{ name: "street" }, { name: "pond" }],
    categories: [{ name: "dog" }, { name: "duck" }],
  },
};

/** The form's fields, as Gradio draws them. */
function fields({ what = "All masks that are not rejected", unknown = "Leave out the frame", stride = "" } = {}) {
  const radio = (id, value) => {
    const input = h("input", { type: "radio" });
    Object.assign(input, { value, checked: true });
    return h("div", { id }, input);
  };
  return h(
    "div",
    null,
    radio("v-export-what", what),
    radio("v-export-unknown", unknown),
    radio("v-export-ids", "Automatic"),
    radio("v-export-version", "2021"),
    h("div", { id: "v-export-stride" }, Object.assign(h("input"), { value: stride })),
    h("div", { id: "v-export-chosen" }, Object.assign(h("input"), { value: "" })),
  );
}

async function opened(answers, chosen) {
  const page = await openPage({ address: "/exchange/?project=p", answers: { ...known(), ...PROJECT, ...answers } });
  document.body.append(fields(chosen));
  await mount(page.place("v-exportplan"));
  await settle();
  return page;
}

test("the numbers and the sentences of the plan are shown, empty headings are not", async () => {
  await openPage();
  const text = h("div", null, ...planOf(NUMBERS)).textContent;
  assert.match(text, /2videos1frame5tracks1,705masks/);
  assert.match(text, /In the file3 entries are null, which means absent\.Left out705 masks that nobody judged/);
  assert.doesNotMatch(text, /Background/);
});

test("the choices of the form are asked for", async () => {
  const page = await opened({ [PLAN]: NUMBERS });
  assert.deepEqual(choices(), { version: "2021" });
  assert.ok(page.calls.includes(`${PLAN} {"version":"2021"}`));
});

test("a project that has nothing to export says why", async () => {
  const page = await opened({ [PLAN]: { reason: "This project has no videos yet." } });
  assert.match(page.text("#v-exportplan"), /This project has no videos yet\./);
});

test("reviewed masks, whole videos and a stride are asked for", async () => {
  const chosen = { what: "Only reviewed masks", unknown: "Leave out the video", stride: "5" };
  const page = await opened({ [PLAN]: NUMBERS }, chosen);
  assert.deepEqual(choices(), { reviewed_only: true, unknown: "videos", version: "2021", stride: 5 });
  assert.match(page.text("#v-exportplan"), /1,705masks/);
});

test("a stride that is none is not asked for", async () => {
  await opened({ [PLAN]: NUMBERS }, { stride: "x" });
  assert.deepEqual(choices(), { version: "2021" });
});

test("videos and categories can be left out, and the numbers follow", async () => {
  const page = await opened({ [PLAN]: (body) => ({ ...NUMBERS, videos: body.videos?.length ?? 2 }) });
  assert.match(page.text("#v-pick-videos summary"), /Videos all 2/);
  const [pond] = page.all("#v-pick-videos input");
  pond.checked = false;
  pond.dispatchEvent(new Event("change"));
  assert.deepEqual(choices(), { version: "2021", videos: ["street"] });
  assert.match(page.text("#v-pick-videos summary"), /Videos 1 of 2/);
  await page.press("None", "#v-pick-categories");
  assert.deepEqual(choices().categories, []);
  await page.press("All", "#v-pick-categories");
  await page.later();
  assert.deepEqual(choices(), { version: "2021", videos: ["street"] });
  assert.match(page.text("#v-exportplan"), /1videos?/);
  await page.press("All", "#v-pick-videos");
  assert.equal(page.find("#v-export-chosen input").value, "", "all names are not listed");
});

test("when the project has changed, its numbers and names follow; what was left out stays out", async () => {
  const project = structuredClone(PROJECT["GET /data/projects/p"]);
  let asked = [];
  const page = await opened({
    [PLAN]: (body) => (asked.push(body), { ...NUMBERS, videos: project.videos.length }),
    "GET /data/projects/p": () => project,
  });
  assert.match(page.text(), /2videos/);
  const first = page.find("#v-pick-videos input");
  first.checked = false;
  first.dispatchEvent(new Event("change"));
  project.videos.push({ name: "yard" });
  asked = [];
  window.dispatchEvent(new Event(CHANGED));
  await settle();
  assert.match(page.text(), /3videos/);
  assert.deepEqual(
    [...page.all("#v-pick-videos label")].map((one) => one.textContent),
    ["pond", "street", "yard"],
  );
  assert.deepEqual(
    [...page.all("#v-pick-videos input")].map((one) => one.checked),
    [false, true, true],
  );
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  await settle();
  assert.equal(asked.length, 2);
});

test("a refusal is shown in place of the numbers", async () => {
  const sentence = "No category of this project has a place in YouTube-VIS 2021 (bee).";
  const page = await opened({ [PLAN]: refuse(sentence) });
  assert.match(page.text("#v-exportplan"), /No category of this project has a place/);
});
