import assert from "node:assert/strict";
import { test } from "node:test";
import { steadying } from "../../../../assets/editor/panels/propose.js";
import { createStore } from "../../../../assets/editor/store.js";
import { openPage, settle } from "../../browser.mjs";

/** The choice, and the questions to the server that are out. */
async function opened() {
  await openPage();
  const [out, taken, toasts] = [[], [], []];
  const app = { preferences: createStore({ steady: true }), toast: ({ title }) => toasts.push(title) };
  const ask = () => new Promise((answer, fail) => out.push({ answer, fail }));
  const label = steadying(app, { unsteady: null }, { ask, take: (answer) => taken.push(answer) });
  const box = label.querySelector("input");
  const choose = (checked) => {
    box.checked = checked;
    box.dispatchEvent(new Event("change"));
  };
  return { app, choose, out, taken, toasts };
}

test("of two answers the one to the last choice stays, whichever comes first", async () => {
  const { app, choose, out, taken } = await opened();
  choose(false);
  choose(true);
  assert.equal(app.preferences.now.steady, true);
  out[1].answer("steady");
  await settle();
  out[0].answer("not steady");
  await settle();
  assert.deepEqual(taken, ["steady"]);
});

test("a failure of the last question is told, one of a question before it is not", async () => {
  const { choose, out, taken, toasts } = await opened();
  choose(false);
  choose(true);
  out[0].fail(new Error("Away."));
  await settle();
  assert.deepEqual(toasts, []);
  out[1].fail(new Error("Away."));
  await settle();
  assert.deepEqual([toasts, taken], [["Propose has no answer"], []]);
});
