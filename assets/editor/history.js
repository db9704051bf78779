// @ts-check
/**
 * The edit queue: every edit is applied here at once, kept in the browser until the server has it, and sent in
 * batches. A silent server is asked again with growing pauses; unsent edits survive a reload.
 *
 * A change remembers what it builds on as `before`: the version of the row, or the edit of this queue that last
 * wrote it. Which number goes out is settled when the batch is made.
 */

import { OfflineError, RefusedError } from "./api.js";

/** Edits per request at most. */
const BATCH = 40;
/** Seconds between tries, growing. */
const PAUSES = [1, 2, 4, 8, 15, 30];

/**
 * @typedef {object} Change
 * @property {string|null} track
 * @property {number|null} frame
 * @property {any} after
 * @property {string} [range_id]
 * @property {{version: number}|{edit: string}} [before]
 */
/** @typedef {{id: string, kind: string, changes: Change[], seq: number}} Edit */

/** Name of the row that a change writes. @param {{track: string|null, frame: number|null, range_id?: string}} change */
export const rowName = (change) =>
  change.range_id ? `range ${change.range_id}` : `${change.track} ${change.frame ?? "track"}`;

export class EditQueue {
  /**
   * @param {object} parts
   * @param {import("./document.js").VideoDocument} parts.document
   * @param {(edits: any[]) => Promise<{results: any[]}>} parts.send
   * @param {Storage} parts.storage where unsent edits are kept
   * @param {string} parts.name of the video, part of the storage keys
   * @param {() => string} [parts.newId]
   * @param {(work: () => void, ms: number) => any} [parts.later] setTimeout, for tests
   */
  constructor({ document, send, storage, name, newId = newIdentifier, later = (work, ms) => setTimeout(work, ms) }) {
    this.document = document;
    this.send = send;
    this.storage = storage;
    this.prefix = `v-edit:${name}:`;
    this.newId = newId;
    this.later = later;
    /** @type {Edit[]} */
    this.waiting = [];
    this.inFlight = 0;
    /** @type {Map<string, {track: string|null, frame: number|null, range_id?: string, before: any}[]>} */
    this.undoing = new Map();
    /** @type {Edit[]} taken back before they were sent, newest last */
    this.taken = [];
    this.seq = 0;
    this.failures = 0;
    /** @type {{edit: Edit, rows: any[]}|null} */
    this.conflict = null;
    this.stored = true;
    /** @type {(reason: string, detail?: any) => void} */
    this.tell = () => {};
    /** @type {any} */
    this.timer = null;
    /** @type {(() => void)[]} */
    this.idle = [];
    this.closed = false;
  }

  get pending() {
    return this.waiting.length;
  }

  /** Last edit on its way that wrote a row. @param {string} name from `rowName` @returns {Edit|undefined} */
  writerOf(name) {
    return this.waiting.findLast((edit) => edit.changes.some((change) => rowName(change) === name));
  }

  /**
   * Apply an edit here and queue it.
   * @param {string} kind
   * @param {Change[]} changes without `before`
   * @returns {Edit|null} null when there is nothing to change
   */
  add(kind, changes) {
    if (changes.length === 0) return null;
    const prepared = changes.map((change) => ({ ...change, before: this.builtOn(change) }));
    this.taken = [];
    const edit = { id: this.newId(), kind, changes: prepared, seq: (this.seq += 1) };
    this.enqueue(edit);
    return edit;
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
    this.tell("queued", edit);
    this.pump();
  }

  /** @param {Edit} edit */
  applyHere(edit) {
    this.undoing.set(
      edit.id,
      edit.changes.map((change) =>
        this.document.apply({
          track: change.track,
          frame: change.frame,
          range_id: change.range_id,
          version: 0,
          after: change.after,
        }),
      ),
    );
  }

  /** @param {Edit} edit */
  keep(edit) {
    try {
      this.storage.setItem(this.prefix + String(edit.seq).padStart(9, "0"), JSON.stringify(edit));
      this.stored = true;
    } catch {
      // The browser's storage is full: the edit stays in memory, and the page says so until it is sent.
      this.stored = false;
      this.tell("storage");
    }
  }

  /** @param {Edit} edit */
  forget(edit) {
    this.storage.removeItem(this.prefix + String(edit.seq).padStart(9, "0"));
    this.undoing.delete(edit.id);
  }

  /** Take up what an earlier page could not send. @returns {number} how many edits */
  resume() {
    const names = [];
    for (let i = 0; i < this.storage.length; i += 1) {
      const name = this.storage.key(i);
      if (name?.startsWith(this.prefix)) names.push(name);
    }
    for (const name of names.sort()) {
      const edit = JSON.parse(/** @type {string} */ (this.storage.getItem(name)));
      this.seq = Math.max(this.seq, edit.seq);
      this.waiting.push(edit);
      this.applyHere(edit);
    }
    if (names.length) {
      this.tell("queued");
      this.pump();
    }
    return names.length;
  }

  /** Edits that can go out together: none builds on two others of the same batch. @returns {{edits: Edit[], sent: any[]}} */
  batch() {
    const edits = [];
    const sent = [];
    const names = new Set();
    for (const edit of this.waiting.slice(0, BATCH)) {
      const bases = new Set();
      for (const change of edit.changes) {
        const before = /** @type {any} */ (change.before);
        if (before.edit) bases.add(before.edit);
      }
      if (bases.size > 1 || [...bases].some((base) => !names.has(base))) break;
      const [base] = bases;
      sent.push({
        id: edit.id,
        kind: edit.kind,
        ...(base ? { base } : {}),
        changes: edit.changes.map(({ track, frame, after, range_id, before }) => ({
          track,
          frame,
          after,
          before_version: /** @type {any} */ (before).edit ? -1 : /** @type {any} */ (before).version,
          ...(range_id ? { range_id } : {}),
        })),
      });
      names.add(edit.id);
      edits.push(edit);
    }
    return { edits, sent };
  }

