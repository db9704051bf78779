import assert from "node:assert/strict";
import { test } from "node:test";
import { earlierRuns, progress, splitMessage } from "../../../assets/pages/runs.js";
import { openPage } from "../browser.mjs";
import { job } from "./made.mjs";

test("a job's message is what it does and the rest", () => {
  assert.deepEqual(splitMessage("Training (loss): step 3 of 9, loss 1.2"), [
    "Training (loss)",
    "step 3 of 9, loss 1.2",
  ]);
  assert.deepEqual(splitMessage("Preparing"), ["Preparing", ""]);
});

const nothing = () => undefined;
const ended = (id, values = {}) =>
  job(id, {
    status: "done",
    result: { name: id, checkpoint: id, before: { AP: 0.4 }, after: { AP: 0.5 }, proven: true, steps: 1200 },
    ...values,
  });

test("the state of a run that waits, starts or stops is a word", async () => {
  await openPage();
  const words = (values) =>
    progress(job("r", { progress: 0, message: "", ...values }), nothing).querySelector("div.v-t2").textContent;
  assert.equal(words({ status: "queued" }), "Waiting for its turn");
  assert.equal(words({ status: "running" }), "Preparing");
  assert.equal(words({ status: "running", message: "Training: step 1 of 9" }), "Training");
  assert.equal(words({ status: "cancelling", message: "Training" }), "Stopping");
});

test("a run is stopped once", async () => {
  await openPage();
  const calls = [];
  const running = progress(job("r", { status: "running" }), () => calls.push("stop"));
  running.querySelector("#v-retrain-stop").click();
  const stopping = progress(job("r", { status: "cancelling" }), () => calls.push("stop"));
  stopping.querySelector("#v-retrain-stop").click();
  assert.deepEqual(calls, ["stop"]);
});

test("the only run is not listed below its own report, but below another run", async () => {
  await openPage();
  const only = ended("one");
  assert.equal(earlierRuns([], null, undefined, nothing), null);
  assert.equal(earlierRuns([only], only, undefined, nothing), null);
  assert.equal(
    earlierRuns([only], job("r", { status: "running" }), undefined, nothing).querySelectorAll("tbody tr").length,
    1,
  );
});

test("each earlier run has its outcome and its numbers, dashes where there are none", async () => {
  await openPage();
  const opened = [];
  const runs = [
    ended("in use"),
    ended("aside"),
    ended("weak"),
    ended("lost"),
    ended("gone"),
    ended("bad", { status: "failed", result: null }),
    ended("away", { status: "cancelled", result: null }),
  ];
  runs[2].result.proven = false;
  Object.assign(runs[3].result, { proven: false, decision: { outcome: "worse", reasons: [] } });
  runs[4].result.removed = true;
  runs[1].result.set = "2 held-out videos";
  const table = earlierRuns(runs, null, "in use", (run) => opened.push(run.id));
  const cells = table.querySelectorAll("tbody tr").map((tr) => tr.querySelectorAll("td").map((td) => td.textContent));
  assert.deepEqual(
    cells.map((row) => row[2]),
    ["in use", "kept aside", "not proven", "worse", "deleted", "failed", "stopped"],
  );
  assert.deepEqual(cells[1].slice(3), ["AP 40.0 → 50.0 on 2 held-out videos", "1,200"]);
  assert.deepEqual(cells[5].slice(3), ["–", "–"]);
  table.querySelectorAll("button")[1].click();
  assert.deepEqual(opened, ["aside"]);
});
