import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { takeResult } from "../../../../assets/editor/commands/previewing.js";
import { followDrafts } from "../../../../assets/editor/verbs/spread.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";
import { application, settled } from "./application.mjs";

const VIDEO = "/data/videos/v";
const drawn = (frame) => sentRow(frame, { source: "drawn", review: "corrected" });

afterEach(() => delete globalThis.fetch);

/** An editor with a drawn mask on frame 2 of track 1, and a server that answers as the test says. */
function editor(rows = [drawn(2)]) {
  const document = smallDocument([sentTrack(1, rows), sentTrack(2, [sentRow(2)])]);
  const app = application(document, { author: "ann", onjob: () => {}, root: { querySelectorAll: () => [] } });
  app.asked = [];
  app.answers = {
    [`POST ${VIDEO}/spread`]: () => ({ job: job("running") }),
    [`GET ${VIDEO}/drafts`]: () => ({ runs: [], drafts: [], blobs: {}, next: null }),
    [`POST ${VIDEO}/drafts/discard`]: () => ({ discarded: 1 }),
    [`POST ${VIDEO}/drafts/apply`]: () => ({
      edit: "e",
      number: 9,
      rows: [],
      left: { human: 0, outdated: 0 },
      status: "applied",
    }),
    "POST /data/jobs/j/cancel": () => job("cancelled"),
  };
  globalThis.fetch = async (path, { method, body }) => {
    const name = `${method} ${path}`;
    app.asked.push([name, body === undefined ? null : JSON.parse(body)]);
    assert.ok(app.answers[name], name);
    return { ok: true, status: 200, headers: new Map(), json: async () => app.answers[name]() };
  };
  app.session.set({ jobs: [], problem: "" });
  app.onjob = (found) => app.session.set({ jobs: [found] });
  app.applyRows = (written) => (app.written = written);
  app.queue.whenIdle = async () => {};
  app.recompose = () => {};
  app.view.set({ selected: "t1", frame: 2 });
  followDrafts(app);
  return app;
}

const job = (status) => ({ id: "j", kind: "spread", status, video: "v", project: "p", eta_seconds: null });

const draft = (frame, values = {}) => ({
  run: "r",
  track: "t1",
  frame,
  state: "present",
  mask: "h1",
  confidence: 0.9,
  doubt: null,
  ...values,
});

const message = (...drafts) => ({
  video: "v",
  runs: [{ id: "r", job: "j", state: "running", stretches: {} }],
  drafts,
  blobs: { h1: "022" },
  next: null,
});

const removed = (values = {}) => ({ video: "v", run: "r", track: null, start: null, stop: null, ...values });

/** Spread, and let these drafts arrive. */
async function spreading(app, ...drafts) {
  app.commands.spread();
  await settled();
  app.ondrafts(message(...drafts));
  await settled();
  return app.view.now.preview;
}

const bodyOf = (app, path) => app.asked.findLast(([name]) => name === `POST ${VIDEO}/${path}`)?.[1];

test("spreading asks for the selected track on the shown frame, and shows drafts as they come", async () => {
  const app = editor();
  const preview = await spreading(app, draft(3));
  assert.deepEqual(bodyOf(app, "spread"), { tracks: ["t1"], frame: 2, way: "both" });
  assert.equal(preview.title, "Spread track 1 to frame 3");
  assert.deepEqual(
    preview.buttons.map(({ label }) => label),
    ["Stop"],
  );
  assert.equal(preview.masks(3).length, 1);
  assert.deepEqual(preview.masks(4), []);
  app.ondrafts(message(draft(4), draft(5, { doubt: "May be hidden or gone", state: "absent", mask: null })));
  const grown = app.view.now.preview;
  assert.equal(grown.title, "Spread track 1 to frames 3 – 5");
  assert.deepEqual(grown.facts, ["3 frames", "1 needs a look"]);
  assert.deepEqual(
    grown.marks.map(({ first, last, kind }) => [first, last, kind]),
    [
      [3, 4, "draft"],
      [5, 5, "doubt"],
    ],
  );
  assert.equal(grown.here(5), "Frame 5: absent, May be hidden or gone");
});

test("a chosen range that verdicts hold for is filled; directions are commands of their own", async () => {
  const app = editor();
  app.view.set({ range: [3, 6] });
  app.preferences.set({ scope: "range" });
  app.commands.spreadForward();
  await settled();
  assert.deepEqual(bodyOf(app, "spread"), { tracks: ["t1"], frame: 2, way: "forward", start: 3, stop: 7 });
});

