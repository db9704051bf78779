import assert from "node:assert/strict";
import { test } from "node:test";
import { filesOf, takeDrops } from "../../../assets/pages/dropfolder.js";
import { h } from "../../../assets/kit/dom.js";
import { openPage, settle } from "../browser.mjs";

const file = (path, text = path) => ({
  name: path.split("/").at(-1),
  fullPath: `/${path}`,
  isFile: true,
  file: (done) => done(new File([text], path.split("/").at(-1))),
});
/** A folder that gives two entries at a time, as a browser gives a hundred. */
const folder = (path, ...entries) => ({
  name: path.split("/").at(-1),
  fullPath: `/${path}`,
  isFile: false,
  createReader() {
    const left = [...entries];
    return { readEntries: (done) => done(left.splice(0, 2)) };
  },
});
const item = (entry) => ({ kind: "file", webkitGetAsEntry: () => entry, getAsFile: () => null });

/** The page with the form, and what `drop(items)` puts into its field. */
async function opened({ chosen = false } = {}) {
  const page = await openPage();
  const input = h("input", { type: "file" });
  const changes = [];
  input.addEventListener("change", () => changes.push(input.files));
  page.document.body.append(h("div", { id: "v-import-file" }, chosen ? "a.json" : input));
  const line = h("p.v-msg", { "data-sheet": "found", hidden: true });
  page.document.body.append(line);
  globalThis.DataTransfer = class {
    constructor() {
      this.files = [];
      this.items = { add: (one) => this.files.push(one) };
    }
  };
  takeDrops();
  const drop = async (...items) => {
    const event = { type: "drop", dataTransfer: { items }, stopped: false };
    Object.assign(event, { preventDefault() {}, stopImmediatePropagation: () => (event.stopped = true) });
    const before = changes.length;
    line.dataset.kind = "";
    dispatchEvent(event);
    // Reading a file takes turns of its own.
    for (let turn = 0; turn < 20 && event.stopped && changes.length === before && line.dataset.kind !== "error"; turn++)
      await settle();
    return event;
  };
  return { drop, changes, line };
}

test("a folder becomes an archive of its name, without what systems put there", async () => {
  const page = await opened();
  const set = folder(
    "set",
    file("set/b.json"),
    file("set/.DS_Store"),
    folder("set/va", file("set/va/0.png")),
    file("set/a"),
  );
  assert.equal((await page.drop(item(set))).stopped, true);
  const [[archive]] = page.changes;
  assert.equal(archive.name, "set.zip");
  const text = await archive.text();
  for (const name of ["set/a", "set/b.json", "set/va/0.png"]) assert.ok(text.includes(name), name);
  assert.ok(!text.includes("DS_Store"));
  assert.match(page.line.textContent, /Uploading set\.zip/);
});

test("a single file stays as it is, several ones go together", async () => {
  const page = await opened();
  await page.drop(item(file("in.json", "{}")));
  assert.equal(page.changes[0][0].name, "in.json");
  assert.equal(await page.changes[0][0].text(), "{}");
  await page.drop(item(file("in.json")), item(folder("frames", file("frames/0.png"))));
  assert.equal(page.changes[1][0].name, "files.zip");
  assert.ok((await page.changes[1][0].text()).includes("frames/0.png"));
});

test("a file without an entry is taken too, and text that is dropped is none of its business", async () => {
  const page = await opened();
  await page.drop({ kind: "file", webkitGetAsEntry: () => null, getAsFile: () => new File(["x"], "a.xml") });
  assert.equal(page.changes[0][0].name, "a.xml");
  assert.equal((await page.drop({ kind: "string" })).stopped, false);
});

test("an empty folder, and a file beside the chosen one, are sentences", async () => {
  const empty = await opened();
  await empty.drop(item(folder("set", folder("set/va"))));
  assert.match(empty.line.textContent, /no file in what was dropped/);
  const chosen = await opened({ chosen: true });
  await chosen.drop(item(file("b.json")));
  assert.match(chosen.line.textContent, /A file is chosen already/);
});

test("a folder that the browser cannot read is a sentence", async () => {
  const page = await opened();
  const broken = {
    ...folder("set"),
    createReader: () => ({ readEntries: (_, failed) => failed(new Error("no access")) }),
  };
  await page.drop(item(broken));
  assert.match(page.line.textContent, /no access/);
});

test("the files of a folder come in the order of their names", async () => {
  const set = folder("s", file("s/c"), file("s/a"), folder("s/b", file("s/b/2"), file("s/b/10"), file("s/b/1")));
  assert.deepEqual(
    (await filesOf(set)).map((one) => one.path),
    ["s/a", "s/b/1", "s/b/10", "s/b/2", "s/c"],
  );
});
