// @ts-check
/** The editor as one object: opens a video, shows frames with their masks, and passes news on. */

import { readAddress, writeAddress } from "./address.js";
import { api } from "./api.js";
import { followCounting, isCounting } from "./pictures/counting.js";
import { VideoDocument } from "./document/document.js";
import { listenToEvents } from "./document/events.js";
import { rowName } from "./document/editbatch.js";
import { EditQueue } from "./document/editqueue.js";
import { saveAsFile } from "./document/queuefile.js";
import { RowLoader, STRETCH } from "./document/rowloader.js";
import { Showing } from "./pictures/showing.js";
import { openTab } from "./document/tabs.js";
import { createPreferences, createSession, createView, VIEW } from "./state.js";
import { Viewport } from "./canvas/viewport.js";
import { hasEnded } from "../kit/words.js";

export class Editor {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.session = createSession();
    this.view = createView();
    this.preferences = createPreferences(localStorage);
    this.viewport = new Viewport();
    /** @type {VideoDocument} */
    this.document = new VideoDocument({ height: 1, width: 1, count: 1 });
    /** @type {any} */ this.queue = null;
    /** @type {Showing|null} */ this.showing = null;
    /** @type {RowLoader|null} */ this.rows = null;
    /** @type {any} made by the stage when a video opens */
    this.layers = null;
    /** @type {Record<string, (...args: any[]) => any>} */
    this.commands = {};
    /** @type {(message: import("./panels/toasts.js").Toast) => void} */
    this.toast = () => {};
    /** @type {(() => void)[]} */
    this.closing = [];
    this.author = author();
    this.tab = openTab(localStorage, navigator.locks);
    /** @type {Map<string, EditQueue>} queues of videos that were left with unsent edits, by video */
    this.leaving = new Map();
    this.ready = false;
    /** @type {{id: string, work: Promise<void>}|null} the question how many frames a video has, while it is out */
    this.recounting = null;
    /** undos and redos that were asked for and not answered */
    this.asked = 0;
    /** @type {() => void} */ this.onopen = () => {};
    /** @type {() => void} gives up a half drawn stroke */ this.oncancel = () => {};
    /** @type {() => boolean} takes back the last step of a half drawn shape, false without one */ this.onstepback =
      () => false;
    /** @type {(before: number) => void} the number of frames changed */ this.onrecount = () => {};
    /** @type {(detail: any) => void} */ this.onconflict = () => {};
    this.view.on(["frame"], () => this.show());
    this.view.on(["frame", "selected"], () => this.keepAddress());
    this.view.on(["selected", "hidden", "marks", "solo", "clean", "newTrack"], () => this.recompose());
    this.view.on(["revision"], () => this.afterChange());
  }

  /** Open what the address names, or the last project's first video. */
  async start() {
    this.session.set({ phase: "loading", problem: "" });
    try {
      const asked = readAddress(location.search);
      const { projects, last } = await api.projects();
      const wanted = asked.project ?? last ?? projects[0]?.id ?? null;
      this.session.set({ projects });
      if (wanted === null) {
        this.session.set({ phase: "novideo", project: null, video: null });
        return;
      }
      const project = await api.project(wanted);
      this.session.set({ project });
      const video = asked.video ?? project.videos[0]?.id ?? null;
      if (video === null) this.session.set({ phase: "novideo", video: null });
      else await this.open(video, asked.frame, asked.track);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {any} error */
  fail(error) {
    this.session.set({ phase: "failed", problem: error.message });
  }

  /** Open a video in place of the one before. @param {string} id @param {number} [frame] @param {number|null} [track] number */
  async open(id, frame = 0, track = null) {
    this.ready = false;
    this.session.set({ phase: "loading", problem: "" });
    this.close();
    try {
      // Rows of the stretch that is shown come with the facts; those of the rest of a long video come later.
      const at = Math.floor(Math.max(0, frame) / STRETCH) * STRETCH;
      const [video, tracks] = await Promise.all([api.video(id), api.tracks(id, at, at + STRETCH)]);
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

  /** @param {any} video @param {{tracks: any, at: number}} first @param {number} frame @param {number|null} number */
  begin(video, first, frame, number) {
    const document = new VideoDocument(video);
    document.merge(first.tracks, first.at, first.at + STRETCH);
    this.rows = new RowLoader({
      count: () => document.count,
      frame: () => this.view.now.frame,
      load: (start, stop) => api.tracks(video.id, start, stop),
      take: (answer, start, stop) => document.merge(answer, start, stop),
    });
    this.rows.took(first.at);
    for (const range of video.complete ?? []) document.complete.set(range.id, range);
    document.onchange = () => this.view.set({ revision: this.view.now.revision + 1 });
    this.document = document;
    this.showing = new Showing(this, video);
    this.queue = new EditQueue({
      document,
      storage: localStorage,
      video: video.id,
      tab: this.tab,
      send: (edits) => api.edits(video.id, this.author, edits),
    });
    this.queue.tell = (/** @type {string} */ reason, /** @type {any} */ detail) => this.onqueue(reason, detail);
    this.session.set({ video, phase: "ready" });
    const selected = number === null ? null : (document.byNumber(number)?.id ?? null);
    this.view.set({
      ...VIEW,
      hidden: new Set(),
      locked: new Set(),
      frame,
      selected,
      tool: this.view.now.tool,
      revision: this.view.now.revision + 1,
    });
    this.viewport.setImage(video.width, video.height);
    this.onopen();
    this.keepAddress();
    // The queue of an earlier visit still tries to send; its edits are kept, and this one goes on with them.
    this.leaving.get(video.id)?.close();
    this.queue.resume().catch((/** @type {unknown} */ error) => console.error(error));
    this.closing.push(
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

  /** Let go of the open video; edits on their way still go out. */
  close() {
    for (const stop of this.closing.splice(0)) stop();
    this.showing?.close();
    this.showing = null;
    this.rows?.close();
    const queue = this.queue;
    if (queue?.pending) {
      queue.tell = () => {};
      this.leaving.set(this.session.now.video.id, queue);
      queue.whenIdle().then(() => queue.close());
    } else queue?.close();
    this.queue = null;
    this.layers?.close();
    this.layers = null;
  }

  /** Bring picture and masks of the wanted frame onto the canvas, together. */
  async show() {
    await this.showing?.show();
  }

  /** Rows changed: fetch masks that are new, then paint. */
  async afterChange() {
    if (!this.layers || this.view.now.shown < 0) return;
    const frame = this.view.now.shown;
    if (!this.document.hasMasks(frame)) {
      try {
        await this.showing?.fetchMasks(frame, frame + 1);
      } catch {
        return; // the next change or frame asks again; the save state already says that the server is silent
      }
    }
    this.recompose();
  }

  recompose() {
    if (this.layers && this.view.now.shown >= 0 && !this.layers.drawing) this.layers.compose();
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
    return list.find((/** @type {any} */ c) => c.id === id)?.name ?? "no category";
  }

  /** What a track is called. @param {{name: string, category: string|null}} track */
  title(track) {
    return track.name || this.categoryName(track.category);
  }

  /** @param {string} reason @param {any} detail */
  onqueue(reason, detail) {
    const waiting = this.queue?.pending ?? 0;
    if (reason === "offline") {
      const retryAt = Date.now() + detail.seconds * 1000;
      this.session.set({ saving: "offline", waiting, obstacle: detail.why, retryAt });
    } else if (reason === "held") this.session.set({ saving: "conflict", waiting, retryAt: 0 });
    else if (reason === "saved" && !this.asked) this.session.set({ saving: "saved", waiting: 0, retryAt: 0 });
    else if (reason === "applied") this.session.set({ waiting, ...(waiting ? {} : { saving: "saved" }) });
    else if (this.session.now.saving === "offline" && waiting && reason !== "applied") this.session.set({ waiting });
    else this.session.set({ saving: waiting ? "saving" : "saved", waiting });
    if (reason === "conflict") this.onconflict(detail);
    if (reason === "refused") {
      const keep = { label: "Save as a file", run: () => saveAsFile(this, detail.edits) };
      this.toast({ tone: "bad", icon: "warn", title: "Not saved", text: detail.sentence, actions: [keep] });
    }
    if (reason === "storage") {
      this.toast({
        tone: "warn",
        icon: "warn",
        title: "The browser's storage is full",
        text: "Keep this page open until it says Saved.",
      });
    }
    if (reason === "applied" && detail.edit.changes.some((/** @type {any} */ c) => c.frame === null))
      this.refreshVideo();
  }

  /** Complete ranges and categories as the server has them. */
  async refreshVideo() {
    const { video } = this.session.now;
    const fresh = await api.video(video.id).catch(() => null);
    if (!fresh || this.session.now.video?.id !== fresh.id || !this.queue || this.queue.pending) return;
    this.document.complete = new Map((fresh.complete ?? []).map((/** @type {any} */ range) => [range.id, range]));
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

  /** @param {any} message */
  onevent(message) {
    if (message.type === "job") this.onjob(message.job);
    if (message.type !== "edit" || message.video !== this.session.now.video?.id) return;
    this.applyRows(message.rows);
    this.document.lastEdit = Math.max(this.document.lastEdit, message.number);
    if (message.rows.some((/** @type {any} */ row) => row.frame === null || row.range_id)) this.refreshVideo();
  }

  /**
   * Take rows that the server wrote, unless an edit on its way writes the same ones.
   * @param {any[]} rows
   */
  applyRows(rows) {
    const unknown = new Set();
    for (const row of rows) {
      const track = row.track === null ? null : this.document.tracks.get(row.track);
      if (row.frame === null && row.track && !track && row.after && !row.after.deleted) unknown.add(row.track);
      if (this.queue.writerOf(rowName(row))) continue;
      const here = row.frame === null ? track : this.document.row(row.track, row.frame);
      if (!here || here.version < row.version || row.version === 0) this.document.apply(row);
    }
    for (const row of rows) if (row.frame !== null) unknown.delete(row.track);
    // A track that came back from being deleted brings only its own row; its masks are asked for.
    if (unknown.size) this.reload();
  }

  /** Jobs that run now; one that ended while the server was out of reach is told like any other end. */
  async refreshJobs() {
    const { project } = this.session.now;
    const answer = await api.jobs(project.id).catch(() => null);
    if (!answer) return;
    const running = new Set(answer.jobs.map((/** @type {any} */ job) => job.id));
    const gone = this.session.now.jobs.filter((job) => job.project === project.id && !hasEnded(job));
    this.session.set({ jobs: answer.jobs });
    for (const { id } of gone.filter((job) => !running.has(job.id))) {
      const job = await api.job(id).catch(() => null);
      if (job) this.onjob(job);
    }
  }

  /** @param {any} job */
  onjob(job) {
    const old = this.session.now.jobs.find((other) => other.id === job.id);
    this.session.set({ jobs: [...this.session.now.jobs.filter((other) => other.id !== job.id), job] });
    const ended = hasEnded(job);
    if (!ended || (old && old.status === job.status) || job.video !== this.session.now.video?.id) return;
    if (job.kind === "propose") this.reload();
    if (job.kind === "index" && isCounting(this.session.now.video)) this.recount();
    if (job.status === "failed") {
      this.toast({
        tone: "bad",
        icon: "warn",
        title: `${job.kind === "propose" ? "Propose" : "The job"} stopped`,
        text: job.error ?? "",
      });
    }
  }

  /** Frames were counted: take their number over; who asks while that goes on waits for the same answer. @returns {Promise<void>} */
  recount() {
    const id = this.session.now.video.id;
    if (this.recounting && this.recounting.id === id) return this.recounting.work;
    const recounting = { id, work: this.takeCount() };
    this.recounting = recounting;
    return recounting.work.finally(() => {
      if (this.recounting === recounting) this.recounting = null;
    });
  }

  /** Frames that are not final may be other ones than before. */
  async takeCount() {
    const { video } = this.session.now;
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

  /** Tracks as the server has them, with unsent edits on top. */
  async reload() {
    if (this.queue?.pending) return;
    await this.rows?.again().catch(() => {}); // the save state says that the server is silent
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

/** Who edits from this browser. */
function author() {
  const kept = localStorage.getItem("v-author");
  if (kept) return kept;
  const made = `person:${Math.random().toString(16).slice(2, 10)}`;
  localStorage.setItem("v-author", made);
  return made;
}
