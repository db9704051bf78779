import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "../../../assets/pages/drop.js";
import { Uploads } from "../../../assets/pages/upload.js";
import { openPage, settle } from "../browser.mjs";

/** Requests that wait for the test to say how they go. */
let wires = [];

class Wire {
  constructor() {
    this.upload = {};
    this.sent = null;
    wires.push(this);
  }
  open(method, path) {
    Object.assign(this, { method, path });
  }
  setRequestHeader() {}
  send(body) {
    this.sent = body;
  }
  abort() {
    this.aborted = true;
  }
  answers(status, text) {
    Object.assign(this, { status, responseText: text });
    this.onload();
  }
}

async function opened(project = "p") {
  const page = await openPage();
  wires = [];
  globalThis.XMLHttpRequest = Wire;
  const events = [];
  const uploads = new Uploads({
    project: () => project,
    changed: () => events.push("changed"),
    done: () => events.push("done"),
  });
  return { page, uploads, events };
}
const file = (name, size = 2_000_000) => ({ name, size });
const text = (upload) => upload.card().textContent;

test("each file is sent to its project under its own name", async () => {
  const { uploads } = await opened();
  const sent = file("a b&c.mp4");
  uploads.add([sent, file("two.mp4")]);
  assert.deepEqual(
    wires.map((wire) => [wire.method, wire.path]),
    [
      ["PUT", "/data/projects/p/videos?name=a%20b%26c.mp4"],
      ["PUT", "/data/projects/p/videos?name=two.mp4"],
    ],
  );
  assert.equal(wires[0].sent, sent);
});

test("a card shows the progress, then that the server reads the file", async () => {
  const { uploads } = await opened();
  uploads.add([file("a.mp4")]);
  assert.match(text(uploads.items[0]), /a\.mp4Uploading 0 %2\.0 MBCancel/);
  wires[0].upload.onprogress({ lengthComputable: true, loaded: 1, total: 4 });
  assert.match(text(uploads.items[0]), /Uploading 25 %/);
  wires[0].upload.onprogress({ lengthComputable: true, loaded: 4, total: 4 });
  assert.match(text(uploads.items[0]), /Reading/);
});

test("a file that arrived is a video: its card goes and the library looks again", async () => {
  const { uploads, events } = await opened();
  uploads.add([file("a.mp4")]);
  wires[0].answers(200, "{}");
  assert.deepEqual([uploads.items.length, events.at(-1)], [0, "done"]);
});

test("a refused file stays with the server's sentence until it is dismissed", async () => {
  const { uploads } = await opened();
  uploads.add([file("notes.mp4")]);
  wires[0].answers(400, '{"error":"notes.mp4 is no video."}');
  const card = uploads.items[0].card();
  assert.equal(card.querySelector("[role=alert]").textContent, "notes.mp4 is no video.");
  assert.match(card.textContent, /Refused/);
  card.querySelector("button").click();
  assert.equal(uploads.items.length, 0);
});

test("an answer without a sentence shows its status, a lost connection that nothing is kept", async () => {
  const { uploads } = await opened();
  uploads.add([file("a.mp4"), file("b.mp4")]);
  wires[0].answers(502, "<html>");
  wires[1].onerror();
  assert.match(text(uploads.items[0]), /The server answered 502 to a\.mp4\./);
  assert.match(text(uploads.items[1]), /nothing of the file was kept/);
});

test("cancelling stops the sending", async () => {
  const { uploads } = await opened();
  uploads.add([file("a.mp4")]);
  uploads.items[0].card().querySelector("button").click();
  assert.deepEqual([wires[0].aborted, uploads.items.length], [true, 0]);
});

test("without a project nothing is sent", async () => {
  const { uploads } = await opened("");
  uploads.add([file("a.mp4")]);
  assert.equal(wires.length, 0);
});

/** A drag over the page. */
function drag(type, values = {}) {
  const event = Object.assign(new Event(type, { cancelable: true }), {
    dataTransfer: { types: ["Files"], files: [file("a.mp4")] },
    ...values,
  });
  (values.over ?? document.body).dispatchEvent(event);
  return event;
}

test("files may be dropped anywhere on the page, which a veil shows", async () => {
  const { page, uploads } = await opened();
  uploads.acceptDrops();
  assert.ok(drag("dragover").defaultPrevented);
  assert.equal(page.text(".v-drop"), "Drop to add to this project");
  drag("dragleave", { relatedTarget: null });
  assert.equal(page.all(".v-drop").length, 0);
  drag("dragover");
  assert.ok(drag("drop").defaultPrevented);
  assert.deepEqual([wires.length, page.all(".v-drop").length], [1, 0]);
});

test("a dragged text and a drag over a form are none of its business", async () => {
  const { page, uploads } = await opened();
  uploads.acceptDrops();
  const sheet = page.place("x");
  sheet.className = "v-sheet";
  assert.equal(drag("dragover", { dataTransfer: { types: ["text/plain"] } }).defaultPrevented, false);
  assert.equal(drag("drop", { over: sheet }).defaultPrevented, false);
  assert.equal(wires.length, 0);
});

test("the sheet's box hands chosen and dropped files to the library", async () => {
  const { page, uploads } = await opened();
  mount(page.place("v-drop"));
  const input = page.find("#v-file");
  Object.defineProperty(input, "files", { value: [file("one.mp4"), file("two.mp4")] });
  input.dispatchEvent(new Event("change"));
  await settle();
  assert.deepEqual([wires.length, input.value], [2, ""]);
  const box = page.find(".v-dropbox");
  drag("dragover", { over: box });
  assert.ok(box.classList.contains("over"));
  drag("drop", { over: box });
  assert.deepEqual([uploads.items.length, box.classList.contains("over")], [3, false]);
});
