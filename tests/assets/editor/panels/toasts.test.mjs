import assert from "node:assert/strict";
import { test } from "node:test";
import { toastShelf } from "../../../../assets/editor/panels/toasts.js";
import { openPage, settle } from "../../browser.mjs";

async function opened() {
  const page = await openPage();
  const app = { keymap: { keyOf: (id) => (id === "nextVideo" ? "Page ↓" : "") } };
  document.body.append(toastShelf(app));
  return { page, toast: app.toast, titles: () => page.all(".v-toast .v-b").map((title) => title.textContent) };
}

test("at most two toasts are shown, the newest last", async () => {
  const { toast, titles } = await opened();
  for (const title of ["a", "b", "c"]) toast({ title });
  assert.deepEqual(titles(), ["b", "c"]);
});

test("a toast takes the place of the one of its name", async () => {
  const { toast, titles } = await opened();
  toast({ title: "Saved 1", name: "saved" });
  toast({ title: "other" });
  toast({ title: "Saved 2", name: "saved" });
  assert.deepEqual(titles(), ["other", "Saved 2"]);
});

test("a fault stays and is read out at once; other toasts go", async () => {
  const { page, toast, titles } = await opened();
  toast({ title: "Not saved", tone: "bad", text: "The disk is full." });
  toast({ title: "Saved" });
  assert.deepEqual(
    page.all(".v-toast").map((one) => one.getAttribute("role")),
    ["alert", "status"],
  );
  await page.later();
  assert.deepEqual(titles(), ["Not saved"]);
});

test("a toast about something under way stays until that is there", async () => {
  const { page, toast, titles } = await opened();
  let arrive;
  toast({ title: "Computing", until: new Promise((done) => (arrive = done)) });
  await page.later();
  assert.deepEqual(titles(), ["Computing"]);
  arrive();
  await settle();
  assert.deepEqual(titles(), []);
});

test("an action runs once and closes its toast, a cross closes it", async () => {
  const { page, toast } = await opened();
  let runs = 0;
  toast({ title: "Deleted", actions: [{ label: "Undo", run: () => (runs += 1), undoes: true }] });
  assert.equal(page.all(".v-undoable").length, 1);
  await page.press("Undo");
  assert.deepEqual([runs, page.all(".v-toast").length], [1, 0]);
  toast({ title: "Deleted" });
  await page.press("Close");
  assert.equal(page.all(".v-toast").length, 0);
});

test("an action names the key that does the same", async () => {
  const { page, toast } = await opened();
  toast({
    title: "done",
    actions: [
      { label: "Next video", command: "nextVideo", run: () => {} },
      { label: "Undo", run: () => {} },
    ],
  });
  assert.deepEqual(
    page.all(".v-toastactions .v-btn").map(({ textContent }) => textContent),
    ["Next videoPage ↓", "Undo"],
  );
});
