import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { MOST_BYTES, checksum, zipOf } from "../../../assets/pages/zip.js";

const packed = (path, text) => ({ path, file: new Blob([text]) });
const LIST =
  "import json,sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
print(json.dumps([[i.filename, z.read(i).decode(), i.date_time[0]] for i in z.infolist()]))";

/** What another program finds in an archive: name, text and year of each file. @param {Blob} archive */
async function unpacked(archive) {
  const folder = mkdtempSync(join(tmpdir(), "zip-"));
  try {
    writeFileSync(join(folder, "a.zip"), Buffer.from(await archive.arrayBuffer()));
    return JSON.parse(execFileSync("python3", ["-c", LIST, join(folder, "a.zip")], { encoding: "utf8" }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("another program finds every file with its path and content", async () => {
  const files = [packed("set/a.txt", "one"), packed("set/Häuser/猫 1.txt", "zwei\n"), packed("empty", "")];
  assert.deepEqual(await unpacked(await zipOf(files)), [
    ["set/a.txt", "one", 1980],
    ["set/Häuser/猫 1.txt", "zwei\n", 1980],
    ["empty", "", 1980],
  ]);
  assert.deepEqual(await unpacked(await zipOf([])), []);
});

test("a file of many parts has the checksum that is known", async () => {
  assert.equal(await checksum(new Blob(["1234", "", "56789"])), 0xcbf43926);
  assert.equal(await checksum(new Blob([])), 0);
  const long = "All work and no play. ".repeat(40_000);
  assert.deepEqual(await unpacked(await zipOf([packed("long", long)])), [["long", long, 1980]]);
});

test("equal files give equal bytes, and each one is told when it is packed", async () => {
  const told = [];
  const files = [packed("a", "1"), packed("b", "2")];
  const [one, two] = [await zipOf(files, (done) => told.push(done)), await zipOf(files)];
  assert.deepEqual(await one.arrayBuffer(), await two.arrayBuffer());
  assert.deepEqual(told, [1, 2]);
});

test("what does not fit into one archive is refused before it is read", async () => {
  const large = { path: "a", file: { size: MOST_BYTES, stream: () => assert.fail("it was read") } };
  await assert.rejects(zipOf([large]), /too much for one upload/);
  const many = Array.from({ length: 65_536 }, () => ({ path: "a", file: { size: 0, stream: large.file.stream } }));
  await assert.rejects(zipOf(many), /type its path on the server/);
});
