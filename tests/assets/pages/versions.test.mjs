import assert from "node:assert/strict";
import { test } from "node:test";
import { Versions } from "../../../assets/pages/versions.js";
import { openPage, refuse, settle } from "../browser.mjs";

const PATH = "GET /data/projects/p/versions";
const version = (name) => ({ name, edit: 7, numbers: { videos: 1, frames: 44, tracks: 8, masks: 1700 } });
const diff = (first, second) => `${PATH}/diff?first=${first}&second=${second}`;

async function looked(answers) {
  const page = await openPage({ answers });
  const begun = [];
  const versions = new Versions("p", () => begun.push("begun"));
  document.body.append(versions.place);
  await versions.look();
  await settle();
  return { page, versions, begun };
}

test("without a version there is no card", async () => {
  const { versions } = await looked({ [PATH]: { versions: [] } });
  assert.equal(versions.place.hidden, true);
});

test("one version has its numbers and nothing to compare with", async () => {
  const { versions } = await looked({ [PATH]: { versions: [version("first")] } });
  assert.match(versions.place.textContent, /first1 video44 frames8 tracks1,700 masksedit 7/);
  assert.equal(versions.place.querySelector("select"), null);
});

test("the last two are compared, and others by choice", async () => {
  const names = ["a", "b", "c"];
  const answers = {
    [PATH]: { versions: names.map(version) },
    [diff("b", "c")]: { lines: ["2 masks added."] },
    [diff("a", "c")]: { lines: ["Added videos: street.", "9 masks added."] },
  };
  const { versions } = await looked(answers);
  assert.match(versions.place.textContent, /2 masks added\./);
  const [from] = versions.place.querySelectorAll("select");
  from.value = "a";
  from.dispatchEvent(new Event("change"));
  await settle();
  assert.match(versions.place.textContent, /Added videos: street\.9 masks added\./);
});

test("what cannot be compared or listed says why, and the list comes back", async () => {
  const answers = {
    [PATH]: { versions: [version("a"), version("b")] },
    [diff("a", "b")]: refuse("The file is broken."),
  };
  const { page, versions } = await looked(answers);
  assert.match(versions.place.textContent, /The file is broken\./);
  page.answers[PATH] = refuse("The database is busy.", 503);
  await versions.look();
  assert.match(versions.place.textContent, /The database is busy\./);
  page.answers[PATH] = { versions: [version("a")] };
  await versions.look();
  assert.match(versions.place.textContent, /^Versionsa1 video/);
});

test("a version is made again, or says why not", async () => {
  const { page, versions, begun } = await looked({
    [PATH]: { versions: [version("first")] },
    "POST /data/projects/p/versions/make": { job: {} },
  });
  await page.press("Make again");
  assert.deepEqual([page.writes, begun], [['POST /data/projects/p/versions/make {"name":"first"}'], ["begun"]]);
  page.answers["POST /data/projects/p/versions/make"] = refuse("There is no version first.");
  await page.press("Make again");
  assert.match(versions.place.textContent, /There is no version first\./);
  assert.deepEqual(begun, ["begun"]);
});
