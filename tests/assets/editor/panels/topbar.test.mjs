import assert from "node:assert/strict";
import { test } from "node:test";
import { saveState } from "../../../../assets/editor/panels/topbar.js";
import { createStore } from "../../../../assets/editor/store.js";
import { openPage, settle } from "../../browser.mjs";

/** The save state of an editor that has saved everything. */
async function opened() {
  const page = await openPage();
  const session = createStore({ saving: "saved", waiting: 0, obstacle: "", phase: "ready" });
  const element = saveState({ session });
  document.body.append(element);
  /** The next change, and what then can be read. */
  const after = async (change) => {
    session.set(change);
    await settle();
    return element.textContent;
  };
  return { page, element, after };
}

test("edits that come faster than one can read do not put off the word that they are being saved", async () => {
  const { page, element, after } = await opened();
  assert.equal(await after({ saving: "saving", waiting: 1 }), "Saved");
  assert.deepEqual(page.pauses, [250]);
  for (const waiting of [2, 3, 4]) assert.equal(await after({ waiting }), "Saved");
  assert.deepEqual(page.pauses, [250], "the first one's pause runs on, alone");
  await page.later();
  assert.equal(element.textContent, "Saving, 4 left");
  assert.equal(await after({ waiting: 1 }), "Saving…");
  assert.equal(await after({ saving: "saved", waiting: 0 }), "Saved");
});

test("what is saved sooner says nothing, and the next edit waits its own time", async () => {
  const { page, element, after } = await opened();
  await after({ saving: "saving", waiting: 1 });
  await after({ saving: "saved", waiting: 0 });
  assert.deepEqual(page.pauses, []);
  await after({ saving: "saving", waiting: 1 });
  assert.deepEqual(page.pauses, [250]);
  await page.later();
  assert.equal(element.textContent, "Saving…");
});

test("that the server does not answer is said at once", async () => {
  const { page, after } = await opened();
  await after({ saving: "saving", waiting: 1 });
  assert.equal(await after({ saving: "offline", waiting: 2 }), "Offline, 2 waiting");
  assert.deepEqual(page.pauses, []);
});
