// @ts-check
/** The library page: head, filter, video cards or list, uploads, empty state. State is the server's and the address. */

import { button, el, fill, icon, plural } from "../kit/pagedom.js";
import { address, currentProject, get, poll, post } from "./data.js";
import { card, isOpen, row } from "./cards.js";
import { askName, openMenu } from "../kit/menu.js";
import { RemovedList, restore } from "./removed.js";
import { Uploads } from "./upload.js";

/**
 * @typedef {import("./cards.js").VideoLine} VideoLine
 * @typedef {{bad: boolean, text: string, action?: HTMLElement}} Notice
 */

const LOOK_AGAIN_MS = 15000;
const SHOWN = {
  all: { label: "All", none: "There is no video here.", holds: () => true },
  open: { label: "Open", none: "Every video is in review or done.", holds: isOpen },
  review: { label: "In review", none: "No video is in review.", holds: (/** @type {VideoLine} */ v) => v.state === "review" },
  done: { label: "Done", none: "No video is done yet.", holds: (/** @type {VideoLine} */ v) => v.state === "done" },
};
const SORTS = {
  added: { label: "order added", by: () => 0 },
  name: { label: "name", by: (/** @type {VideoLine} */ a, /** @type {VideoLine} */ b) => a.name.localeCompare(b.name, "en", { numeric: true }) },
  look: { label: "needs a look", by: (/** @type {VideoLine} */ a, /** @type {VideoLine} */ b) => b.counts.look - a.counts.look || b.counts.unreviewed - a.counts.unreviewed },
  length: { label: "length", by: (/** @type {VideoLine} */ a, /** @type {VideoLine} */ b) => b.count - a.count },
};

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-library"));
  place.className = "v-page";
  await new Library(place).start();
}

