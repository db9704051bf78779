import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { segmenterButton } from "../../../../assets/editor/panels/segmenter.js";
import { createStore } from "../../../../assets/editor/store.js";
import { openPage, refuse, settle } from "../../browser.mjs";

const LINES = [
  { name: "cursor", title: "Automatic", about: "The surest", reason: "", command: "" },
  {
    name: "own",
    title: "Model of the project",
    about: "",
    reason: "It knows none.",
    command: "python3 launch.py models",
  },
  { name: "grabcut", title: "GrabCut", about: "Colours", reason: "", command: "" },
];

/** The button of the options bar, pressed. */
async function opened(answer = { default: "cursor", prompters: LINES }, segmenter = "cursor") {
  const page = await openPage({ answers: { "GET /data/prompters?project=p": answer } });
  const app = {
    session: createStore({ project: { id: "p" } }),
    preferences: createStore({ segmenter }),
  };
  const button = segmenterButton(app);
  document.body.append(button);
  button.click();
  await settle();
  return { page, app, button };
}

afterEach(() => document.querySelectorAll(".v-pop").forEach((box) => box.hidePopover()));

test("each segmenter is listed, the chosen one is marked and has the focus", async () => {
  const { page, button } = await opened(undefined, "grabcut");
  assert.match(button.textContent, /GrabCut/);
  assert.deepEqual(
    page.all("[role=radio]").map((one) => [one.getAttribute("data-do"), one.getAttribute("aria-checked")]),
    [
      ["cursor", "false"],
      ["own", "false"],
      ["grabcut", "true"],
    ],
  );
  assert.equal(document.activeElement.getAttribute("data-do"), "grabcut");
});

test("a choice is kept and closes the list", async () => {
  const { page, app, button } = await opened();
  page.all("[role=radio]")[2].click();
  await settle();
  assert.equal(app.preferences.now.segmenter, "grabcut");
  assert.match(button.textContent, /GrabCut/);
  assert.equal(page.all(".v-segmenters").length, 0);
});

test("what cannot run gives its reason and the command that mends it, which can be copied, and is not chosen", async () => {
  const { page, app } = await opened();
  const line = page.all("[role=radio]")[1];
  assert.equal(line.getAttribute("aria-disabled"), "true");
  assert.match(line.textContent, /It knows none\./);
  line.click();
  assert.equal(app.preferences.now.segmenter, "cursor");
  const copied = [];
  Object.defineProperty(globalThis, "navigator", {
    value: { clipboard: { writeText: async (text) => copied.push(text) } },
    configurable: true,
  });
  page.find(".v-segcommand").click();
  await settle();
  assert.deepEqual(copied, ["python3 launch.py models"]);
  assert.match(page.find(".v-segcommand").textContent, /Copied/);
  assert.equal(page.all(".v-segcommand").length, 1);
});

test("a server that does not answer is named in the list", async () => {
  const { page } = await opened(refuse("The server is busy.", 503));
  assert.match(page.text(".v-segmenters"), /The server is busy\./);
});
