// @ts-check
/**
 * The edit queue: every edit is applied to the document at once, kept in the browser until the server has it, and sent
 * in batches. Unsent edits survive a reload.
 *
 * An edit leaves the queue only by the server's result for it: a conflict (another edit changed the same rows), or a
 * refusal that names it. After any other failure the whole queue stays and is sent again, after growing pauses. An edit
 * in conflict, and all that build on it, wait until a person chooses; the others are sent.
 *
 * A change keeps its base as `before`: the version of the row, or the last unsent edit that wrote it.
 */

import { obstacle, RefusedError } from "../../kit/request.js";
import { nextBatch, rowName, toSend, withDependents } from "./editbatch.js";
import { newIdentifier } from "../../kit/identifier.js";
import { KeptEdits } from "./keptedits.js";
import { inParts, newestWhole, TOO_MANY } from "./parts.js";
import { Writers } from "./writers.js";

/** Edits per request at most. */
const BATCH = 40;
/** Seconds between tries, growing. */
const PAUSES = [1, 2, 4, 8, 15, 30];

/** @typedef {import("./editbatch.js").Change} Change */
/** @typedef {import("./editbatch.js").BuiltChange} BuiltChange */
/** @typedef {import("./editbatch.js").Conflict} Conflict */
/** @typedef {import("./editbatch.js").Edit} Edit */
/** @typedef {import("../../kit/wire.js").EditResult} EditResult */
/** @typedef {import("../../kit/wire.js").WrittenRow} WrittenRow */

/** @param {() => void} work @param {number} ms */
const setTimeoutOf = (work, ms) => setTimeout(work, ms);

export class EditQueue {
  /**
   * @param {object} parts
   * @param {import("./document.js").VideoDocument} parts.document
   * @param {(edits: import("./editbatch.js").SentEdit[]) => Promise<{results: EditResult[]}>} parts.send
   * @param {Storage} parts.storage where unsent edits are kept
   * @param {string} parts.video id, part of the storage keys
   * @param {import("./tabs.js").Tab} parts.tab that the edits belong to
   * @param {() => string} [parts.newId]
   * @param {(work: () => void, ms: number) => ReturnType<typeof setTimeout>} [parts.later] setTimeout, for tests
   */
  constructor({ document, send, storage, video, tab, newId = newIdentifier, later = setTimeoutOf }) {
    this.document = document;
    this.send = send;
    this.kept = new KeptEdits(storage, video, tab);
    this.newId = newId;
    this.later = later;
    /** @type {Edit[]} */
    this.waiting = [];
    this.writers = new Writers();
    /** @type {Edit[]} edits of the request under way */
    this.out = [];
    /** @type {Map<string, import("./document.js").Replaced[]>} what each edit replaced in the document, by id */
    this.replaced = new Map();
    /** @type {Edit[]} taken back before they were sent, newest last */
    this.taken = [];
    this.seq = 0;
    this.failures = 0;
    /** edits in the next request at most; fewer after one that failed, so that one bad edit cannot hold up the others */
    this.most = BATCH;
    /** @type {Map<string, Conflict>} edits that wait until a person chooses, by id */
    this.conflicts = new Map();
    this.stored = true;
    /** @type {(event: import("./editbatch.js").QueueEvent) => void} */
    this.onevent = () => {};
    /** @type {ReturnType<typeof setTimeout>|null} */
    this.timer = null;
    /** @type {(() => void)[]} */
    this.idle = [];
    this.closed = false;
  }

  get pending() {
    return this.waiting.length;
  }

  /** Whether no request is under way and no pause runs. */
  get resting() {
    return !this.out.length && !this.timer;
  }

  /** Report an event; an error of the listener does not stop the queue. @param {import("./editbatch.js").QueueEvent} event */
  emit(event) {
    try {
      this.onevent(event);
    } catch (error) {
      console.error(error);
    }
  }

  /** Edits in conflict and all that build on them. @returns {Set<string>} their ids */
  held() {
    return withDependents(this.waiting, this.conflicts.keys());
  }

  /** The last unsent edit that wrote a row. @param {string} name from `rowName` @returns {Edit|undefined} */
  writerOf(name) {
    return this.writers.last(name);
  }

  /**
   * Apply an edit here and queue it, in parts where it is long.
   * @param {string} kind
   * @param {Change[]} changes without `before`
   * @returns {Edit|null} its last part; null when there is nothing to change, or too much for one edit
   */
  add(kind, changes) {
    if (changes.length === 0) return null;
    const parts = inParts(this.newId(), changes);
    if (!parts.length) this.emit({ reason: "refused", sentence: TOO_MANY, edits: [] });
    else this.taken = [];
    return this.enqueueAll(kind, parts);
  }

