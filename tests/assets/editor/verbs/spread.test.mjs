import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { sentDraft as draft, sentRow } from "../memory.mjs";
import { settled } from "./application.mjs";
import { VIDEO, bodyOf, drawn, editor, message, spreading } from "./spreadscene.mjs";

afterEach(() => delete globalThis.fetch);

const removed = (values = {}) => ({ video: "v", run: "r", track: null, start: null, stop: null, ...values });

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

test("a spread that comes late and is discarded leaves the shown one its drafts", async () => {
  const app = editor();
  const [run] = message().runs;
  app.answers[`GET ${VIDEO}/drafts`] = () => ({ ...message(draft(3)), runs: [{ ...run, job: "earlier" }] });
  await openedAgain(app);
  app.commands.spread();
  app.toasts.at(-1).actions[0].run();
  await settled();
  assert.match(app.toasts.at(-1).title, /not shown$/, "the preview of the new spread came second");
  assert.equal(app.view.now.preview.title, "Spread track 1 to frame 3");
  app.ondraftsremoved(removed());
  assert.equal(app.view.now.preview, null);
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
  await settled();
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
