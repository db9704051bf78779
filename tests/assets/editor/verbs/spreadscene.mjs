/** An editor with a track to spread, and a server that has the drafts which the test says. */

import assert from "node:assert/strict";
import { followDrafts } from "../../../../assets/editor/verbs/spread.js";
import { sentRow, sentTrack, smallDocument } from "../memory.mjs";
import { application, settled } from "./application.mjs";

export const VIDEO = "/data/videos/v";
export const drawn = (frame) => sentRow(frame, { source: "drawn", review: "corrected" });

/** An editor with a drawn mask on frame 2 of track 1, and a server that answers as the test says. */
export function editor(rows = [drawn(2)]) {
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

export const job = (status) => ({ id: "j", kind: "spread", status, video: "v", project: "p", eta_seconds: null });

export const message = (...drafts) => ({
  video: "v",
  runs: [{ id: "r", job: "j", state: "running", stretches: {} }],
  drafts,
  blobs: { h1: "022" },
  next: null,
});

/** Spread, and let these drafts arrive. */
export async function spreading(app, ...drafts) {
  app.commands.spread();
  await settled();
  app.ondrafts(message(...drafts));
  await settled();
  return app.view.now.preview;
}

export const bodyOf = (app, path) => app.asked.findLast(([name]) => name === `POST ${VIDEO}/${path}`)?.[1];
