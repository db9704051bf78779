import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS } from "../../../../assets/kit/kinds.js";
import { cutOut, openVersions } from "../../../../assets/editor/panels/versions.js";
import { iconMarkup } from "../../../../assets/look/icons.js";
import { openPage, settle } from "../../browser.mjs";
import { FakeElement } from "../../elements.mjs";
import { smallDocument } from "../memory.mjs";

test("a picture shows the mask with room around it, in its own shape", () => {
  for (const box of [
    [10, 10, 30, 20],
    [0, 0, 4, 90],
    [5, 5, 6, 6],
  ]) {
    const [x0, y0, x1, y1] = cutOut(box);
    assert.ok(x0 < box[0] && y0 < box[1] && x1 > box[2] && y1 > box[3]);
    assert.ok(Math.abs((x1 - x0) / (y1 - y0) - 1.5) < 1e-9);
    assert.deepEqual([(x0 + x1) / 2, (y0 + y1) / 2], [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
  }
});

test("every kind of edit has a word and an icon", () => {
  for (const kind of ["merge", "join", "split", "swap", "start", "end", "extend", "trim", "copy", "paste"])
    assert.ok(iconMarkup(KINDS[kind][0], 16).length > 60, kind);
  for (const kind of ["duplicate", "interpolate", "restore", "recolour", "absent"]) assert.ok(KINDS[kind], kind);
});

test("a long list of versions says that there are older ones, and shows them on demand", async () => {
  const line = (number) => ({
    number,
    kind: "brush",
    author: "ann",
    created: 1,
    undone: false,
    frame: null,
    mask: null,
  });
  const below = (first, count) => ({ versions: Array.from({ length: count }, (_, i) => line(first - i)) });
  const address = "GET /data/videos/v/tracks/t1/versions?limit=60";
  await openPage({ answers: { [address]: below(100, 60), [`${address}&before=41`]: below(40, 3) } });
  globalThis.devicePixelRatio = 1;
  FakeElement.prototype.scrollIntoView = () => {};
  const document = smallDocument();
  const root = globalThis.document.createElement("main");
  globalThis.document.body.append(root);
  const app = { root, document, track: document.tracks.get("t1"), session: { now: { video: { id: "v" } } } };
  openVersions(app);
  await settle();
  const list = globalThis.document.querySelector(".v-versions");
  assert.equal(list.children.length, 61, "60 versions, and the way to older ones");
  const [first, second] = list.children;
  const older = list.children.at(-1);
  assert.match(older.textContent, /Show older versions/);
  older.focus();
  older.click();
  older.click();
  await settle();
  assert.equal(list.children.length, 63);
  assert.ok(list.children[0] === first && list.children[1] === second, "no picture is drawn again");
  assert.equal(globalThis.document.activeElement, list, "the keys work on");
  assert.doesNotMatch(list.textContent, /older/);
});
