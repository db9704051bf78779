// @ts-check
/** The editor as one object: opens a video, shows frames with their masks, and passes news on. */

import { readAddress, writeAddress } from "./address.js";
import { api, frameAddress } from "./api.js";
import { VideoDocument } from "./document.js";
import { listenToEvents } from "./events.js";
import { FrameCache } from "./frames.js";
import { EditQueue, rowName } from "./history.js";
import { createPreferences, createSession, createView, VIEW } from "./state.js";
import { Viewport } from "./viewport.js";

const ENDED = ["done", "failed", "cancelled"];
/** Frames whose masks are asked for at once. */
const CHUNK = 16;

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
    /** @type {any} */ this.frames = null;
    /** @type {any} made by the stage when a video opens */
    this.layers = null;
    /** @type {Record<string, (...args: any[]) => any>} */
    this.commands = {};
    /** @type {((message: {tone?: string, icon?: string, title: string, text?: string, actions?: any[], name?: string}) => void)} */
    this.toast = () => {};
    /** @type {(() => void)[]} */
    this.closing = [];
    /** @type {Map<number, Promise<void>>} requests for masks that are out, by their first frame */
    this.chunks = new Map();
    this.author = author();
    this.ready = false;
    /** undos and redos that were asked for and not answered */
    this.asked = 0;
    /** @type {() => void} */ this.onopen = () => {};
    /** @type {() => void} gives up a half drawn stroke */ this.oncancel = () => {};
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
      const [video, tracks] = await Promise.all([api.video(id), api.tracks(id)]);
      if (this.session.now.project?.id !== video.project.id) {
        this.session.set({ project: await api.project(video.project.id) });
      }
      this.begin(video, tracks, Math.max(0, Math.min(video.count - 1, frame)), track);
      await this.show();
      this.ready = true;
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {any} video @param {any} tracks @param {number} frame @param {number|null} number */
  begin(video, tracks, frame, number) {
    const document = new VideoDocument(video);
    document.load(tracks);
    for (const range of video.complete ?? []) document.complete.set(range.id, range);
    document.onchange = () => this.view.set({ revision: this.view.now.revision + 1 });
    this.document = document;
    this.chunks = new Map();
    this.frames = new FrameCache({ count: video.count, address: (k) => frameAddress(video, k) });
    this.queue = new EditQueue({
      document,
      storage: localStorage,
      name: video.id,
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
    this.queue.resume();
    this.closing.push(
      listenToEvents({
        video: video.id,
        project: video.project.id,
        since: () => this.document.lastEdit,
        onmessage: (message) => this.onevent(message),
        onstate: (connected) => this.onconnection(connected),
      }),
    );
    this.refreshJobs();
  }

  /** Let go of the open video; edits on their way still go out. */
  close() {
    for (const stop of this.closing.splice(0)) stop();
    this.frames?.close();
    const queue = this.queue;
    if (queue?.pending) {
      queue.tell = () => {};
      queue.whenIdle().then(() => queue.close());
    } else queue?.close();
    this.queue = null;
    this.layers?.close();
    this.layers = null;
  }

  /** Bring picture and masks of the wanted frame onto the canvas, together. */
  async show() {
    if (!this.frames || !this.layers) return;
    const { frames, document } = this;
    const frame = this.view.now.frame;
    try {
      const [picture] = await Promise.all([frames.get(frame), this.loadMasks(frame)]);
      if (this.frames !== frames || this.view.now.frame !== frame) return;
      if (this.layers.drawing) this.oncancel();
      this.layers.show(frame, picture);
      this.view.set({ shown: frame });
      if (this.session.now.problem) this.session.set({ problem: "" });
      const next = frame + CHUNK * frames.direction;
      if (next >= 0 && next < document.count) this.loadMasks(next).catch(() => {});
    } catch (/** @type {any} */ error) {
      if (this.frames === frames && this.view.now.frame === frame) {
        this.session.set({ problem: `Frame ${frame} could not be shown. ${error.message}` });
      }
    }
  }

  /** @param {number} frame @returns {Promise<void>} */
  async loadMasks(frame) {
    const start = Math.floor(frame / CHUNK) * CHUNK;
    const stop = Math.min(this.document.count, start + CHUNK);
    const running = this.chunks.get(start);
    if (running) return running;
    let complete = true;
    for (let k = start; k < stop && complete; k += 1) complete = this.document.hasMasks(k);
    if (complete) return undefined;
    const { chunks } = this;
    const work = this.fetchMasks(start, stop).finally(() => chunks.delete(start));
    chunks.set(start, work);
    return work;
  }

  /** @param {number} start @param {number} stop exclusive */
  async fetchMasks(start, stop) {
    const { document } = this;
    const { blobs } = await api.masks(this.session.now.video.id, start, stop);
    for (const [hash, counts] of Object.entries(blobs)) document.masks.add(hash, /** @type {string} */ (counts));
  }

  /** Rows changed: fetch masks that are new, then paint. */
  async afterChange() {
    if (!this.layers || this.view.now.shown < 0) return;
    const frame = this.view.now.shown;
    if (!this.document.hasMasks(frame)) {
      try {
        await this.fetchMasks(frame, frame + 1);
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
    return Boolean(this.layers) && this.view.now.shown === this.view.now.frame;
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
    if (reason === "offline") this.session.set({ saving: "offline", waiting, retryAt: Date.now() + detail * 1000 });
    else if (reason === "saved" && !this.asked) this.session.set({ saving: "saved", waiting: 0, retryAt: 0 });
    else if (reason === "applied") this.session.set({ waiting, ...(waiting ? {} : { saving: "saved" }) });
    else if (this.session.now.saving === "offline" && waiting && reason !== "applied") this.session.set({ waiting });
    else this.session.set({ saving: waiting ? "saving" : "saved", waiting });
    if (reason === "conflict") this.onconflict(detail);
    if (reason === "refused") this.toast({ tone: "bad", icon: "warn", title: "Not saved", text: detail });
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
    const gone = this.session.now.jobs.filter((job) => job.project === project.id && !ENDED.includes(job.status));
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
    const ended = ENDED.includes(job.status);
    if (!ended || (old && old.status === job.status) || job.video !== this.session.now.video?.id) return;
    if (job.kind === "propose") this.reload();
    if (job.kind === "index") this.recount();
    if (job.status === "failed") {
      this.toast({
        tone: "bad",
        icon: "warn",
        title: `${job.kind === "propose" ? "Propose" : "The job"} stopped`,
        text: job.error ?? "",
      });
    }
  }

  /** All frames are counted now: where that changed their number, the video is opened again. */
  async recount() {
    const { video } = this.session.now;
    const fresh = await api.video(video.id).catch(() => null);
    if (!fresh || this.session.now.video?.id !== fresh.id) return;
    if (fresh.count === video.count) this.session.set({ video: fresh });
    else await this.open(fresh.id, this.view.now.frame, this.track?.number ?? null);
  }

  /** Tracks as the server has them, with unsent edits on top. */
  async reload() {
    const { video } = this.session.now;
    const tracks = await api.tracks(video.id).catch(() => null);
    if (!tracks || this.session.now.video?.id !== video.id || this.queue?.pending) return;
    this.document.load(tracks);
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
