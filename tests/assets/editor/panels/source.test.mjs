import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceNotice } from "../../../../assets/editor/panels/source.js";
import { createStore } from "../../../../assets/editor/store.js";
import { openPage, settle } from "../../browser.mjs";

/** A video whose file is gone; `answer` is what the server says to another path. */
async function lost(answer) {
  const page = await openPage();
  const asked = [];
  globalThis.fetch = async (address, init) => {
    asked.push([address, JSON.parse(init.body)]);
    return answer();
  };
  const video = { id: "v", path: "/clips/a.mp4", problem: "a.mp4 is not there." };
  const app = {
    session: createStore({ problem: "", phase: "ready", video }),
    view: createStore({ frame: 7 }),
    track: null,
    opened: [],
    open: async (...place) => app.opened.push(place),
    toasts: [],
    toast: (message) => app.toasts.push(message.title),
  };
  document.body.append(sourceNotice(app));
  await page.press("Point elsewhere…");
  const coding = page.find(".v-pointing label.v-t2");
  return { page, app, asked, coding };
}

const refusal = (body) => new Response(JSON.stringify(body), { status: 400 });

test("only a refusal of the pixels offers that it is the same video, coded again; its words do not matter", async () => {
  const said = { error: "Frame 3 of the file has another look.", kind: "other_pixels" };
  const { page, coding, asked } = await lost(() => refusal(said));
  assert.equal(coding.hidden, true);
  await page.type(".v-pointing .v-field input", "/clips/b.mp4");
  await page.press("Use this");
  assert.deepEqual(
    [page.text(".v-refusal"), page.find(".v-refusal").hidden, coding.hidden],
    [said.error, false, false],
  );
  page.find(".v-pointing label.v-t2 input").checked = true;
  await page.press("Use this");
  assert.deepEqual(
    asked.map(([address, body]) => [address, body.path, body.other_pixels]),
    [
      ["/data/videos/v/source", "/clips/b.mp4", false],
      ["/data/videos/v/source", "/clips/b.mp4", true],
    ],
  );
});

test("another refusal does not, even if it speaks of pictures", async () => {
  const { page, coding } = await lost(() => refusal({ error: "b.mp4 has 3 frames and shows another picture." }));
  await page.press("Use this");
  assert.deepEqual([coding.hidden, page.find(".v-refusal").hidden], [true, false]);
});

test("what was ticked for one file does not count for another once it is out of sight", async () => {
  const kinds = ["other_pixels", undefined];
  const { page, asked } = await lost(() => refusal({ error: "No.", kind: kinds.shift() }));
  await page.press("Use this");
  page.find(".v-pointing label.v-t2 input").checked = true;
  await page.press("Use this");
  await page.press("Use this");
  assert.deepEqual(
    asked.map(([, body]) => body.other_pixels),
    [false, true, false],
  );
});

test("a path that is taken opens the video again where it was", async () => {
  const { page, app } = await lost(() => new Response("{}"));
  await page.press("Use this");
  await settle();
  assert.deepEqual(app.opened, [["v", 7, null]]);
  assert.deepEqual(app.toasts, ["The pictures are back"]);
  assert.equal(page.find(".v-pointing").hidden, true);
});
