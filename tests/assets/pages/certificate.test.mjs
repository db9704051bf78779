import assert from "node:assert/strict";
import { test } from "node:test";
import { certificates } from "../../../assets/pages/certificate.js";
import { openPage } from "../browser.mjs";

const sound = { title: "TrackEval", right: true, trains: null, verdict: "reads", findings: [] };
const idle = {
  title: "TeViT",
  right: true,
  trains: false,
  verdict: "reads, does not train",
  findings: [{ level: "does not train", where: "videos", text: "no video has 5 frames with a box", others: 2 }],
};
const failing = {
  title: "VisTR",
  right: false,
  trains: false,
  verdict: "fails",
  findings: [{ level: "fails", where: "annotations[7].areas", text: "`areas` is missing (KeyError)", others: 0 }],
};

test("an export without files has no certificate", async () => {
  await openPage();
  assert.equal(certificates(undefined), null);
  assert.equal(certificates([]), null);
});

test("a sound file is folded, with all loaders", async () => {
  await openPage();
  const found = certificates([{ file: "instances.json", sound: true, loaders: [sound] }]);
  assert.match(found.textContent, /^Loaders: all 1 read it/);
  assert.ok(!found.querySelector("details").hasAttribute("open"));
});

test("a file with findings is open; each verdict has its glyph, its place and its colour", async () => {
  await openPage();
  const found = certificates([{ file: "instances.json", sound: false, loaders: [sound, idle, failing] }]);
  assert.match(found.textContent, /1 of 3 without a finding/);
  assert.match(found.textContent, /videos: no video has 5 frames with a box \(2 more\)/);
  assert.match(found.textContent, /annotations\[7\]\.areas: `areas` is missing/);
  assert.ok(found.querySelector("details").hasAttribute("open"));
  const marks = found.querySelectorAll("tr").map((row) => row.querySelector("td").className);
  assert.deepEqual(marks, ["v-okc", "v-warnc", "v-badc"]);
});

test("the files of a division have their names", async () => {
  await openPage();
  const parts = ["train/instances.json", "valid/instances.json"].map((file) => ({
    file,
    sound: true,
    loaders: [sound],
  }));
  assert.match(certificates(parts).textContent, /Loaders of train\/instances\.json.*Loaders of valid\/instances\.json/);
});