  /** @param {string} kind @param {{id: string, changes: Change[]}[]} parts @returns {Edit|null} the last one */
  enqueueAll(kind, parts) {
    /** @type {Edit|null} */
    let last = null;
    for (const { id, changes } of parts) {
      const built = changes.map((change) => ({ ...change, before: this.builtOn(change) }));
      last = { id, kind, changes: built, seq: (this.seq += 1), made: Date.now() };
      this.enqueue(last);
    }
    return last;
  }

  /** @param {Change} change @returns {{version: number}|{edit: string}} */
  builtOn(change) {
    const writer = this.writerOf(rowName(change));
    if (writer) return { edit: writer.id };
    if (change.range_id) return { version: this.document.complete.get(change.range_id)?.version ?? 0 };
    const track = change.track === null ? undefined : this.document.tracks.get(change.track);
    if (change.frame === null) return { version: track?.version ?? 0 };
    return { version: track?.rows.get(change.frame)?.version ?? 0 };
  }

  /** @param {Edit} edit */
  enqueue(edit) {
    this.waiting.push(edit);
    this.applyHere(edit);
    this.keep(edit);
    this.emit({ reason: "queued" });
    this.pump();
  }

  /** @param {Edit} edit */
  applyHere(edit) {
    this.writers.add(edit);
    this.replaced.set(
      edit.id,
      edit.changes.map((change) => this.document.apply({ ...change, version: 0 })),
    );
  }

  /** @param {Edit} edit */
  keep(edit) {
    this.stored = this.kept.put(edit);
    // The edit stays in memory, and the page shows it as unsaved until it is sent.
    if (!this.stored) this.emit({ reason: "storage" });
  }

  /** @param {Edit} edit */
  forget(edit) {
    this.kept.remove(edit);
    this.replaced.delete(edit.id);
  }

  /** Queue the unsent edits of earlier pages and of closed tabs. @returns {Promise<number>} how many */
  async resume() {
    let found = 0;
    await this.kept.adopt((edits) => {
      if (!this.closed) found = this.adopt(edits);
    });
    return found;
  }

  /**
   * Queue edits that were made elsewhere, oldest first; those that wait here already are left out.
   * @param {Edit[]} edits
   * @returns {number} how many were queued
   */
  adopt(edits) {
    const here = new Set(this.waiting.map((edit) => edit.id));
    const added = edits.filter((edit) => !here.has(edit.id));
    for (const edit of added) {
      here.add(edit.id);
      // The base of an edit may have left the queue meanwhile: then the edit builds on the document as it is.
      const onHere = (/** @type {BuiltChange} */ { before }) => !("edit" in before) || here.has(before.edit);
      const changes = edit.changes.map((change) =>
        onHere(change) ? change : { ...change, before: this.builtOn(change) },
      );
      const own = { ...edit, changes, seq: (this.seq += 1) };
      this.waiting.push(own);
      this.applyHere(own);
      this.keep(own);
    }
    if (added.length) {
      this.emit({ reason: "queued" });
      this.pump();
    }
    return added.length;
  }

  /** Send the edits that are in no conflict, unless a request is under way or a pause runs. */
  async pump() {
    if (this.out.length || this.timer || this.closed) return;
    const held = this.held();
    const ready = this.waiting.filter(({ id }) => !held.has(id));
    const edits = nextBatch(ready, this.most);
    if (!edits.length) {
      this.settle();
      return;
    }
    this.out = edits;
    this.emit({ reason: "sending" });
    try {
      const answer = await this.send(edits.map((edit) => toSend(edit)));
      this.out = [];
      if (!this.take(edits, answer?.results)) {
        this.pause("The answer to the edits says nothing about them.");
        return;
      }
      this.failures = 0;
      this.most = Math.min(BATCH, this.most * 2);
    } catch (error) {
      this.out = [];
      if (!this.verdict(edits, error)) {
        const refused = error instanceof RefusedError;
        if (refused) this.most = Math.max(1, Math.floor(edits.length / 2));
        this.pause(obstacle(error), refused ? error.after : 0);
        return;
      }
    }
    this.pump();
  }

  /**
   * Handle an error that is the server's result for one edit of the batch. False for any other error.
   * @param {Edit[]} edits @param {unknown} error
   */
  verdict(edits, error) {
    if (!(error instanceof RefusedError)) return false;
    const { body } = error;
    const named = edits.find((edit) => edit.id === body.edit) ?? (edits.length === 1 ? edits[0] : undefined);
    if (error.status === 409 && Array.isArray(body.rows) && named) this.collide(named, body.rows);
    else if (error.status === 422 && named && named.id === body.edit) this.refuse(named, error.message);
    else return false;
    return true;
  }

  /** Wait before the next try. @param {string} why a sentence, empty when the server does not answer @param {number} [after] seconds, at least */
  pause(why = "", after = 0) {
    const seconds = Math.max(PAUSES[Math.min(this.failures, PAUSES.length - 1)], after);
    this.failures += 1;
    this.timer = this.later(() => this.retry(), seconds * 1000);
    this.emit({ reason: "offline", seconds, why });
  }

  /** Try again now. */
  retry() {
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
    return this.pump();
  }