  /** Send what waits, unless something is out, a conflict is open, or a pause runs. */
  async pump() {
    if (this.inFlight || this.conflict || this.timer || this.closed) return;
    if (this.waiting.length === 0) {
      this.settle();
      return;
    }
    const { edits, sent } = this.batch();
    this.inFlight = edits.length;
    this.tell("sending");
    try {
      const { results } = await this.send(sent);
      this.failures = 0;
      this.inFlight = 0;
      this.take(edits, results);
    } catch (error) {
      this.inFlight = 0;
      if (error instanceof RefusedError && error.status < 500) {
        this.refuse(edits[0], error.message);
      } else if (error instanceof OfflineError || error instanceof RefusedError) {
        this.pause();
        return;
      } else {
        throw error;
      }
    }
    this.pump();
  }

  /** Wait before the next try. */
  pause() {
    const seconds = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures += 1;
    this.timer = this.later(() => this.retry(), seconds * 1000);
    this.tell("offline", seconds);
  }

  /** Try again now. */
  retry() {
    clearTimeout(this.timer);
    this.timer = null;
    return this.pump();
  }

  settle() {
    this.tell("saved");
    for (const done of this.idle.splice(0)) done();
  }

  /** Resolves when nothing waits; never while the server is silent. @returns {Promise<void>} */
  whenIdle() {
    if (!this.waiting.length && !this.inFlight) return Promise.resolve();
    return new Promise((done) => {
      this.idle.push(done);
    });
  }

  /** @param {Edit[]} edits @param {any[]} results */
  take(edits, results) {
    for (const edit of edits) {
      const result = results.find((entry) => entry.id === edit.id);
      if (!result) break;
      if (result.status === "applied" || result.status === "repeated") this.applied(edit, result);
      else if (result.status === "conflict") {
        this.conflict = { edit, rows: result.rows };
        this.tell("conflict", this.conflict);
        return;
      } else {
        this.refuse(edit, result.error ?? "The server refused this edit.");
        return;
      }
    }
  }

  /** @param {Edit} edit @param {any} result */
  applied(edit, result) {
    this.waiting = this.waiting.filter((other) => other !== edit);
    const versions = new Map();
    for (const row of result.rows) {
      versions.set(rowName(row), row.version);
      const local = row.frame === null ? null : this.document.row(row.track, row.frame)?.hash;
      if (local && row.after?.mask && local !== row.after.mask && !this.writerOf(rowName(row))) {
        this.document.masks.rename(local, row.after.mask);
      }
      if (!this.writerOf(rowName(row))) this.document.apply(row);
      else if (row.frame === null && row.after?.number && row.track) this.document.renumber(row.track, row.after.number);
    }
    for (const other of this.waiting) {
      let touched = false;
      for (const change of other.changes) {
        if (/** @type {any} */ (change.before).edit !== edit.id) continue;
        change.before = { version: versions.get(rowName(change)) ?? result.number ?? 0 };
        touched = true;
      }
      if (touched) this.keep(other);
    }
    this.document.lastEdit = Math.max(this.document.lastEdit, result.number ?? 0);
    this.forget(edit);
    this.tell("applied", { edit, result });
  }

  /** Take an edit and all that build on it out of the queue and off the picture. @param {Edit} edit @returns {Edit[]} */
  drop(edit) {
    const gone = [edit];
    for (const other of this.waiting) {
      const builds = other.changes.some((change) => gone.some((g) => g.id === /** @type {any} */ (change.before).edit));
      if (builds) gone.push(other);
    }
    for (const other of [...gone].reverse()) {
      for (const kept of [...(this.undoing.get(other.id) ?? [])].reverse()) this.document.restore(kept);
      this.forget(other);
    }
    this.waiting = this.waiting.filter((other) => !gone.includes(other));
    return gone;
  }

  /** @param {Edit} edit @param {string} sentence */
  refuse(edit, sentence) {
    this.drop(edit);
    this.tell("refused", sentence);
  }

  /** End a conflict. @param {boolean} mine put this page's version on top, else keep the server's */
  resolve(mine) {
    if (!this.conflict) return;
    const { edit, rows } = this.conflict;
    this.conflict = null;
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

  /** Take back the newest edit if it has not been sent. @returns {Edit|null} */
  takeBack() {
    const edit = this.waiting[this.waiting.length - 1];
    if (!edit || this.waiting.length <= this.inFlight) return null;
    this.drop(edit);
    this.taken.push(edit);
    this.tell("queued");
    return edit;
  }

  /** Queue again what `takeBack` took. @returns {Edit|null} */
  giveBack() {
    const edit = this.taken.pop();
    if (!edit) return null;
    const again = { ...edit, id: this.newId(), seq: (this.seq += 1) };
    again.changes = edit.changes.map((change) => ({ ...change, before: this.builtOn(change) }));
    this.enqueue(again);
    return again;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

/** A random UUID, also where the page came over plain HTTP and crypto.randomUUID is missing. */
export function newIdentifier() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
