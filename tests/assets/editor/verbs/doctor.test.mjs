/** The identity doctor: each suggestion is the preview of its verb, one edit, and the next one follows. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { openIdentities } from "../../../../assets/editor/commands/identities.js";
import { keyOfPreview } from "../../../../assets/editor/commands/previewing.js";
import { dismissListed } from "../../../../assets/editor/verbs/doctor.js";
import { application, settled } from "./application.mjs";
import { documentOf, frames } from "./scenes.mjs";

const { fetch } = globalThis;
afterEach(() => (globalThis.fetch = fetch));

const preview = (app) => app.view.now.preview;
const edits = (app) => app.queue.waiting.map(({ kind, changes }) => [kind, changes.length]);

/** An editor whose search suggested a merge, a swap and a split, in this order. */
function searched() {
  const document = documentOf(frames(0, 4), frames(5, 9), frames(0, 9), frames(0, 9, { hash: "h3" }));
  const mask = (track, frame) => [track, frame, document.row(track, frame).hash];
  const facts = { evidence: {}, dismissed: false };
  const identities = [
    { kind: "merge", tracks: ["t1", "t2"], frame: 5, masks: [mask("t1", 4), mask("t2", 5)], strength: 0.9, ...facts },
    {
      ...{ kind: "swap", tracks: ["t3", "t4"], frame: 6, strength: 0.8, ...facts },
      masks: ["t3", "t4"].flatMap((id) => [mask(id, 5), mask(id, 6)]),
    },
    { kind: "split", tracks: ["t3"], frame: 2, masks: [mask("t3", 1), mask("t3", 2)], strength: 0.5, ...facts },
  ];
  const app = application(document);
  app.author = "Ada";
  app.view.set({ identities, identified: 1 });
  return app;
}

test("the first suggestion is shown at its place as the preview of its verb, and applied as one edit", () => {
  const app = searched();
  app.commands.nextIdentity();
  assert.deepEqual([app.preferences.now.tab, app.view.now.queueFilter], ["queue", "identity"]);
  assert.deepEqual([app.view.now.frame, app.view.now.selected], [5, "t1"]);
  assert.equal(preview(app).title, "Merge track 2 into track 1");
  assert.match(preview(app).here(5), /^1 ends, 2 goes on/);
  app.commands.applyPreview();
  assert.deepEqual(edits(app), [["merge", 11]]);
  assert.deepEqual(
    openIdentities(app).map(({ kind }) => kind),
    ["swap", "split"],
  );
});

test("after one that was applied the next one follows, to the last and around", () => {
  const app = searched();
  app.commands.nextIdentity();
  app.commands.applyPreview();
  app.commands.nextIdentity();
  assert.equal(preview(app).title, "Swap tracks 3 and 4 on frames 6 – 13");
  keyOfPreview(app, ".");
  assert.equal(preview(app).title, "Split track 3 at frame 2");
  keyOfPreview(app, ".");
  assert.equal(preview(app).title, "Swap tracks 3 and 4 on frames 6 – 13");
  keyOfPreview(app, ",");
  assert.equal(preview(app).title, "Split track 3 at frame 2");
});

test("a swap that is applied closes its suggestion, and undo of the edit opens it again", () => {
  const app = searched();
  app.registry.run("showIdentity", app.view.now.identities[1]);
  app.commands.applyPreview();
  assert.equal(edits(app)[0][0], "swap");
  assert.ok(!openIdentities(app).some(({ kind }) => kind === "swap"));
  app.queue.drop(app.queue.waiting[0]);
  assert.ok(openIdentities(app).some(({ kind }) => kind === "swap"));
});

test("an answer to a question of the preview keeps the way on", () => {
  const app = searched();
  app.commands.nextIdentity();
  app.commands.nextAnswer();
  assert.equal(preview(app).title, "Merge track 1 into track 2");
  keyOfPreview(app, ".");
  assert.equal(preview(app).title, "Swap tracks 3 and 4 on frames 6 – 13");
});

test("another suggestion takes the place of the shown one, by its entry and by the keys of the way", () => {
  const app = searched();
  app.commands.nextIdentity();
  app.registry.run("showIdentity", app.view.now.identities[1]);
  assert.equal(preview(app).title, "Swap tracks 3 and 4 on frames 6 – 13");
  app.registry.run("nextIdentity");
  assert.equal(preview(app).title, "Split track 3 at frame 2");
  app.registry.run("previousIdentity");
  app.registry.run("previousIdentity");
  app.commands.nextAnswer();
  assert.equal(preview(app).title, "Merge track 1 into track 2");
  app.registry.run("nextIdentity");
  assert.equal(preview(app).title, "Swap tracks 3 and 4 on frames 6 – 13");
  assert.deepEqual([edits(app), app.toasts], [[], []]);
});