  settle() {
    this.emit({ reason: this.waiting.length ? "held" : "saved" });
    for (const done of this.idle.splice(0)) done();
  }

  /** Resolves when only edits in conflict wait; not while the server does not answer. @returns {Promise<void>} */
  whenIdle() {
    if (this.waiting.length === this.held().size && !this.out.length) return Promise.resolve();
    return new Promise((done) => {
      this.idle.push(done);
    });
  }

  /**
   * Handle the server's result for each edit. An edit that builds on one in conflict has no result of its own.
   * @param {Edit[]} edits @param {EditResult[]|undefined} results
   * @returns {boolean} whether there was a result for any of them
   */
  take(edits, results) {
    let understood = false;
    for (const edit of edits) {
      const result = Array.isArray(results) ? results.find((entry) => entry?.id === edit.id) : undefined;
      if (!result) continue;
      understood = true;
      if (!this.waiting.includes(edit) || this.held().has(edit.id)) continue;
      if (result.status === "applied" || result.status === "repeated") this.applied(edit, result);
      else if (result.status === "conflict") this.collide(edit, result.rows ?? []);
      else this.refuse(edit, result.error ?? "The server refused this edit.");
    }
    return understood;
  }

  /** Set an edit aside until a person has chosen. @param {Edit} edit @param {WrittenRow[]} rows of the server */
  collide(edit, rows) {
    const conflict = { edit, rows };
    this.conflicts.set(edit.id, conflict);
    this.emit({ reason: "conflict", ...conflict });
  }

  /** @param {Edit} edit @param {EditResult} result */
  applied(edit, result) {
    this.waiting = this.waiting.filter((other) => other !== edit);
    this.writers.remove(edit);
    const versions = new Map();
    for (const row of result.rows) {
      versions.set(rowName(row), row.version);
      const local = row.frame === null ? null : this.document.row(row.track, row.frame)?.hash;
      if (local && row.after?.mask && local !== row.after.mask && !this.writerOf(rowName(row))) {
        this.document.masks.rename(local, row.after.mask);
      }
      if (!this.writerOf(rowName(row))) this.document.apply(row);
      else if (row.frame === null && row.after?.number && row.track)
        this.document.renumber(row.track, row.after.number);
    }
    for (const other of this.waiting) {
      let touched = false;
      for (const change of other.changes) {
        if (!("edit" in change.before) || change.before.edit !== edit.id) continue;
        change.before = { version: versions.get(rowName(change)) ?? result.number ?? 0 };
        touched = true;
      }
      if (touched) this.keep(other);
    }
    this.document.lastEdit = Math.max(this.document.lastEdit, result.number ?? 0);
    this.forget(edit);
    this.emit({ reason: "applied", edit, result });
  }

  /** Remove an edit and all that build on it from the queue and the document. @param {Edit} edit @returns {Edit[]} */
  drop(edit) {
    const ids = withDependents(this.waiting, [edit.id]);
    const gone = this.waiting.filter(({ id }) => ids.has(id));
    for (const other of [...gone].reverse()) {
      for (const kept of [...(this.replaced.get(other.id) ?? [])].reverse()) this.document.restore(kept);
      this.writers.remove(other);
      this.forget(other);
    }
    this.waiting = this.waiting.filter((other) => !gone.includes(other));
    for (const other of gone) this.conflicts.delete(other.id);
    return gone;
  }

  /** @param {Edit} edit @param {string} sentence */
  refuse(edit, sentence) {
    this.emit({ reason: "refused", sentence, edits: this.drop(edit) });
  }

  /**
   * End a conflict.
   * @param {string} id of the edit @param {boolean} mine put this page's version on top, else keep the server's
   */
  resolve(id, mine) {
    const conflict = this.conflicts.get(id);
    if (!conflict) return;
    const { edit, rows } = conflict;
    this.conflicts.delete(id);
    if (mine) {
      for (const row of rows) {
        for (const change of edit.changes)
          if (rowName(change) === rowName(row)) change.before = { version: row.version };
      }
      this.keep(edit);
    } else {
      this.drop(edit);
      for (const row of rows) this.document.apply(row);
    }
    this.pump();
  }

  /** Take the newest edit back if nothing of it is being sent. @returns {Edit|null} */
  takeBack() {
    const parts = newestWhole(this.waiting);
    if (!parts.length || parts.some((edit) => this.out.includes(edit))) return null;
    for (const edit of [...parts].reverse()) this.drop(edit);
    const whole = { ...parts[0], changes: parts.flatMap(({ changes }) => changes) };
    this.taken.push(whole);
    this.emit({ reason: "queued" });
    return whole;
  }

  /** Queue the edit again that `takeBack` took last. @returns {Edit|null} its last part */
  giveBack() {
    const edit = this.taken.pop();
    return edit ? this.enqueueAll(edit.kind, inParts(this.newId(), edit.changes)) : null;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer ?? undefined);
  }
}
