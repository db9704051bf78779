// @ts-check
/** The editor as one object: opens a video, shows its frames and masks, and handles the server's events. */

import { readAddress, writeAddress } from "./address.js";
import { api } from "./api.js";
import { author } from "../kit/author.js";
import { followCounting, isCounting } from "./pictures/counting.js";
import { withComment } from "./document/comments.js";
import { VideoDocument } from "./document/document.js";
import { listenToEvents } from "./document/events.js";
import { rowName } from "./document/editbatch.js";
import { EditQueue } from "./document/editqueue.js";
import { followClosedTabs } from "./document/keptedits.js";
import { saveAsFile } from "./document/queuefile.js";
import { RowLoader, CHUNK } from "./document/rowloader.js";
import { Sending } from "./document/sending.js";
import { Hooks } from "./hooks.js";
import { Showing } from "./pictures/showing.js";
import { openTab } from "./document/tabs.js";
import { createPreferences, createSession, createView, keptMarks, openVideo, VIEW } from "./state.js";
import { Encoder } from "./canvas/encoder.js";
import { Viewport } from "./canvas/viewport.js";
import { messageOf, obstacle } from "../kit/request.js";
import { hasEnded, jobName, keptOf } from "../kit/words.js";

/** @typedef {import("../kit/wire.js").Job} Job */
/** @typedef {import("../kit/wire.js").Video} Video */
/** @typedef {import("../kit/wire.js").WrittenRow} WrittenRow */

