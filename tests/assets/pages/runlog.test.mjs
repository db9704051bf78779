import assert from "node:assert/strict";
import { test } from "node:test";
import { RunLog } from "../../../assets/pages/runlog.js";
import { openPage, refuse, settle } from "../browser.mjs";
import { job } from "./made.mjs";

const LINES = "12:00:00  Measuring, 0 %\n12:00:30  Training: step 1 of 4, 10 %\n";
const running = (values = {}) => job("r", { kind: "retrain", status: "running", progress: 0.1, ...values });

test("the log is asked for once it is unfolded, and again only when the run has gone on", async () => {
  const page = await openPage({ answers: { "GET /data/jobs/r/log": { log: LINES } } });
  const log = new RunLog();
  const asked = () => page.calls.filter((call) => call.includes("/log")).length;
  const card = log.card(running());
  await log.load(running());
  assert.equal(asked(), 0, "it is folded");
  card.open = true;
  await log.load(running());
  await log.load(running());
  assert.equal(asked(), 1);
  assert.equal(card.querySelector("pre").textContent, LINES);
  await log.load(running({ progress: 0.2 }));
  assert.equal(asked(), 2);
  assert.equal(log.card(running({ job: false })), null, "a run whose job is gone has none");
});

test("a run that ended without a line says so, and there is nothing to copy", async () => {
  await openPage({ answers: { "GET /data/jobs/r/log": { log: "" } } });
  for (const [status, text] of [
    ["running", "Nothing was written yet."],
    ["done", "This run wrote no log."],
  ]) {
    const log = new RunLog();
    log.card(running({ status })).open = true;
    await log.load(running({ status }));
    assert.deepEqual([log.lines.textContent, log.foot.hidden], [text, true]);
  }
});

test("a log that cannot be had says why, and is asked for again", async () => {
  await openPage({ answers: { "GET /data/jobs/r/log": refuse("too busy", 503) } });
  const log = new RunLog();
  log.card(running()).open = true;
  await log.load(running());
  assert.match(log.lines.textContent, /too busy/);
  assert.equal(log.of, "");
});

test("the end stays in view unless a person has scrolled up", async () => {
  await openPage({ answers: { "GET /data/jobs/r/log": { log: LINES } } });
  const log = new RunLog();
  Object.assign(log.lines, { scrollHeight: 900, clientHeight: 280 });
  log.scroll();
  assert.equal(log.lines.scrollTop, 900);
  log.lines.scrollTop = 100;
  log.scrolled();
  log.lines.scrollTop = 0;
  log.scroll();
  assert.equal(log.lines.scrollTop, 100);
  log.lines.scrollTop = 620;
  log.scrolled();
  Object.assign(log.lines, { scrollHeight: 1200 });
  log.scroll();
  assert.equal(log.lines.scrollTop, 1200);
});

test("it is copied, or selected where the browser gives no clipboard", async () => {
  await openPage({ answers: { "GET /data/jobs/r/log": { log: LINES } } });
  const log = new RunLog();
  log.card(running()).open = true;
  await log.load(running());
  const written = [];
  const selected = [];
  const give = (clipboard) =>
    Object.defineProperty(globalThis, "navigator", { value: { clipboard }, configurable: true });
  globalThis.getSelection = () => ({ selectAllChildren: (node) => selected.push(node) });
  give({ writeText: async (text) => written.push(text) });
  await log.copy();
  assert.deepEqual([written, log.copied.textContent], [[LINES], "Copied"]);
  give(undefined);
  await log.copy();
  assert.deepEqual(selected, [log.lines]);
  assert.match(log.copied.textContent, /Ctrl C/);
  await settle();
});
