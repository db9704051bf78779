import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { takeResult } from "../../../../assets/editor/commands/previewing.js";
import { settled } from "./application.mjs";
import { sentDraft as draft } from "../memory.mjs";
import { VIDEO, bodyOf, editor, job, message, spreading } from "./spreadscene.mjs";

afterEach(() => delete globalThis.fetch);

test("Apply takes all drafts, stops the job, and discards what comes late", async () => {
  const app = editor();
  await spreading(app, draft(3), draft(4));
  app.answers[`POST ${VIDEO}/drafts/apply`] = () => ({
    edit: "e",
    number: 9,
    rows: [
      { track: "t1", frame: 3, version: 9, after: { look: null } },
      { track: "t1", frame: 4, version: 9, after: { look: { reason: "x", author: "run:r" } } },
    ],
    left: { human: 1, outdated: 0 },
  });
  app.commands.applyPreview();
  await settled();
  const { id, ...body } = bodyOf(app, "drafts/apply");
  assert.ok(id);
  assert.deepEqual(body, { run: "r", author: "ann" });
  assert.deepEqual(app.asked.map(([name]) => name).slice(-3), [
    "POST /data/jobs/j/cancel",
    `POST ${VIDEO}/drafts/apply`,
    `POST ${VIDEO}/drafts/discard`,
  ]);
  assert.deepEqual([app.written.length, app.document.lastEdit, app.view.now.preview], [2, 9, null]);
  assert.equal(app.toasts.at(-1).title, "Spread to 2 frames");
  assert.match(app.toasts.at(-1).text, /1 needs a look.*1 draft was left out/);
});

test("a spread whose other drafts cannot be discarded was applied all the same", async () => {
  const app = editor();
  await spreading(app, draft(3));
  const rows = [{ track: "t1", frame: 3, version: 9, after: { look: null } }];
  app.answers[`POST ${VIDEO}/drafts/apply`] = () => ({ edit: "e", number: 9, rows, left: { human: 0, outdated: 0 } });
  app.answers[`POST ${VIDEO}/drafts/discard`] = () => {
    assert.deepEqual(app.written, rows, "the rows are taken over first");
    throw new Error("The server is busy.");
  };
  app.commands.applyPreview();
  await settled();
  assert.ok(bodyOf(app, "drafts/discard"));
  assert.deepEqual([app.document.lastEdit, app.document.drafts.of("r"), app.view.now.preview], [9, [], null]);
  assert.deepEqual(
    app.toasts.map(({ title }) => title),
    ["Spread to 1 frame", "Other drafts not discarded"],
  );
});

test("a spread that the server refuses to apply is not applied, and its drafts stay", async () => {
  const app = editor();
  await spreading(app, draft(3));
  app.answers[`POST ${VIDEO}/drafts/apply`] = () => {
    throw new Error("The server is busy.");
  };
  app.commands.applyPreview();
  await settled();
  assert.deepEqual(
    [app.toasts.at(-1).title, app.written, bodyOf(app, "drafts/discard")],
    ["Not applied", undefined, undefined],
  );
  assert.equal(app.view.now.preview.title, "Spread track 1 to frame 3");
});

test("a part is applied, and the rest is shown again", async () => {
  const app = editor();
  await spreading(app, draft(3), draft(4), draft(5));
  app.view.set({ frame: 4 });
  app.commands.nextAnswer();
  const chosen = app.view.now.preview;
  assert.deepEqual([chosen.questions[0].chosen, chosen.questions[0].answers[1].label], ["before", "To 4"]);
  assert.deepEqual(
    chosen.marks.map(({ first, last, faint }) => [first, last, faint]),
    [
      [3, 4, false],
      [5, 5, true],
    ],
  );
  app.commands.applyPreview();
  await settled();
  assert.equal(bodyOf(app, "drafts/apply").stop, 5);
  assert.equal(app.view.now.preview.title, "Spread track 1 to frame 5");
  assert.equal(bodyOf(app, "drafts/discard"), undefined);
});