export class Editor extends Hooks {
  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.root = root;
    this.session = createSession();
    this.view = createView();
    this.preferences = createPreferences(localStorage);
    this.viewport = new Viewport();
    /** @type {VideoDocument} */
    this.document = new VideoDocument({ height: 1, width: 1, count: 1 });
    /** @type {EditQueue|null} */ this.queue = null;
    /** @type {Showing|null} */ this.showing = null;
    /** @type {RowLoader|null} */ this.rows = null;
    /** @type {import("./canvas/layers.js").Layers|null} made by the stage when a video opens */ this.layers = null;
    /** @type {import("./commands/registry.js").Registry} */ this.registry;
    /** @type {import("./shortcuts/keymap.js").Keymap} */ this.keymap;
    this.commands = /** @type {import("./commands/index.js").Commands} */ ({});
    /** @type {(() => void)|null} */ this.stopPlaying = null;
    /** @type {(() => void)[]} */ this.closing = [];
    this.author = author(localStorage);
    this.tab = openTab(localStorage, navigator.locks);
    /** @type {Map<string, EditQueue>} queues of videos that were left with unsent edits, by video */
    this.leaving = new Map();
    this.ready = false;
    /** @type {{id: string, work: Promise<void>}|null} the request for the number of frames that is under way */
    this.recounting = null;
    /** undos and redos under way */
    this.undos = 0;
    /** @type {import("./canvas/stage.js").Stage|null} */ this.stage = null;
    this.sending = new Sending();
    /** encodes drawn masks */ this.encoder = new Encoder();
    this.view.on(["frame"], () => this.show());
    this.view.on(["frame", "selected"], () => this.keepAddress());
    this.view.on(["selected", "comments", "hidden", "marks", "solo", "clean", "newTrack"], () => this.recompose());
    this.view.on(["revision"], () => this.afterChange());
  }

  /** Open the video in the address, or the first one of the last project. */
  async start() {
    this.session.set({ phase: "loading", problem: "" });
    try {
      const place = readAddress(location.search);
      const { projects, last } = await api.projects();
      const wanted = place.project ?? last ?? projects[0]?.id ?? null;
      this.session.set({ projects });
      if (wanted === null) {
        this.session.set({ phase: "novideo", project: null, video: null });
        return;
      }
      const project = await api.project(wanted);
      this.session.set({ project });
      const video = place.video ?? project.videos[0]?.id ?? null;
      if (video === null) this.session.set({ phase: "novideo", video: null });
      else await this.open(video, place.frame, place.track);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {unknown} error */
  fail(error) {
    this.session.set({ phase: "failed", problem: messageOf(error) });
  }

  /** Open a video in place of the one before. @param {string} id @param {number} [frame] @param {number|null} [track] number */
  async open(id, frame = 0, track = null) {
    this.ready = false;
    this.session.set({ phase: "loading", problem: "" });
    this.close();
    try {
      // The rows around the shown frame come with the video; the others of a long video are loaded later.
      const at = Math.floor(Math.max(0, frame) / CHUNK) * CHUNK;
      const [video, tracks] = await Promise.all([api.video(id), api.tracks(id, at, at + CHUNK)]);
      if (this.session.now.project?.id !== video.project.id) {
        this.session.set({ project: await api.project(video.project.id) });
      }
      this.begin(video, { tracks, at }, Math.max(0, Math.min(video.count - 1, frame)), track);
      await this.show();
      this.ready = true;
      this.rows?.fill();
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {Video} video @param {{tracks: import("../kit/wire.js").SentTracks, at: number}} first @param {number} frame @param {number|null} number */
  begin(video, first, frame, number) {
    const document = new VideoDocument(video);
    document.merge(first.tracks, first.at, first.at + CHUNK);
    this.rows = new RowLoader({
      count: () => document.count,
      frame: () => this.view.now.frame,
      load: (start, stop) => api.tracks(video.id, start, stop),
      take: (answer, start, stop) => document.merge(answer, start, stop),
    });
    this.rows.took(first.at);
    document.isCovered = (frame) => this.document === document && Boolean(this.rows?.covers(frame, frame));
    for (const range of video.complete ?? []) document.complete.set(range.id, range);
    document.onchange = () => this.view.set({ revision: this.view.now.revision + 1 });
    this.document = document;
    this.showing = new Showing(this, video);
    this.queue = new EditQueue({
      document,
      storage: localStorage,
      video: video.id,
      tab: this.tab,
      send: (edits) => this.sending.turn().then((last) => api.edits(video.id, this.author, edits, last)),
    });
    this.queue.onevent = (event) => this.onqueue(event);
    this.session.set({ video, phase: "ready" });
    const selected = number === null ? null : (document.byNumber(number)?.id ?? null);
    this.view.set({
      ...VIEW,
      ...keptMarks(localStorage, video.id),
      frame,
      selected,
      tool: this.view.now.tool,
      revision: this.view.now.revision + 1,
    });
    // A verdict on the whole track is a choice for one video.
    this.preferences.set({ scope: "frame" });
    this.viewport.setImage(video.width, video.height);
    this.onopen();
    this.keepAddress();
    // The queue of an earlier visit still tries to send; its edits are kept, and this one goes on with them.
    this.leaving.get(video.id)?.close();
    this.closing.push(
      followClosedTabs(this.queue),
      listenToEvents({
        video: video.id,
        project: video.project.id,
        since: () => this.document.lastEdit,
        onmessage: (message) => this.onevent(message),
        onstate: (connected) => this.onconnection(connected),
      }),
      followCounting(this),
    );
    this.refreshJobs();
  }

  /** Close the open video; its unsent edits are still sent. */
  close() {
    this.stage?.settle();
    for (const stop of this.closing.splice(0)) stop();
    this.showing?.close();
    this.showing = null;
    this.rows?.close();
    const queue = this.queue;
    if (queue?.pending) {
      queue.onevent = () => {};
      this.leaving.set(openVideo(this.session).id, queue);
      queue.whenIdle().then(() => queue.close());
    } else queue?.close();
    this.queue = null;
    this.layers?.close();
    this.layers = null;
  }

  /** Show the picture and the masks of the wanted frame together. */
  async show() {
    await this.showing?.show();
  }

  /** Rows changed: load their masks, then paint. */
  async afterChange() {
    if (!this.layers || this.view.now.shown < 0) return;
    const frame = this.view.now.shown;
    if (!this.document.hasMasks(frame)) {
      try {
        await this.showing?.fetchMasks(frame, frame + 1);
      } catch (error) {
        this.session.set({ problem: obstacle(error) }); // the next change or frame asks again
        return;
      }
    }
    this.recompose();
  }

  recompose() {
    if (this.layers && this.view.now.shown >= 0 && !this.layers.drawing && !this.encoder.pending) this.layers.compose();
  }

  /** Whether strokes may go onto the canvas now. */
  get steady() {
    const { shown, frame, picture } = this.view.now;
    return Boolean(this.layers) && shown === frame && picture === "exact";
  }

  /** The selected track, if there is one. */
  get track() {
    const { selected } = this.view.now;
    return selected === null ? null : (this.document.tracks.get(selected) ?? null);
  }

  /** Category's name. @param {string|null} id */
  categoryName(id) {
    const { video, project } = this.session.now;
    const list = video?.categories ?? project?.categories ?? [];
    return list.find((category) => category.id === id)?.name ?? "no category";
  }

  /** A track's own name, or its category's. @param {{name: string, category: string|null}} track */
  title(track) {
    return track.name || this.categoryName(track.category);
  }

  /** @param {import("./document/editbatch.js").QueueEvent} event */
  onqueue(event) {
    const waiting = this.queue?.pending ?? 0;
    const { reason } = event;
    if (reason === "offline") {
      const retryAt = Date.now() + event.seconds * 1000;
      this.session.set({ saving: "offline", waiting, obstacle: event.why, retryAt });
    } else if (reason === "held") this.session.set({ saving: "conflict", waiting, retryAt: 0 });
    else if (reason === "saved" && !this.undos) this.session.set({ saving: "saved", waiting: 0, retryAt: 0 });
    else if (reason === "applied") this.session.set({ waiting, ...(waiting ? {} : { saving: "saved" }) });
    else if (this.session.now.saving === "offline" && waiting) this.session.set({ waiting });
    else this.session.set({ saving: waiting ? "saving" : "saved", waiting });
    if (reason === "conflict") this.onconflict(event);
    if (reason === "refused") {
      const keep = { label: "Save as a file", run: () => saveAsFile(this, event.edits) };
      const actions = event.edits.length ? [keep] : [];
      this.toast({ tone: "bad", icon: "warn", title: "Not saved", text: event.sentence, actions });
    }
    if (reason === "storage") {
      this.toast({
        tone: "warn",
        icon: "warn",
        title: "The browser's storage is full",
        text: "Keep this page open until it says Saved.",
      });
    }
    if (reason === "applied" && event.edit.changes.some(({ frame }) => frame === null)) this.refreshVideo();
  }

  /** Load the video again, with its complete ranges and categories. */
  async refreshVideo() {
    const video = openVideo(this.session);
    const fresh = await api.video(video.id).catch(() => null);
    if (!fresh || this.session.now.video?.id !== fresh.id || !this.queue || this.queue.pending) return;
    this.document.complete = new Map((fresh.complete ?? []).map((range) => [range.id, range]));
    this.session.set({ video: fresh });
    this.view.set({ revision: this.view.now.revision + 1 });
  }

  /** @param {boolean} connected */
  onconnection(connected) {
    const again = connected && !this.session.now.connected && this.ready;
    this.session.set({ connected });
    if (again) {
      if (this.queue?.timer) this.queue.retry();
      this.refreshJobs();
    }
  }

  /** @param {import("../kit/wire.js").Message} message */
  onevent(message) {
    if (message.type === "job") this.onjob(message.job);
    if (message.type === "drafts") this.ondrafts(message);
    if (message.type === "drafts_removed") this.ondraftsremoved(message);
    if (message.type === "comment" && message.video === this.session.now.video?.id)
      this.view.set({ comments: withComment(this.view.now.comments, message.comment) });
    if (message.type !== "edit" || message.video !== this.session.now.video?.id) return;
    this.applyRows(message.rows);
    this.document.lastEdit = Math.max(this.document.lastEdit, message.number);
    if (message.rows.some((row) => row.frame === null || row.range_id)) this.refreshVideo();
  }

  /**
   * Take over rows that the server wrote, except those that an unsent edit writes.
   * @param {WrittenRow[]} rows
   */
  applyRows(rows) {
    const unknown = new Set();
    for (const row of rows) {
      const track = row.track === null ? null : this.document.tracks.get(row.track);
      if (row.frame === null && row.track && !track && row.after && !row.after.deleted) unknown.add(row.track);
      if (this.queue?.writerOf(rowName(row))) continue;
      const here = row.frame === null ? track : this.document.row(row.track, row.frame);
      if (!here || here.version < row.version || row.version === 0) this.document.apply(row);
    }
    for (const row of rows) if (row.frame !== null) unknown.delete(row.track);
    // For a track that was restored the event has only its own row; the rows of its masks are loaded.
    if (unknown.size) this.reload();
  }

  /** Load the active jobs; one that ended while the connection was lost is handled as ended now. */
  async refreshJobs() {
    const { project } = this.session.now;
    const answer = project && (await api.jobs(project.id).catch(() => null));
    if (!answer) return;
    const running = new Set(answer.jobs.map((job) => job.id));
    const gone = this.session.now.jobs.filter((job) => job.project === project.id && !hasEnded(job));
    this.session.set({ jobs: answer.jobs });
    for (const { id } of gone.filter((job) => !running.has(job.id))) {
      const job = await api.job(id).catch(() => null);
      if (job) this.onjob(job);
    }
  }

  /** @param {Job} job */
  onjob(job) {
    const old = this.session.now.jobs.find((other) => other.id === job.id);
    this.session.set({ jobs: [...this.session.now.jobs.filter((other) => other.id !== job.id), job] });
    const ended = hasEnded(job);
    if (!ended || (old && old.status === job.status) || job.video !== this.session.now.video?.id) return;
    if (job.kind === "propose") this.reload();
    if (job.kind === "index" && isCounting(this.session.now.video)) this.recount();
    if (keptOf(job)) this.toast({ icon: "spark", title: `${jobName(job.kind)} is cancelled`, text: keptOf(job) });
    if (job.status === "failed") {
      this.toast({
        tone: "bad",
        icon: "warn",
        title: `${job.kind === "propose" ? "Propose" : "The job"} stopped`,
        text: job.error ?? "",
      });
    }
  }

  /** Take over the number of counted frames; calls during a request share its answer. @returns {Promise<void>} */
  recount() {
    const { id } = openVideo(this.session);
    if (this.recounting && this.recounting.id === id) return this.recounting.work;
    const recounting = { id, work: this.takeCount() };
    this.recounting = recounting;
    return recounting.work.finally(() => {
      if (this.recounting === recounting) this.recounting = null;
    });
  }

  /** Frames beyond the confirmed ones may show other pictures now. */
  async takeCount() {
    const video = openVideo(this.session);
    const fresh = await api.video(video.id).catch(() => null);
    if (!fresh || this.session.now.video?.id !== fresh.id || !this.showing) return;
    const before = this.document.count;
    const { frame, shown } = this.view.now;
    const sure = video.confirmed;
    this.session.set({ video: fresh });
    this.document.count = this.showing.frames.count = fresh.count;
    this.rows?.fill();
    if (fresh.count === before && fresh.confirmed < fresh.count) return;
    this.showing.frames.forget(sure);
    this.onrecount(before);
    this.view.set({ frame: Math.min(frame, fresh.count - 1), revision: this.view.now.revision + 1 });
    if (shown >= sure && !this.layers?.drawing) this.show();
  }

  /** Load all tracks again, unless edits are unsent. */
  async reload() {
    if (this.queue?.pending) return;
    await this.rows?.again().catch((error) => this.session.set({ problem: obstacle(error) }));
  }

  keepAddress() {
    const { project, video } = this.session.now;
    if (!video) return;
    const place = {
      project: project?.id ?? null,
      video: video.id,
      frame: this.view.now.frame,
      track: this.track?.number ?? null,
    };
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(
      () => history.replaceState(null, "", writeAddress(place, location.search) + location.hash),
      120,
    );
  }
}
