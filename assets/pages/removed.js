// @ts-check
/** The removed videos of a project: the work on each, Restore, and Delete for good. */

import { button, fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { plural, size, when } from "../kit/text.js";
import { thumbnail } from "./cards.js";
import { get, post, remove } from "./data.js";

/**
 * @typedef {{id: string, name: string, removed: number, count: number, path: string, copied: boolean, copy_bytes: number|null, tracks: number, masks: number, corrections: number, verdicts: number}} Removed
 */

/** The work that deleting a video would destroy, as a sentence. @param {Removed} video */
export function loss(video) {
  if (video.tracks === 0) return "It has no tracks.";
  const work = [
    video.corrections ? plural(video.corrections, "correction") : "",
    video.verdicts ? plural(video.verdicts, "other verdict") : "",
  ].filter(Boolean);
  return `${plural(video.tracks, "track")} with ${plural(video.masks, "mask")} ${video.tracks === 1 ? "goes" : "go"}, ${work.length ? `${work.join(" and ")} of yours among them` : "none of them judged or drawn by a person"}.`;
}

/** The fate of its file, as a sentence. @param {Removed} video */
export function fate(video) {
  if (video.copy_bytes !== null) return `Its copy in the data folder (${size(video.copy_bytes)}) goes too.`;
  return `The file stays where it is: ${video.path}.`;
}

/** Restore a removed video. @param {string} id @returns {Promise<string>} a sentence about it */
export async function restore(id) {
  const { video } = await post(`/data/videos/${encodeURIComponent(id)}`, { removed: false });
  return `${video.name} is in the library again.`;
}

/** The list; at most one video asks for a confirmation. */
export class RemovedList {
  /** @param {{project: () => string, changed: (sentence: string) => Promise<unknown>}} options `changed`: called after a video was restored or deleted */
  constructor(options) {
    this.options = options;
    /** @type {Removed[]} */ this.videos = [];
    this.asked = "";
    this.problem = "";
    this.place = h("section.v-card.v-removed");
  }

  async load() {
    try {
      this.videos = (await get(`/data/projects/${encodeURIComponent(this.options.project())}/removed`)).videos;
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.draw();
  }

  draw() {
    fill(
      this.place,
      this.problem ? h("p.v-note.bad", { role: "alert" }, icon("warn"), this.problem) : null,
      h(
        "ul.v-jobs",
        null,
        ...this.videos.map((video) => (video.id === this.asked ? this.question(video) : this.line(video))),
      ),
    );
  }

  /** @param {Removed} video */
  line(video) {
    const work = video.tracks
      ? `${plural(video.tracks, "track")}, ${plural(video.corrections, "correction")}`
      : "no tracks";
    return h(
      "li",
      { "data-removed": video.id },
      h("span.v-mini", null, thumbnail(video.id, video.removed)),
      h(
        "div.v-grow",
        null,
        h("b.v-ell.v-block", { title: video.name }, video.name),
        h("div.v-t2", null, `Removed ${when(video.removed)}. ${plural(video.count, "frame")}, ${work}.`),
      ),
      button("Restore", { kind: "line", icon: "undo", onclick: () => this.run(() => restore(video.id)) }),
      button("Delete for good", { kind: "ghost", icon: "trash", onclick: () => this.ask(video.id) }),
    );
  }

  /** @param {Removed} video */
  question(video) {
    return h(
      "li.v-question",
      { "data-removed": video.id, role: "group", "aria-label": `Delete ${video.name} for good?` },
      h("i.v-badc", null, icon("warn")),
      h(
        "div.v-grow",
        null,
        h("b", null, `Delete ${video.name} for good?`),
        h("p", null, loss(video)),
        h("p.v-t2.v-path", null, fate(video)),
        h("p.v-t2", null, "This cannot be undone."),
      ),
      button("Delete for good", { kind: "danger", icon: "trash", onclick: () => this.delete(video) }),
      button("Keep", { kind: "line v-keep", onclick: () => this.ask("") }),
    );
  }

  /** Ask for a confirmation for this video, or for none. @param {string} id */
  ask(id) {
    this.asked = id;
    this.problem = "";
    this.draw();
    /** @type {HTMLElement|null} */ (this.place.querySelector(".v-keep"))?.focus();
  }

  /** @param {Removed} video */
  delete(video) {
    return this.run(async () => {
      const { problem } = await remove(`/data/videos/${encodeURIComponent(video.id)}`, {
        tracks: video.tracks,
        corrections: video.corrections,
      });
      return (
        problem ??
        `${video.name} is deleted, with ${plural(video.tracks, "track")} and ${plural(video.corrections, "correction")}.`
      );
    });
  }

  /** Run `work` and load the list again; the message of an error is shown. @param {() => Promise<string>} work resolves with a sentence */
  async run(work) {
    this.problem = "";
    this.asked = "";
    try {
      await this.options.changed(await work());
    } catch (error) {
      this.problem = messageOf(error);
    }
    await this.load();
  }
}