test("a suggestion whose rows arrive after another was shown does not take its place", async () => {
  const app = searched();
  let [loaded, arrive] = [false, null];
  app.rows = { covers: () => loaded, cover: () => new Promise((done) => (arrive = done)) };
  app.registry.run("showIdentity", app.view.now.identities[1]);
  assert.equal(preview(app), null);
  loaded = true;
  app.registry.run("showIdentity", app.view.now.identities[0]);
  arrive();
  await settled();
  assert.equal(preview(app).title, "Merge track 2 into track 1");
});

test("the preview of another verb stays until it is decided on", () => {
  const app = searched();
  app.view.set({ selected: "t1", frame: 5 });
  app.commands.swap("t2");
  const other = preview(app);
  assert.ok(other);
  app.registry.run("showIdentity", app.view.now.identities[1]);
  app.registry.run("nextIdentity");
  assert.equal(preview(app), other);
  assert.deepEqual(
    app.toasts.map(({ text }) => text),
    Array(2).fill("Apply or discard the preview first."),
  );
});

test("a suggestion that is dismissed in the list takes its preview away, and no other one's", async () => {
  const app = searched();
  globalThis.fetch = async () => new Response(JSON.stringify({ edit: 1, candidates: [] }));
  const [merge, swap] = app.view.now.identities;
  app.registry.run("showIdentity", merge);
  await dismissListed(app, swap);
  assert.equal(preview(app).title, "Merge track 2 into track 1");
  await dismissListed(app, merge);
  assert.equal(preview(app), null);
});

test("Delete dismisses the shown one for good and goes on", async () => {
  const app = searched();
  const sent = [];
  globalThis.fetch = async (address, { body }) => {
    sent.push([address, JSON.parse(body)]);
    const candidates = app.view.now.identities.map((one, i) => ({ ...one, dismissed: i === 0 }));
    return new Response(JSON.stringify({ edit: 1, candidates }));
  };
  app.commands.nextIdentity();
  keyOfPreview(app, "Delete");
  assert.equal(preview(app).title, "Swap tracks 3 and 4 on frames 6 – 13");
  await settled();
  assert.deepEqual(sent, [
    [
      "/data/videos/v/identities/dismiss",
      { author: "Ada", kind: "merge", tracks: ["t1", "t2"], frame: 5, dismissed: true },
    ],
  ]);
  assert.equal(openIdentities(app).length, 2);
});

test("the answer to one dismissal does not bring back another that is under way", async () => {
  const app = searched();
  const [before, answers] = [app.view.now.identities, []];
  globalThis.fetch = () => new Promise((answer) => answers.push(answer));
  app.commands.nextIdentity();
  keyOfPreview(app, "Delete");
  keyOfPreview(app, "Delete");
  const candidates = before.map((one, i) => ({ ...one, dismissed: i === 0 }));
  answers[0](new Response(JSON.stringify({ edit: 1, candidates })));
  await settled();
  assert.deepEqual(
    openIdentities(app).map(({ kind }) => kind),
    ["split"],
  );
});

test("a dismissal that the server refuses comes back, and a toast gives the reason", async () => {
  const app = searched();
  globalThis.fetch = async () =>
    new Response(JSON.stringify({ error: "There is no such candidate." }), { status: 404 });
  app.commands.nextIdentity();
  keyOfPreview(app, "Delete");
  assert.equal(openIdentities(app).length, 2);
  await settled();
  assert.equal(openIdentities(app).length, 3);
  assert.equal(app.toasts.at(-1).title, "Not dismissed");
});

test("where nothing is suggested a sentence gives the reason", () => {
  const app = searched();
  app.view.set({ identities: [] });
  app.commands.nextIdentity();
  assert.equal(app.toasts.at(-1).text, "No merge, split or swap is suggested.");
  app.view.set({ identified: null });
  app.commands.nextIdentity();
  assert.equal(app.toasts.at(-1).text, "This video was not searched yet.");
});

test("a swap that a person found offers those that are suggested here and in other videos", async () => {
  const app = searched();
  app.session.set({ project: { id: "p" } });
  const videos = [
    { id: "v", name: "this one", swap: 1 },
    { id: "w", name: "harbour", swap: 2, merge: 1 },
  ];
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    return new Response(JSON.stringify({ videos }));
  };
  app.view.set({ selected: "t1", frame: 5 });
  app.commands.swap("t2");
  assert.deepEqual(asked, []);
  app.commands.applyPreview();
  await settled();
  assert.deepEqual(asked, ["/data/projects/p/identities"]);
  const offer = app.toasts.at(-1);
  assert.equal(offer.text, "3 more swaps are suggested: 1 in this video, 2 in other videos.");
  offer.actions[0].run();
  assert.equal(app.view.now.queueFilter, "identity");
  assert.deepEqual(
    app.view.now.identityVideos.map(({ name }) => name),
    ["harbour"],
  );
});

test("without another swap nothing is offered", async () => {
  const app = searched();
  app.session.set({ project: { id: "p" } });
  globalThis.fetch = async () => new Response(JSON.stringify({ videos: [] }));
  app.view.set({ selected: "t3", frame: 6, identities: [] });
  app.commands.swap("t4");
  app.commands.applyPreview();
  await settled();
  assert.deepEqual(app.toasts, []);
});
