/** What the tests of the edit queue need: a server that knows rows and versions, and a queue over a small document. */

import { OfflineError, RefusedError } from "../../../../assets/kit/request.js";
import { rowName } from "../../../../assets/editor/document/editbatch.js";
import { EditQueue } from "../../../../assets/editor/document/editqueue.js";
import { memoryStorage, smallDocument, tabOf } from "../memory.mjs";

/** A server in a few lines: rows with versions, edits applied whole or not at all. */
export class Server {
  constructor() {
    this.number = 1;
    this.rows = new Map([
      ["t1 0", 1],
      ["t1 1", 1],
      ["t1 2", 1],
      ["t1 track", 1],
    ]);
    this.done = new Map();
    this.silent = false;
    this.loseAnswer = false;
    this.batches = [];
    this.refuse = null;
  }

  async send(edits) {
    if (this.silent) throw new OfflineError();
    this.batches.push(edits.map((edit) => edit.id));
    const named = edits.find((edit) => edit.id === this.refuse?.body?.edit);
    if (this.refuse && (named || !this.refuse.body)) {
      throw new RefusedError(this.refuse.error, this.refuse.status, this.refuse.body, this.refuse.after);
    }
    const results = [];
    const wrote = new Map();
    for (const edit of edits) {
      if (this.done.has(edit.id)) {
        results.push({ ...this.done.get(edit.id), status: "repeated" });
        wrote.set(edit.id, this.done.get(edit.id).number);
        continue;
      }
      const expected = (c) => (c.before_version === -1 ? wrote.get(edit.base) : c.before_version);
      const differing = edit.changes.filter((c) => (this.rows.get(rowName(c)) ?? 0) !== expected(c));
      if (differing.length) {
        const rows = differing.map((c) => ({
          track: c.track,
          frame: c.frame,
          version: this.rows.get(rowName(c)),
          after: { state: "absent" },
        }));
        results.push({ id: edit.id, status: "conflict", rows });
        continue;
      }
      this.number += 1;
      const rows = edit.changes.map((c) => {
        this.rows.set(rowName(c), this.number);
        const after =
          c.after && c.after.rle ? { ...c.after, rle: undefined, mask: `server-${c.after.rle.counts}` } : c.after;
        return { track: c.track, frame: c.frame, version: this.number, after };
      });
      const result = { id: edit.id, status: "applied", number: this.number, rows };
      wrote.set(edit.id, this.number);
      this.done.set(edit.id, result);
      results.push(result);
    }
    if (this.loseAnswer) {
      this.loseAnswer = false;
      throw new OfflineError();
    }
    return { results };
  }
}

export const settled = async () => {
  for (let i = 0; i < 20; i += 1) await new Promise((done) => setImmediate(done));
};

export function setUp(storage = memoryStorage(), server = new Server(), tab = tabOf(storage.session ?? "tab")) {
  const document = smallDocument();
  const timers = [];
  let next = 0;
  const queue = new EditQueue({
    document,
    storage,
    video: "v1",
    tab,
    send: (edits) => server.send(edits),
    newId: () => `${storage.session ?? "e"}${(next += 1)}`,
    later: (work, ms) => timers.push({ work, ms }),
  });
  const events = [];
  queue.onevent = ({ reason, ...detail }) => events.push([reason, detail]);
  /** The server answers again, and the pause before the next try ends. */
  const online = async () => {
    server.silent = false;
    timers.at(-1).work();
    await settled();
  };
  return { document, queue, server, storage, timers, events, online };
}

export const stroke = (frame, counts = "022") => [
  {
    track: "t1",
    frame,
    after: { state: "present", rle: { size: [2, 3], counts }, source: "drawn", review: "corrected" },
  },
];
