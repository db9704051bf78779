// @ts-check
/** The library page: head, filter, video cards or list, uploads, empty state. State is the server's and the address. */

import { button, fill, h, icon } from "../kit/dom.js";
import { openMenu } from "../kit/floating.js";
import { messageOf } from "../kit/request.js";
import { plural } from "../kit/text.js";
import { askName } from "./askname.js";
import { installCardKeys } from "./cardkeys.js";
import { card, row } from "./cards.js";
import { address, currentProject, get, poll, post } from "./data.js";
import { Pace } from "./effort.js";
import { Choices, filterBar, FILTERS, SORTS } from "./filters.js";
import { NextVideos } from "./nextvideos.js";
import { emptyPlace, failedPlace } from "./places.js";
import { RemovedList, restore } from "./removed.js";
import { openSheetOfAddress } from "./sheets.js";
import { Uploads } from "./upload.js";

/** @typedef {import("../kit/wire.js").Job} Job */
/** @typedef {import("../kit/wire.js").Project} Project */
/** @typedef {import("../kit/wire.js").VideoLine} VideoLine */
/** @typedef {{bad: boolean, text: string, action?: HTMLElement}} Notice */

/** Milliseconds between two requests for the project. */
const REFRESH_MS = 15000;

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
    /** @type {Project|null} */ this.project = null;
    this.choices = new Choices();
    this.text = "";
    /** @type {Notice|null} */ this.notice = null;
    /** @type {Job[]} active ones */ this.jobs = [];
    this.uploads = new Uploads({
      project: () => this.project?.id ?? "",
      changed: () => this.draw(),
      done: () => this.refresh(),
    });
    this.removed = new RemovedList({
      project: () => this.project?.id ?? "",
      changed: (text) => this.notify({ bad: false, text }, true),
    });
    this.next = new NextVideos({
      changed: () => this.draw(),
      queued: (text) => this.notify({ bad: false, text }, true),
      failed: (text) => this.notify({ bad: true, text }),
    });
    this.pace = new Pace(() => this.draw());
    this.grid = h("div.v-vg");
    this.add = addCard();
    this.search = this.searchField();
    this.menu = (/** @type {HTMLElement} */ anchor, /** @type {VideoLine} */ video) =>
      this.openVideoMenu(anchor, video);
    /** the drawn project as JSON: the same answer again changes nothing on the page */ this.drawn = "";
    /** @type {Map<string, {content: string, node: HTMLElement}>} node of each video, which stays until its content changes */
    this.nodes = new Map();
  }

  async start() {
    this.uploads.acceptDrops();
    installCardKeys(this.grid, this.search);
    window.addEventListener("v-jobs", (event) => this.followJobs(/** @type {CustomEvent<Job[]>} */ (event).detail));
    window.addEventListener("v-answer", () => this.refresh());
    await this.refresh();
    openSheetOfAddress();
    let first = true;
    poll(async () => {
      if (!first) await this.refresh();
      first = false;
      return REFRESH_MS;
    });
  }

  async refresh() {
    try {
      const id = await currentProject();
      this.project = id ? await get(`/data/projects/${encodeURIComponent(id)}`) : null;
      const content = JSON.stringify(this.project);
      const changed = content !== this.drawn;
      if (changed || !this.project) this.draw();
      this.drawn = content;
      // Beside the videos, which need not wait for their order.
      if (changed && this.project?.videos.length) {
        this.next.load(this.project.id);
        this.pace.load(this.project.id);
      }
    } catch (error) {
      this.drawn = "";
      const again = button("Try again", { kind: "line lg", icon: "retrain", onclick: () => this.refresh() });
      fill(this.place, failedPlace("The library cannot be shown", error, again));
    }
  }

  /** Show the progress of the running jobs; when one has ended, everything is asked for again. @param {Job[]} jobs */
  followJobs(jobs) {
    if (!this.project) return;
    const before = this.jobs;
    this.jobs = jobs;
    const ended = before.some((old) => !jobs.some((job) => job.id === old.id));
    for (const video of this.project.videos) video.job = jobs.find((job) => job.video === video.id) ?? null;
    if (ended) this.refresh();
    else if (before.length || jobs.length) this.drawVideos(this.project);
  }

  draw() {
    const { project, choices } = this;
    if (!project) return fill(this.place, noProject());
    document.title = `${project.name}, library`;
    if (project.removed === 0 && choices.shown === "removed") choices.shown = "all";
    const empty = project.videos.length === 0 && this.uploads.items.length === 0;
    if (empty && choices.shown !== "removed") return fill(this.place, this.noticeLine(), this.empty(project));
    this.next.mark(project.videos);
    const typing = document.activeElement === this.search;
    const bar = filterBar({ project, choices, search: this.search, changed: () => this.draw() });
    fill(
      this.place,
      this.head(project),
      this.noticeLine(),
      this.next.line(project.videos, choices.sort === "next"),
      bar,
      this.grid,
    );
    if (typing) this.search.focus();
    this.drawVideos(project);
  }

  noticeLine() {
    if (!this.notice) return null;
    const { bad, text, action } = this.notice;
    return h(
      "p.v-note.v-notice",
      { class: bad ? "bad" : "", role: bad ? "alert" : "status" },
      icon(bad ? "warn" : "check"),
      h("span.v-grow", null, text),
      action ?? null,
      h(
        "button.v-icon-btn",
        { type: "button", "aria-label": "Dismiss", onclick: () => this.notify(null) },
        icon("x", 14),
      ),
    );
  }

  /** Show a line above the videos, or none. @param {Notice|null} notice @param {boolean} [refresh] ask for the project first */
  async notify(notice, refresh = false) {
    this.notice = notice;
    this.drawn = "";
    if (refresh) await this.refresh();
    else this.draw();
  }

  /** @param {Project} project */
  head({ id, name, videos }) {
    const frames = videos.reduce((sum, video) => sum + video.count, 0);
    const [done, review] = ["done", "review"].map((state) => videos.filter((video) => video.state === state).length);
    const fresh = videos.filter((video) => video.state === "new" && !video.job);
    const line = `${plural(videos.length, "video")}, ${plural(frames, "frame")}. ${done} done, ${review} in review, ${videos.length - done - review} open.`;
    return h(
      "div.v-phead",
      null,
      h("div.v-grow", null, h("h1.v-ell", null, name), h("p", null, line, " ", this.pace.link())),
      fresh.length
        ? button(`Propose ${plural(fresh.length, "new video")}`, {
            kind: "ghost lg",
            icon: "spark",
            onclick: () => this.propose(fresh),
          })
        : null,
      button("Categories", { kind: "ghost lg", icon: "tag", onclick: () => window.vPages?.open("categories") }),
      h("a.v-btn.lg.line", { href: address("/exchange", { project: id }) }, icon("import"), "Import"),
      addVideosButton(),
    );
  }

  searchField() {
    const search = h("input", { placeholder: "Name", "aria-label": "Filter by name" });
    search.addEventListener("input", () => {
      this.text = search.value;
      if (this.project) this.drawVideos(this.project);
    });
    return search;
  }

  /** @param {Project} project */
  drawVideos(project) {
    const { shown, sort, view } = this.choices;
    this.grid.dataset.sort = sort;
    if (shown === "removed") {
      this.grid.className = "";
      fill(this.grid, this.removed.place);
      return void this.removed.load();
    }
    const wanted = this.text.trim().toLowerCase();
    const videos = project.videos
      .filter((video) => FILTERS[shown].holds(video) && video.name.toLowerCase().includes(wanted))
      .sort(SORTS[sort].by);
    const expected = shown === "all" && !wanted && this.uploads.items.length;
    const nothing =
      videos.length || expected
        ? null
        : h("p.v-none", null, wanted ? "No video has this in its name." : FILTERS[shown].none);
    const focused = /** @type {HTMLElement|null} */ (document.activeElement);
    if (view === "list") this.drawList(videos, nothing);
    else {
      this.grid.className = "v-vg";
      const uploads = this.uploads.items.map((upload) => upload.card());
      const nodes = [...uploads, ...videos.map((video) => this.node(video, card)), nothing ?? this.add];
      // Hundreds of cards that are taken out and put in again would all be laid out anew.
      const { children } = this.grid;
      if (nodes.length !== children.length || nodes.some((node, index) => node !== children[index]))
        fill(this.grid, nodes);
    }
    if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  /** The node of a video: the one that is there, unless the video changed. @param {VideoLine} video @param {typeof card | typeof row} make */
  node(video, make) {
    // The place among the next videos is shown only in their order; it comes after the cards and would change them all.
    const hidden = this.choices.sort === "next" ? {} : { place: undefined, why: undefined };
    const content = `${make.name} ${JSON.stringify({ ...video, ...hidden })}`;
    const known = this.nodes.get(video.id);
    if (known?.content === content) return known.node;
    const node = make(video, this.project?.id ?? "", this.menu);
    this.nodes.set(video.id, { content, node });
    return node;
  }

  /** @param {VideoLine[]} videos @param {HTMLElement|null} nothing shown in place of an empty table */
  drawList(videos, nothing) {
    this.grid.className = "v-stack";
    const titles = ["Video", "State", "Reviewed", "Left to do", "Frames", "Length", "Tracks", ""];
    const table = h(
      "table.v-table.v-tt",
      null,
      h("thead", null, h("tr", null, ...titles.map((title) => h("th", null, title)))),
      h("tbody", null, ...videos.map((video) => this.node(video, row))),
    );
    const uploads = this.uploads.items.map((upload) => upload.card());
    fill(
      this.grid,
      uploads.length ? h("div.v-vg", null, ...uploads) : null,
      nothing ?? h("div.v-card.v-scroll", null, table),
    );
  }

  /** @param {HTMLElement} anchor @param {VideoLine} video */
  openVideoMenu(anchor, video) {
    const items = [
      { title: "Rename", icon: "edit", name: "rename", run: () => this.rename(anchor, video) },
      { title: "Remove from the library", icon: "trash", name: "remove", run: () => this.remove(video) },
    ];
    openMenu(anchor, items, { label: `Menu of ${video.name}` });
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
    const undo = () =>
      restore(video.id).then(
        (text) => this.notify({ bad: false, text }, true),
        (error) => this.notify({ bad: true, text: messageOf(error) }),
      );
    try {
      const { stopped } = await post(`/data/videos/${encodeURIComponent(video.id)}`, { removed: true });
      const jobs = stopped ? `, ${plural(stopped, "job")} on it stopped` : "";
      const text = `${video.name} is removed; its tracks and its file are kept${jobs}.`;
      const action = button("Restore", { kind: "line", icon: "undo", onclick: undo, id: "v-undo-remove" });
      await this.notify({ bad: false, text, action }, true);
    } catch (error) {
      await this.notify({ bad: true, text: messageOf(error) });
    }
  }

  /** @param {VideoLine[]} videos */
  async propose(videos) {
    this.notice = null;
    try {
      for (const video of videos) video.job = (await post(`/data/videos/${encodeURIComponent(video.id)}/propose`)).job;
    } catch (error) {
      this.notice = { bad: true, text: messageOf(error) };
    }
    this.draw();
  }

  /** @param {Project} project without videos */
  empty({ id, name, removed }) {
    const showRemoved = () => {
      this.choices.shown = "removed";
      this.draw();
    };
    const bin = { kind: "ghost lg", icon: "trash", onclick: showRemoved };
    return emptyPlace(
      "film",
      "No videos yet",
      h(
        "p.v-lead",
        null,
        "Add videos, get proposals, correct what is wrong, retrain. Each round leaves less to correct.",
      ),
      h(
        "div.v-row",
        { style: { "margin-top": "8px" } },
        addVideosButton(),
        h("a.v-btn.line.lg", { href: address("/exchange", { project: id }) }, icon("import"), "Import YouTube-VIS"),
        name === "demo" ? null : button("Open the demo", { kind: "ghost lg", onclick: openDemo }),
        removed ? button(`Removed ${removed}`, bin) : null,
      ),
      h("p.v-t3", { style: { "margin-top": "8px" } }, "or drop files anywhere on this page"),
    );
  }
}

/** Go to the project that the first start made, if it is still there. */
async function openDemo() {
  const { projects } = await get("/data/projects");
  const found = projects.find((/** @type {import("../kit/wire.js").ProjectLine} */ project) => project.name === "demo");
  if (found) location.assign(address("/", { project: found.id }));
}

function addVideosButton() {
  const open = () => window.vPages?.open("videos");
  return button("Add videos", { kind: "pri lg", icon: "plus", onclick: open, id: "v-add-videos" });
}

/** The last card of the grid. */
function addCard() {
  return h(
    "button.v-add",
    { type: "button", onclick: () => window.vPages?.open("videos") },
    h(
      "span",
      null,
      icon("plus", 24),
      h("br"),
      h("b", null, "Add videos"),
      h("br"),
      h("span.v-t3", null, "or drop them here"),
    ),
  );
}

function noProject() {
  const open = () => window.vPages?.open("project");
  return emptyPlace(
    "film",
    "No project yet",
    h("p.v-lead", null, "A project holds the videos, categories and checkpoints that belong together."),
    h(
      "div.v-row",
      { style: { "margin-top": "8px" } },
      button("New project", { kind: "pri lg", icon: "plus", onclick: open }),
    ),
  );
}