test("Apply takes the range that the bar names, also after it was moved or cleared", async () => {
  const app = editor();
  app.view.set({ range: [3, 4] });
  await spreading(app, draft(3), draft(4), draft(5), draft(6));
  const chooseRange = () => takeResult(app, app.view.now.preview.questions[0].choose("range"));
  const answer = () => {
    const [{ chosen, answers }] = app.view.now.preview.questions;
    return answers.find(({ name }) => name === chosen).label;
  };
  const taken = () => app.view.now.preview.marks.filter(({ faint }) => !faint).map(({ first, last }) => [first, last]);
  chooseRange();
  app.view.set({ range: [4, 5] });
  await settled();
  assert.deepEqual([answer(), taken()], ["4 – 5", [[4, 5]]]);
  app.commands.applyPreview();
  await settled();
  const { start, stop } = bodyOf(app, "drafts/apply");
  assert.deepEqual([start, stop], [4, 6]);

  chooseRange();
  app.view.set({ range: null });
  await settled();
  assert.deepEqual(
    [answer(), taken()],
    [
      "All",
      [
        [3, 3],
        [6, 6],
      ],
    ],
  );
});

/** A draft of two tracks, read again at each ending of the job. */
async function ofTwo(app) {
  const drafts = [draft(3), draft(4), draft(3, { track: "t2" })];
  app.answers[`GET ${VIDEO}/drafts`] = () => message(...drafts);
  const preview = await spreading(app, ...drafts);
  assert.equal(preview.questions[1].label, "Apply of");
  app.commands.nextAnswerOfSecond();
  return app.view.now.preview;
}

test("one track of a draft is applied alone, and the others stay under review", async () => {
  const app = editor();
  const chosen = await ofTwo(app);
  const { answers, chosen: name } = chosen.questions[1];
  assert.deepEqual([answers.map(({ label }) => label), name], [["All tracks", "Track 1"], "t1"]);
  assert.deepEqual(chosen.marks.map(({ track, faint }) => [track, faint]).sort(), [
    ["t1", false],
    ["t2", true],
  ]);
  app.commands.nextAnswer();
  app.commands.applyPreview();
  await settled();
  const { id, ...body } = bodyOf(app, "drafts/apply");
  assert.deepEqual([Boolean(id), body], [true, { run: "r", tracks: ["t1"], stop: 3, author: "ann" }]);
  assert.equal(bodyOf(app, "drafts/discard"), undefined);
  assert.equal(app.view.now.preview.questions[1].chosen, "", "what is left is asked about anew");
});

test("one track of an ended draft is discarded alone; the selected one is offered", async () => {
  const app = editor();
  const chosen = await ofTwo(app);
  assert.deepEqual(
    chosen.buttons.map(({ label }) => label),
    ["Stop"],
    "a running job would bring its drafts again",
  );
  app.session.set({ jobs: [job("done")] });
  await settled();
  app.view.set({ selected: "t2" });
  await settled();
  assert.equal(app.view.now.preview.questions[1].answers.at(-1).label, "Track 2");
  const { label, run } = app.view.now.preview.buttons[0];
  assert.equal(label, "Discard 1");
  run();
  await settled();
  assert.deepEqual(bodyOf(app, "drafts/discard"), { run: "r", tracks: ["t1"] });
  assert.deepEqual([app.view.now.preview.title, app.view.now.preview.questions], ["Spread track 1 to frame 3", []]);
});

