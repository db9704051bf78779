import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "../../browser.mjs";
import { COMMANDS } from "../../../../assets/editor/commands/index.js";
import { columnsOf } from "../../../../assets/editor/panels/contextmenu.js";
import { pinsOf } from "../../../../assets/editor/panels/comments.js";
import { PANEL_COMMANDS } from "../../../../assets/editor/panels/commands.js";
import { spanOf } from "../../../../assets/editor/panels/trackrow.js";
import { createStore } from "../../../../assets/editor/store.js";
import { VERBS } from "../../../../assets/editor/verbs/index.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";

const ALL = [...COMMANDS, ...VERBS, ...PANEL_COMMANDS];
const VERBS_IN_TIME = [
  "merge",
  "join",
  "split",
  "splitSpace",
  "swap",
  "endHere",
  "startHere",
  "absent",
  "absentUntilBack",
  "duplicate",
  "copyMask",
  "pasteMask",
  "copyOnward",
  "interpolate",
  "endToHere",
  "renameTrack",
  "recolour",
  "relabel",
  "relabelAll",
  "hide",
  "lock",
  "solo",
  "hideCategory",
  "lockCategory",
  "soloCategory",
  "versions",
];

function menu(place, reason = () => null, track = { number: 1 }) {
  const ran = [];
  const registry = {
    offered: (wanted) => ALL.filter(({ places = ["palette"] }) => places.includes(wanted)),
    reason,
    run: (id) => ran.push(id),
  };
  const view = createStore({ pointer: [4, 7] });
  const app = { registry, keymap: { keyOf: (id) => (id === "accept" ? "A" : "") }, track, view };
  return { app, columns: columnsOf(app, place), ran };
}

test("a comment from the menu of the picture may be pinned to the point where the menu was asked for", async () => {
  await openPage();
  for (const [place, point] of [
    ["canvas", [4, 7]],
    ["lane", null],
  ]) {
    const { app, columns } = menu(place);
    // The way to the entry leaves the picture.
    app.view.set({ pointer: null, frame: 0 });
    let pins = [];
    app.registry.run = () => (pins = pinsOf(app));
    const entry = columns.flat().find((one) => one?.name === "comment");
    entry.run();
    assert.deepEqual(pins.find(({ label }) => label === "Point")?.point ?? null, point);
    assert.equal(app.view.now.pointer, null, "it is still elsewhere");
  }
});

test("a menu has the commands of its place, in groups with lines between them", async () => {
  await openPage();
  const { columns, ran } = menu("row");
  const [entries] = columns;
  const names = entries.map((entry) => entry?.name ?? "-");
  assert.equal(names[0], "accept");
  assert.ok(names.includes("renameTrack") && !names.includes("flicker"));
  assert.ok(!names.join(" ").includes("- -") && names.at(-1) !== "-");
  assert.ok(names.indexOf("relabel") < names.indexOf("zoomToTrack"), "one group stays together");
  entries[0].run();
  assert.deepEqual(ran, ["accept"]);
  assert.equal(entries[0].note.textContent, "A");
});

test("what cannot run has its reason", async () => {
  await openPage();
  const entries = menu("canvas", (id) => (id === "accept" ? "Select a track first." : null)).columns.flat();
  assert.equal(entries.find((entry) => entry?.name === "accept").reason, "Select a track first.");
  assert.equal(entries.find((entry) => entry?.name === "fit").reason, null);
});

test("without a track the menu has only what can run, and no line before or after it", async () => {
  await openPage();
  const needsTrack = (id) => (id === "newTrack" || id === "fit" ? null : "Select a track first.");
  const { columns } = menu("canvas", needsTrack, null);
  assert.deepEqual(
    columns.map((entries) => entries.map((entry) => entry?.name ?? "-")),
    [["newTrack", "-", "fit"]],
    "one column",
  );
});

test("every verb has a key, and is in the palette and in the menus of lane, row and canvas", async () => {
  await openPage();
  const menus = ["lane", "row", "canvas"].map((place) => menu(place).columns);
  for (const id of VERBS_IN_TIME) {
    const { keys = [], places = [] } = ALL.find((command) => command.id === id);
    assert.ok(keys.length && places.includes("palette"), id);
    for (const columns of menus) assert.equal(columns.flat().filter((entry) => entry?.name === id).length, 1, id);
  }
});

test("the columns of a menu have everything that its place offers, and nearly the same length", async () => {
  await openPage();
  for (const place of ["lane", "row", "canvas"]) {
    const { columns } = menu(place);
    const offered = ALL.filter(({ places = [] }) => places.includes(place)).length;
    assert.equal(columns.flat().filter(Boolean).length, offered);
    const [left, right] = columns.map(({ length }) => length);
    assert.ok(columns.length === 2 && Math.abs(left - right) <= 10, `${place}: ${left}, ${right}`);
  }
});

test("a row names the frames from the first mask to the last", () => {
  const document = smallDocument([
    sentTrack(1, [sentRow(2), sentRow(3), sentRow(7)]),
    sentTrack(2, [sentRow(4)]),
    sentTrack(3, [sentRow(4, { state: 0, hash: null })]),
  ]);
  assert.deepEqual(document.list().map(spanOf), ["2 – 7", "frame 4", "no masks"]);
});
