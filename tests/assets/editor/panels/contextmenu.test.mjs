import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "../../browser.mjs";
import { COMMANDS } from "../../../../assets/editor/commands/index.js";
import { entriesOf } from "../../../../assets/editor/panels/contextmenu.js";
import { PANEL_COMMANDS } from "../../../../assets/editor/panels/commands.js";
import { spanOf } from "../../../../assets/editor/panels/trackrow.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const ALL = [...COMMANDS, ...PANEL_COMMANDS];

function menu(place, reason = () => null, track = { number: 1 }) {
  const ran = [];
  const registry = {
    offered: (wanted) => ALL.filter(({ places = ["palette"] }) => places.includes(wanted)),
    reason,
    run: (id) => ran.push(id),
  };
  return {
    entries: entriesOf({ registry, keymap: { keyOf: (id) => (id === "accept" ? "A" : "") }, track }, place),
    ran,
  };
}

test("a menu has the commands of its place, in groups with lines between them", async () => {
  await openPage();
  const { entries, ran } = menu("row");
  const names = entries.map((entry) => entry?.name ?? "-");
  assert.equal(names[0], "accept");
  assert.ok(names.includes("renameTrack") && !names.includes("keyFrame"));
  assert.ok(!names.join(" ").includes("- -") && names.at(-1) !== "-");
  assert.ok(names.indexOf("relabel") < names.indexOf("zoomToTrack"), "one group stays together");
  entries[0].run();
  assert.deepEqual(ran, ["accept"]);
  assert.equal(entries[0].note.textContent, "A");
});

test("what cannot run has its reason", async () => {
  await openPage();
  const { entries } = menu("canvas", (id) => (id === "accept" ? "Select a track first." : null));
  assert.equal(entries.find((entry) => entry?.name === "accept").reason, "Select a track first.");
  assert.equal(entries.find((entry) => entry?.name === "fit").reason, null);
});

test("without a track the menu has only what can run, and no line before or after it", async () => {
  await openPage();
  const needsTrack = (id) => (id === "newTrack" || id === "fit" ? null : "Select a track first.");
  const names = menu("canvas", needsTrack, null).entries.map((entry) => entry?.name ?? "-");
  assert.deepEqual(names, ["newTrack", "-", "fit"]);
});

test("a row names the frames from the first mask to the last", () => {
  const document = smallDocument([
    sentTrack(1, [sentRow(2), sentRow(3), sentRow(7)]),
    sentTrack(2, [sentRow(4)]),
    sentTrack(3, [sentRow(4, { state: 0, hash: null })]),
  ]);
  assert.deepEqual(document.list().map(spanOf), ["2 – 7", "frame 4", "no masks"]);
});