test("of what is left of an ended spread a track is discarded alone, and does not come back", async () => {
  const app = editor();
  const stored = [draft(3), draft(3, { track: "t2" }), draft(4, { track: "t2" }), draft(5, { track: "t3" })];
  app.answers[`GET ${VIDEO}/drafts`] = () => message(...stored);
  await spreading(app, ...stored);
  app.session.set({ jobs: [job("done")] });
  await settled();
  app.commands.nextAnswerOfSecond();
  app.answers[`POST ${VIDEO}/drafts/apply`] = () => {
    stored.shift();
    return { edit: "e", number: 9, rows: [], left: { human: 0, outdated: 0 } };
  };
  app.commands.applyPreview();
  await settled();
  app.view.set({ selected: "t2" });
  await settled();
  app.commands.nextAnswerOfSecond();
  let answer = () => {};
  const discarding = new Promise((done) => (answer = done));
  const { fetch } = globalThis;
  globalThis.fetch = async (path, options) => {
    if (path.endsWith("/discard")) await discarding;
    return fetch(path, options);
  };
  app.view.now.preview.keys.Delete();
  await settled();
  stored.splice(0, 2);
  answer();
  await settled();
  assert.deepEqual(bodyOf(app, "drafts/discard"), { run: "r", tracks: ["t2"] });
  assert.equal(app.view.now.preview.title, "Spread track 1 to frame 5");
  assert.deepEqual(
    app.document.drafts.of("r").map(({ track }) => track),
    ["t3"],
  );
});

test("selecting a track leaves the preview of one track as it is", async () => {
  const app = editor();
  const preview = await spreading(app, draft(3), draft(4));
  app.view.set({ selected: "t2" });
  await settled();
  assert.equal(app.view.now.preview, preview);
});

test("Discard stops the job and deletes the drafts", async () => {
  const app = editor();
  await spreading(app, draft(3));
  app.commands.discardPreview();
  await settled();
  assert.deepEqual(bodyOf(app, "drafts/discard"), { run: "r" });
  assert.ok(app.asked.some(([name]) => name === "POST /data/jobs/j/cancel"));
  app.ondrafts(message(draft(4)));
  assert.equal(app.view.now.preview, null, "what comes late is not shown");
});

test("what a discarded job still stores before it ends is discarded too", async () => {
  const app = editor();
  app.commands.spread();
  await settled();
  app.answers["POST /data/jobs/j/cancel"] = () => job("cancelling");
  app.commands.discardPreview();
  await settled();
  assert.equal(bodyOf(app, "drafts/discard"), undefined);
  app.answers[`GET ${VIDEO}/drafts`] = () => message(draft(3));
  app.session.set({ jobs: [job("cancelled")] });
  await settled();
  assert.deepEqual(bodyOf(app, "drafts/discard"), { run: "r" });
});

test("a spread that was stopped before its first draft leaves no preview and no reproach", async () => {
  const app = editor();
  app.commands.spread();
  await settled();
  app.view.now.preview.buttons[0].run();
  await settled();
  assert.equal(app.view.now.preview, null);
  assert.deepEqual(app.toasts, []);
});

test("Stop keeps what is done, and the preview stays", async () => {
  const app = editor();
  const preview = await spreading(app, draft(3));
  app.answers[`GET ${VIDEO}/drafts`] = () => message(draft(3));
  preview.buttons[0].run();
  await settled();
  assert.deepEqual(app.view.now.preview.buttons, []);
  assert.equal(app.view.now.preview.title, "Spread track 1 to frame 3");
});

test("a spread that finds nothing says so", async () => {
  const app = editor();
  app.commands.spread();
  await settled();
  app.session.set({ jobs: [job("done")] });
  await settled();
  assert.equal(app.view.now.preview, null);
  assert.equal(app.toasts.at(-1).title, "Nothing was spread");
});

test("the keys of the queue lead to what needs a look, and one shows before and after", async () => {
  const app = editor();
  await spreading(app, draft(3), draft(4, { doubt: "x" }), draft(6, { doubt: "x" }));
  const press = (key) => app.view.now.preview.keys[key]();
  app.commands.goto = (frame) => app.view.set({ frame });
  for (const [key, frame] of [
    [".", 4],
    [".", 6],
    [".", 4],
    [",", 6],
  ]) {
    press(key);
    assert.equal(app.view.now.frame, frame);
  }
  press("'");
  assert.deepEqual(app.document.earlier, { track: "t1", frame: 6, hash: "h1" });
  press("'");
  assert.equal(app.document.earlier, null);
});
