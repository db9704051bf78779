import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, planOf, query } from "../../../assets/pages/exportplan.js";
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
const PLAN = "GET /data/projects/p/export-plan?";

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
  );
}

async function opened(answers, choices) {
  const page = await openPage({ address: "/exchange/?project=p", answers: { ...known(), ...answers } });
  document.body.append(fields(choices));
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

test("the choices of the form are the query", async () => {
  await opened({ [`${PLAN}version=2021`]: NUMBERS });
  assert.equal(query(), "version=2021");
});

test("a project that has nothing to export says why", async () => {
  const page = await opened({ [`${PLAN}version=2021`]: { reason: "This project has no videos yet." } });
  assert.match(page.text("#v-exportplan"), /This project has no videos yet\./);
});

test("reviewed masks, whole videos and a stride are asked for", async () => {
  const asked = "reviewed_only=true&unknown=videos&version=2021&stride=5";
  const choices = { what: "Only reviewed masks", unknown: "Leave out the video", stride: "5" };
  const page = await opened({ [`${PLAN}${asked}`]: NUMBERS }, choices);
  assert.equal(query(), asked);
  assert.match(page.text("#v-exportplan"), /1,705masks/);
});

test("a stride that is none is not asked for", async () => {
  await opened({ [`${PLAN}version=2021`]: NUMBERS }, { stride: "x" });
  assert.equal(query(), "version=2021");
});

test("a refusal is shown in place of the numbers", async () => {
  const sentence = "No category of this project has a place in YouTube-VIS 2021 (bee).";
  const page = await opened({ [`${PLAN}version=2021`]: refuse(sentence) });
  assert.match(page.text("#v-exportplan"), /No category of this project has a place/);
});