test("spreading a correction again is not about the chosen range", async () => {
  const app = editor();
  app.view.set({ range: [0, 6] });
  app.preferences.set({ scope: "range" });
  app.commands.spreadAgain();
  await settled();
  assert.deepEqual(bodyOf(app, "spread"), { tracks: ["t1"], frame: 2, way: "both" });
});

test("all tracks that a person drew here go together", async () => {
  const app = editor();
  app.commands.spreadAll();
  await settled();
  assert.deepEqual(bodyOf(app, "spread").tracks, ["t1"], "the other one is only proposed");
});

test("without a mask of a person, or on a locked track, nothing is asked", () => {
  for (const [rows, view, reason] of [
    [[sentRow(2)], {}, /no mask of a person yet/],
    [[drawn(2)], { locked: new Set(["t1"]) }, /locked/],
    [[drawn(2)], { selected: null }, /Select a track/],
  ]) {
    const app = editor(rows);
    app.view.set(view);
    assert.match(app.registry.reason("spread") ?? "", reason);
  }
});

test("without the server nothing is asked", () => {
  const app = editor();
  app.session.set({ saving: "offline" });
  for (const id of ["spread", "spreadAll"]) assert.match(app.registry.reason(id) ?? "", /needs the server/);
});

test("a refusal of the server is a toast, and no preview", async () => {
  const app = editor();
  globalThis.fetch = async () => ({
    ok: false,
    status: 400,
    headers: new Map(),
    json: async () => ({ error: "There is no frame to fill." }),
  });
  app.commands.spread();
  await settled();
  assert.equal(app.view.now.preview, null);
  assert.equal(app.toasts.at(-1).text, "There is no frame to fill.");
});

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

/** The page reads the video anew. */
const openedAgain = async (app) => {
  for (const phase of ["loading", "ready"]) {
    app.session.set({ phase });
    await settled();
  }
};

test("a draft of an earlier visit is offered, and shown on demand", async () => {
  const app = editor();
  app.answers[`GET ${VIDEO}/drafts`] = () => message(draft(3), draft(4));
  await openedAgain(app);
  const toast = app.toasts.at(-1);
  assert.equal(toast.title, "A spread waits");
  toast.actions[0].run();
  assert.equal(app.view.now.preview.title, "Spread track 1 to frames 3 – 4");
});

test("a draft of an earlier visit does not take the place of another preview", async () => {
  const app = editor();
  app.answers[`GET ${VIDEO}/drafts`] = () => message(draft(3), draft(4));
  await openedAgain(app);
  const [show] = app.toasts.at(-1).actions;
  app.commands.endHere();
  const { preview } = app.view.now;
  assert.ok(preview);
  show.run();
  assert.equal(app.view.now.preview, preview);
  assert.match(app.toasts.at(-1).text, /Apply or discard the preview first\.$/);
  app.commands.discardPreview();
  app.toasts.at(-1).actions[0].run();
  assert.equal(app.view.now.preview.title, "Spread track 1 to frames 3 – 4");
});

test("a long draft is read page by page, and what arrives in between stays", async () => {
  const app = editor();
  app.answers[`GET ${VIDEO}/drafts`] = () => ({ ...message(draft(3)), next: 4 });
  app.answers[`GET ${VIDEO}/drafts?start=4`] = () => {
    app.ondrafts(message(draft(9)));
    return message(draft(4));
  };
  await openedAgain(app);
  app.toasts.at(-1).actions[0].run();
  assert.equal(app.view.now.preview.title, "Spread track 1 to frames 3 – 9");
  assert.deepEqual(
    app.document.drafts.of("r").map(({ frame }) => frame),
    [3, 4, 9],
  );
});

test("what another page applied or discarded goes from the review, and with its last draft the review", async () => {
  const app = editor();
  app.answers[`GET ${VIDEO}/drafts`] = () => message(draft(3), draft(4));
  await openedAgain(app);
  const [show] = app.toasts.at(-1).actions;
  show.run();
  app.ondraftsremoved(removed({ video: "another" }));
  app.ondraftsremoved(removed({ start: 4, stop: 5 }));
  assert.equal(app.view.now.preview.title, "Spread track 1 to frame 3");
  app.ondraftsremoved(removed());
  assert.equal(app.view.now.preview, null);
  assert.equal(app.toasts.at(-1).title, "This draft is gone");
  app.toasts.length = 0;
  show.run();
  assert.deepEqual([app.view.now.preview, app.toasts.at(-1).title], [null, "This draft is gone"]);
});
