import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { elsewhereAddress } from "../../../../assets/editor/commands/everywhere.js";
import { editor } from "./commandeditor.mjs";

afterEach(() => delete globalThis.open);

const MODEL = "run_of=t1&untouched=true";

test("the address names the track, the category that the others still have, its model and what mends them", () => {
  const relabel = { verb: "relabel", to: "c2", category: "c1" };
  assert.equal(
    elsewhereAddress("p 1", "t/1", relabel),
    "/tracks?project=p%201&like=t%2F1&category=c1&run_of=t%2F1&untouched=true&mend=relabel%3Ac2",
  );
  assert.equal(
    elsewhereAddress(null, "t1", { verb: "reject", category: null }),
    `/tracks?like=t1&category=none&${MODEL}&mend=reject`,
  );
  assert.equal(elsewhereAddress(null, "t1", null), "/tracks?like=t1");
});

/** The addresses that an editor on track 1 opens. */
function opening() {
  const opened = [];
  globalThis.open = (address) => opened.push(address);
  const app = editor();
  app.session.set({ project: { id: "p", videos: [] } });
  app.categoryName = (id) => id;
  app.view.set({ selected: "t1" });
  const offers = () => app.toasts.filter(({ name }) => name === "elsewhere");
  return { app, opened, offers };
}

test("a relabelled track of a model leads to those with the category it had", () => {
  const { app, opened, offers } = opening();
  app.commands.setCategory("c2");
  const [offer] = offers();
  assert.equal(offer.title, "Track 1 relabelled");
  offer.actions[0].run();
  const address = `/tracks?project=p&like=t1&category=c1&${MODEL}&mend=relabel%3Ac2`;
  assert.deepEqual(opened, [address]);
  app.commands.lookElsewhere();
  assert.deepEqual(opened, [address, address], "its key does the same after the line is gone");
  app.view.set({ selected: "t2" });
  app.commands.lookElsewhere();
  assert.equal(opened[2], "/tracks?project=p&like=t2");
});

test("so does a rejected track, but not a rejected mask", () => {
  const { app, opened, offers } = opening();
  app.commands.reject();
  assert.deepEqual(offers(), []);
  app.preferences.set({ scope: "whole" });
  app.commands.reject();
  offers()[0].actions[0].run();
  assert.deepEqual(opened, [`/tracks?project=p&like=t1&category=c1&${MODEL}&mend=reject`]);
});

test("an offer leads to what it was made for, also after another track was mended", () => {
  const { app, opened, offers } = opening();
  app.commands.setCategory("c2");
  app.view.set({ selected: "t2" });
  app.preferences.set({ scope: "whole" });
  app.commands.reject();
  offers()[0].actions[0].run();
  assert.deepEqual(opened, [`/tracks?project=p&like=t1&category=c1&${MODEL}&mend=relabel%3Ac2`]);
});

test("after undo of the mend nothing is to be mended elsewhere", () => {
  const { app, opened } = opening();
  const undo = () => app.queue.drop(app.queue.waiting[0]);
  app.commands.setCategory("c2");
  undo();
  app.commands.lookElsewhere();
  app.preferences.set({ scope: "whole" });
  app.commands.reject();
  undo();
  app.commands.lookElsewhere();
  assert.deepEqual(opened, ["/tracks?project=p&like=t1", "/tracks?project=p&like=t1"]);
});

test("what a person drew had no mistake of a model", () => {
  const { app, offers } = opening();
  app.track.run = null;
  app.commands.setCategory("c2");
  assert.deepEqual(offers(), []);
});

test("any track leads to those that look like it", () => {
  const { app, opened } = opening();
  app.commands.lookElsewhere();
  assert.deepEqual(opened, ["/tracks?project=p&like=t1"]);
});

test("on a mask of a model that a person corrected, the key lists tracks whose edges may be as wrong", () => {
  const { app, opened } = opening();
  Object.assign(app.track.rows.get(app.view.now.frame), { source: "drawn", review: "corrected", state: "present" });
  app.commands.lookElsewhere();
  app.view.set({ frame: 1 });
  app.commands.lookElsewhere();
  assert.deepEqual(
    opened,
    [`/tracks?project=p&like=t1&category=c1&${MODEL}&mend=look%3A0`, "/tracks?project=p&like=t1"],
    "on a frame that nobody corrected, the same key lists all tracks that look like it",
  );
});
