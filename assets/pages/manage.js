// @ts-check
/** The Projects sheet: the project's name, archiving it, and bringing archived ones back. */

import { button, fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { plural } from "../kit/text.js";
import { address, post, projectInAddress, projects } from "./data.js";

/** @typedef {import("./data.js").ProjectLine} ProjectLine */

/** @param {HTMLElement} element */
export function mount(element) {
  const sheet = new Manage(/** @type {HTMLElement} */ (element.querySelector("#v-manage")));
  window.addEventListener("v-sheet", (event) => {
    if (/** @type {CustomEvent} */ (event).detail === "manage") sheet.load();
  });
}

export class Manage {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.problem = "";
    this.done = "";
    /** @type {ProjectLine|undefined} */ this.here = undefined;
    /** @type {ProjectLine[]} */ this.archived = [];
  }

  load() {
    return this.run(async () => "");
  }

  /** Run `work`, load the projects and draw; the message of an error is shown. @param {() => Promise<string>} work resolves with a sentence, or "" */
  async run(work) {
    this.problem = this.done = "";
    try {
      this.done = await work();
      const known = await projects(true);
      this.here = known.projects.find((p) => p.id === projectInAddress());
      this.archived = known.archived ?? [];
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.draw();
  }

  /** @param {string} id @param {{name?: string, archived?: boolean}} body */
  change(id, body) {
    return post(`/data/projects/${encodeURIComponent(id)}`, body);
  }

  draw() {
    const note = this.problem
      ? h("p.v-note.bad", { role: "alert" }, icon("warn"), this.problem)
      : this.done
        ? h("p.v-note.ok", { role: "status" }, icon("check"), this.done)
        : null;
    fill(
      this.place,
      h(
        "div.v-stack",
        null,
        note,
        this.here ? this.name(this.here) : null,
        this.here ? this.archive(this.here) : null,
        this.list(),
      ),
    );
  }

  /** @param {ProjectLine} project */
  name(project) {
    const field = h("input", { "aria-label": "Name of the project", maxlength: 200, id: "v-manage-name" });
    field.value = project.name;
    const form = h(
      "form",
      null,
      h("div.v-t2.v-flabel", null, "Name"),
      h(
        "div.v-row",
        null,
        h("label.v-field.v-grow", null, field),
        button("Save", { kind: "pri", submit: true, id: "v-manage-save" }),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(async () => {
        const { name } = await this.change(project.id, { name: field.value });
        window.dispatchEvent(new Event("v-projects-changed"));
        return `The project is called ${name}.`;
      });
    });
    return form;
  }

  /** @param {ProjectLine} project */
  archive(project) {
    const away = () =>
      this.run(async () => {
        await this.change(project.id, { archived: true });
        location.assign("/?sheet=manage");
        return "";
      });
    return h(
      "div.v-part",
      null,
      h("h2", null, "Archive"),
      h(
        "p.v-t2",
        null,
        `Takes ${project.name} off the list of projects. Its videos, masks and checkpoints stay, and it can be brought back.`,
      ),
      button("Archive this project", { kind: "line", onclick: away, id: "v-archive" }),
    );
  }

  list() {
    const back = (/** @type {ProjectLine} */ project) =>
      this.run(async () => {
        await this.change(project.id, { archived: false });
        location.assign(address("/", { project: project.id }));
        return "";
      });
    const line = (/** @type {ProjectLine} */ project) =>
      h(
        "li",
        { "data-archived": project.id },
        h("span.v-ell.v-grow", { title: project.name }, project.name),
        h("span.v-t3.v-nowrap", null, plural(project.videos, "video")),
        button("Bring back", { kind: "ghost", onclick: () => back(project) }),
      );
    return h(
      "div.v-part",
      null,
      h("h2", null, "Archived projects"),
      this.archived.length ? h("ul.v-catlist", null, ...this.archived.map(line)) : h("p.v-t3", null, "None."),
    );
  }
}