export class Library {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** @type {any} */ this.project = null;
    this.shown = "all";
    this.text = "";
    this.sort = "added";
    this.view = localStorage.getItem("v-library-view") === "list" ? "list" : "grid";
    /** @type {Notice|null} */ this.notice = null;
    this.uploads = new Uploads({ project: () => this.project?.id ?? "", changed: () => this.draw(), done: () => this.refresh() });
    this.removed = new RemovedList({ project: () => this.project?.id ?? "", changed: (text) => this.say({ bad: false, text }, true) });
    this.grid = el("div.v-vg");
    this.search = this.searchField();
    this.menu = (/** @type {HTMLElement} */ anchor, /** @type {VideoLine} */ video) => this.openVideoMenu(anchor, video);
    /** What is drawn, as text: looking again at the same changes nothing on the page. */
    this.seen = "";
    /** The node of each video with what it shows, so that one job's progress leaves the other cards alone. @type {Map<string, {seen: string, node: HTMLElement}>} */
    this.nodes = new Map();
  }

  async start() {
    this.uploads.acceptDrops();
    window.addEventListener("v-jobs", (event) => this.followJobs(/** @type {CustomEvent} */ (event).detail));
    window.addEventListener("v-answer", () => this.refresh());
    await this.refresh();
    openSheetOfAddress();
    poll(async () => {
      if (this.drawn) await this.refresh();
      this.drawn = true;
      return LOOK_AGAIN_MS;
    });
  }

  async refresh() {
    try {
      const id = await currentProject();
      this.project = id ? await get(`/data/projects/${encodeURIComponent(id)}`) : null;
      const seen = JSON.stringify(this.project);
      if (seen !== this.seen || !this.project) this.draw();
      this.seen = seen;
    } catch (error) {
      this.seen = "";
      fill(this.place, el("div.v-place", { style: { height: "60vh" } }, el("div", null, el("span.v-badc", null, icon("warn", 32)), el("h1", null, "The library cannot be shown"), el("p", null, /** @type {Error} */ (error).message), button("Try again", { kind: "line lg", icon: "retrain", onclick: () => this.refresh() }))));
    }
  }

  /** A change in the running jobs: progress now, everything again when one ended. @param {any[]} jobs */
  followJobs(jobs) {
    if (!this.project) return;
    const before = this.jobs ?? [];
    this.jobs = jobs;
    const ended = before.some((old) => !jobs.some((j) => j.id === old.id));
    for (const video of this.project.videos) video.job = jobs.find((j) => j.video === video.id) ?? null;
    if (ended) this.refresh();
    else if (before.length || jobs.length) this.drawVideos();
  }

  draw() {
    if (!this.project) return fill(this.place, this.noProject());
    document.title = `${this.project.name}, library`;
    if (this.project.removed === 0 && this.shown === "removed") this.shown = "all";
    const nothing = this.project.videos.length === 0 && this.uploads.items.length === 0;
    if (nothing && this.shown !== "removed") return fill(this.place, this.noticeLine(), this.empty());
    const typing = document.activeElement === this.search;
    fill(this.place, this.head(), this.noticeLine(), this.bar(), this.grid);
    if (typing) this.search.focus();
    this.drawVideos();
  }

  noticeLine() {
    if (!this.notice) return null;
    const { bad, text, action } = this.notice;
    return el("p.v-note.v-notice", { class: bad ? "bad" : "", role: bad ? "alert" : "status" }, icon(bad ? "warn" : "check"), el("span.v-grow", null, text), action ?? null, el("button.v-icon-btn", { type: "button", "aria-label": "Dismiss", onclick: () => this.say(null) }, icon("x", 14)));
  }

  /** Says something above the videos, after looking again at them if asked to. @param {Notice|null} notice @param {boolean} [look] */
  async say(notice, look = false) {
    this.notice = notice;
    this.seen = "";
    if (look) await this.refresh();
    else this.draw();
  }

  head() {
    const videos = this.project.videos;
    const frames = videos.reduce((/** @type {number} */ n, /** @type {VideoLine} */ v) => n + v.count, 0);
    const states = ["done", "review"].map((s) => videos.filter((/** @type {VideoLine} */ v) => v.state === s).length);
    const fresh = videos.filter((/** @type {VideoLine} */ v) => v.state === "new" && !v.job);
    const line = `${plural(videos.length, "video")}, ${plural(frames, "frame")}. ${states[0]} done, ${states[1]} in review, ${videos.length - states[0] - states[1]} open.`;
    return el("div.v-phead", null,
      el("div.v-grow", null, el("h1.v-ell", null, this.project.name), el("p", null, line)),
      fresh.length ? button(`Propose ${plural(fresh.length, "new video")}`, { kind: "ghost lg", icon: "spark", onclick: () => this.propose(fresh) }) : null,
      button("Categories", { kind: "ghost lg", icon: "tag", onclick: () => window.vPages.open("categories") }),
      el("a.v-btn.lg.line", { href: address("/exchange", { project: this.project.id }) }, icon("import"), "Import"),
      button("Add videos", { kind: "lg pri", icon: "plus", onclick: () => window.vPages.open("videos"), id: "v-add-videos" }));
  }

  searchField() {
    const search = /** @type {HTMLInputElement} */ (el("input", { placeholder: "Name", "aria-label": "Filter by name" }));
    search.addEventListener("input", () => {
      this.text = search.value;
      this.drawVideos();
    });
    return search;
  }

  bar() {
    const segments = el("span.v-seg", { role: "group", "aria-label": "State" });
    for (const [key, { label, holds }] of Object.entries(SHOWN)) {
      const number = this.project.videos.filter(holds).length;
      segments.append(el("button", { type: "button", "aria-pressed": String(key === this.shown), onclick: () => this.choose("shown", key) }, `${label} ${number}`));
    }
    if (this.project.removed) segments.append(el("button", { type: "button", "aria-pressed": String(this.shown === "removed"), onclick: () => this.choose("shown", "removed") }, `Removed ${this.project.removed}`));
    const sorter = button("", { kind: "ghost", id: "v-sort", onclick: () => openMenu(sorter, Object.entries(SORTS).map(([key, { label }]) => el("button", { type: "button", onclick: () => this.choose("sort", key) }, label, el("span.v-grow"), key === this.sort ? icon("check", 14) : null))) });
    fill(sorter, `Sort: ${SORTS[/** @type {keyof typeof SORTS} */ (this.sort)].label}`, icon("down", 14));
    const views = el("span.v-seg", { role: "group", "aria-label": "View" });
    for (const [key, name] of [["grid", "Grid"], ["list", "List"]]) {
      views.append(el("button", { type: "button", "aria-label": name, title: name, "aria-pressed": String(key === this.view), onclick: () => this.choose("view", key) }, icon(key)));
    }
    if (this.shown === "removed") return el("div.v-lbar", null, segments);
    return el("div.v-lbar", null, el("label.v-field.v-search", null, icon("search"), this.search), segments, el("span.v-grow"), sorter, views);
  }

  /** @param {"shown"|"sort"|"view"} what @param {string} key */
  choose(what, key) {
    this[what] = key;
    if (what === "view") localStorage.setItem("v-library-view", key);
    this.draw();
  }

  drawVideos() {
    if (this.shown === "removed") {
      this.grid.className = "";
      fill(this.grid, this.removed.place);
      return void this.removed.load();
    }
    const { holds, none } = SHOWN[/** @type {keyof typeof SHOWN} */ (this.shown)];
    const { by } = SORTS[/** @type {keyof typeof SORTS} */ (this.sort)];
    const wanted = this.text.trim().toLowerCase();
    const videos = this.project.videos.filter((/** @type {VideoLine} */ v) => holds(v) && v.name.toLowerCase().includes(wanted)).sort(by);
    const expected = this.shown === "all" && !wanted && this.uploads.items.length;
    const nothing = videos.length || expected ? null : el("p.v-none", null, wanted ? "No video has this in its name." : none);
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    if (this.view === "list") this.drawList(videos, nothing);
    else {
      this.grid.className = "v-vg";
      fill(this.grid, ...this.uploads.items.map((u) => u.card()), ...videos.map((/** @type {VideoLine} */ v) => this.node(v, card)), nothing ?? this.addCard());
    }
    if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  /** @param {VideoLine} video @param {typeof card | typeof row} make @returns {HTMLElement} the one that is there, unless it changed */
  node(video, make) {
    const seen = `${make.name} ${JSON.stringify(video)}`;
    const known = this.nodes.get(video.id);
    if (known?.seen === seen) return known.node;
    const node = make(video, this.project.id, this.menu);
    this.nodes.set(video.id, { seen, node });
    return node;
  }

  /** @param {VideoLine[]} videos @param {HTMLElement|null} nothing said where there is none */
  drawList(videos, nothing) {
    this.grid.className = "v-stack";
    const titles = ["Video", "State", "Reviewed", "Left to do", "Frames", "Length", "Tracks", ""];
    const table = el("table.v-table.v-tt", null, el("thead", null, el("tr", null, ...titles.map((t) => el("th", null, t)))), el("tbody", null, ...videos.map((v) => this.node(v, row))));
    const uploads = this.uploads.items.length ? el("div.v-vg", null, ...this.uploads.items.map((u) => u.card())) : null;
    fill(this.grid, uploads, nothing ?? el("div.v-card.v-scroll", null, table));
  }

  /** @param {HTMLElement} anchor @param {VideoLine} video */
  openVideoMenu(anchor, video) {
    openMenu(anchor, [
      el("button", { type: "button", "data-do": "rename", onclick: () => this.rename(anchor, video) }, icon("edit"), "Rename"),
      el("button", { type: "button", "data-do": "remove", onclick: () => this.remove(video) }, icon("trash"), "Remove from the library")]);
  }

  /** @param {HTMLElement} anchor @param {VideoLine} video */
  rename(anchor, video) {
    const save = async (/** @type {string} */ name) => {
      await post(`/data/videos/${encodeURIComponent(video.id)}`, { name });
      await this.refresh();
    };
    askName(anchor, { label: "Name of the video", value: video.name, save });
  }

  /** @param {VideoLine} video */
  async remove(video) {
    const undo = () => restore(video.id).then((text) => this.say({ bad: false, text }, true), (error) => this.say({ bad: true, text: error.message }));
    try {
      const { stopped } = await post(`/data/videos/${encodeURIComponent(video.id)}`, { removed: true });
      const kept = `${video.name} is removed; its tracks and its file are kept${stopped ? `, ${plural(stopped, "job")} on it stopped` : ""}.`;
      await this.say({ bad: false, text: kept, action: button("Restore", { kind: "line", icon: "undo", onclick: undo, id: "v-undo-remove" }) }, true);
    } catch (error) {
      await this.say({ bad: true, text: /** @type {Error} */ (error).message });
    }
  }

  addCard() {
    return el("button.v-add", { type: "button", onclick: () => window.vPages.open("videos") }, el("span", null, icon("plus", 24), el("br"), el("b", null, "Add videos"), el("br"), el("span.v-t3", null, "or drop them here")));
  }

  /** @param {VideoLine[]} videos */
  async propose(videos) {
    this.notice = null;
    try {
      for (const video of videos) video.job = (await post(`/data/videos/${encodeURIComponent(video.id)}/propose`)).job;
    } catch (error) {
      this.notice = { bad: true, text: /** @type {Error} */ (error).message };
    }
    this.draw();
  }

  empty() {
    const demo = async () => {
      const known = await get("/data/projects");
      const found = known.projects.find((/** @type {any} */ p) => p.name === "demo");
      if (found) location.assign(address("/", { project: found.id }));
    };
    return el("div.v-place.v-full", null, el("div", null,
      el("span.v-t3", null, icon("film", 48)), el("h1", null, "No videos yet"),
      el("p.v-lead", null, "Add videos, get proposals, correct what is wrong, retrain. Each round leaves less to correct."),
      el("div.v-row", { style: { "margin-top": "8px" } },
        button("Add videos", { kind: "pri lg", icon: "plus", onclick: () => window.vPages.open("videos"), id: "v-add-videos" }),
        el("a.v-btn.line.lg", { href: address("/exchange", { project: this.project.id }) }, icon("import"), "Import YouTube-VIS"),
        this.project.name === "demo" ? null : button("Open the demo", { kind: "ghost lg", onclick: demo }),
        this.project.removed ? button(`Removed ${this.project.removed}`, { kind: "ghost lg", icon: "trash", onclick: () => this.choose("shown", "removed") }) : null),
      el("p.v-t3", { style: { "margin-top": "8px" } }, "or drop files anywhere on this page")));
  }

  noProject() {
    return el("div.v-place.v-full", null, el("div", null,
      el("span.v-t3", null, icon("film", 48)), el("h1", null, "No project yet"),
      el("p.v-lead", null, "A project holds the videos, categories and checkpoints that belong together."),
      el("div.v-row", { style: { "margin-top": "8px" } }, button("New project", { kind: "pri lg", icon: "plus", onclick: () => window.vPages.open("project") }))));
  }
}

/** A link may name a sheet; it opens once, and a reload shows the page as it is. */
function openSheetOfAddress() {
  const query = new URLSearchParams(location.search);
  const sheet = query.get("sheet");
  if (!sheet) return;
  query.delete("sheet");
  history.replaceState(history.state, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  window.vReady.then((/** @type {any} */ pages) => pages.open(sheet));
}
