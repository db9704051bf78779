import assert from "node:assert/strict";
import { test } from "node:test";
import { editorAddress, mark, tile } from "../../../assets/pages/tracktile.js";
import { openPage } from "../browser.mjs";
import { track } from "./made.mjs";

/** A tile on a page, and what its presses asked for. */
async function shown(values) {
  await openPage();
  const asked = [];
  const context = {
    project: "p",
    me: "person:me",
    category: () => "dog",
    select: (id, extend) => asked.push(["select", id, Boolean(extend)]),
    like: (id) => asked.push(["like", id]),
  };
  const node = tile(track(3, values), context);
  document.body.append(node);
  return { node, asked };
}

test("the address of the editor names the frame of the crop, else the first one", () => {
  const query = (values) => editorAddress("p", track(3, values)).split("?")[1];
  assert.equal(query({}), "project=p&video=v&frame=5&track=3");
  assert.equal(query({ frame: null, first: 8 }), "project=p&video=v&frame=8&track=3");
  assert.equal(query({ frame: null, first: null }), "project=p&video=v&frame=0&track=3");
});

test("the buttons of a tile select it, and sort by it without selecting", async () => {
  const { node, asked } = await shown();
  node.querySelector(".v-tccheck").click();
  node.querySelector(".v-tclike").click();
  assert.deepEqual(asked, [
    ["select", "t3", false],
    ["like", "t3"],
  ]);
});

test("a selected tile says so to the eye and to a screen reader", async () => {
  const { node } = await shown();
  const state = () => [node.classList.contains("on"), node.querySelector(".v-tccheck").getAttribute("aria-checked")];
  mark(node, true);
  assert.deepEqual(state(), [true, "true"]);
  mark(node, false);
  assert.deepEqual(state(), [false, "false"]);
});

test("a track without a mask has no picture and nothing to compare", async () => {
  const { node } = await shown({ mask: null, frame: null });
  assert.deepEqual([node.querySelectorAll("img").length, node.querySelectorAll(".v-tclike").length], [0, 0]);
});
