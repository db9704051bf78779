// @ts-check
/** The top bar of every page: brand, links that keep the project, running jobs, project menu, light and dark. */

import { button, fill, h, icon } from "../kit/dom.js";
import { openMenu, popover } from "../kit/floating.js";
import { messageOf, obstacle } from "../kit/request.js";
import { clock, plural } from "../kit/text.js";
import { theme, toggleTheme } from "../kit/theme.js";
import { activityOf } from "../kit/words.js";
import { address, currentProject, get, poll, projectInAddress, projects } from "./data.js";
import { installSheets } from "./sheets.js";

/** @param {HTMLElement} element the gr.HTML that holds the constant bar */
export async function mount(element) {
  const bar = /** @type {HTMLElement} */ (element.querySelector(".v-top"));
  const jobs = h("span.v-row.v-t2", { hidden: true, role: "status" });
  const switcher = button("", { kind: "ghost", id: "v-project-menu", onclick: () => openProjects(switcher) });
  fill(/** @type {Element} */ (bar.querySelector(".v-top-right")), jobs, switcher, themeButton());
  installSheets();
  window.addEventListener("v-project", () => keepProject(bar));
  window.addEventListener("v-projects-changed", () => nameProject(switcher, true));
  keepProject(bar);
  await nameProject(switcher, false);
  if (window.vPages) window.vMakeReady?.(window.vPages);
  poll(() => showJobs(jobs));
}

/** Writes the project into the links. @param {HTMLElement} bar */
function keepProject(bar) {
  for (const link of bar.querySelectorAll("a")) {
    const path = link.dataset.path ?? (link.dataset.path = link.getAttribute("href") ?? "/");
    link.setAttribute("href", address(path, { project: projectInAddress() }));
  }
}

/** @param {HTMLElement} switcher @param {boolean} fresh */
async function nameProject(switcher, fresh) {
  try {
    const known = await projects(fresh);
    const id = await currentProject();
    const name = known.projects.find((p) => p.id === id)?.name ?? "No project";
    fill(switcher, h("span.v-ell", { style: { "max-width": "220px" } }, name), icon("down", 14));
    switcher.title = "Projects";
  } catch {
    fill(switcher, "Projects", icon("down", 14));
  }
}

/** @param {HTMLElement} anchor */
async function openProjects(anchor) {
  let known;
  try {
    known = await projects(true);
  } catch (error) {
    const reason = h("p.v-note.bad", { role: "alert" }, icon("warn"), messageOf(error));
    popover(anchor, reason, { label: "Projects", align: "end", width: 320 });
    return;
  }
  const here = projectInAddress();
  const items = known.projects.map((project) => ({
    title: project.name,
    note: h("span.v-t3.v-nowrap", null, plural(project.videos ?? 0, "video")),
    current: project.id === here,
    href: address(location.pathname, { project: project.id }),
  }));
  const sheets = [
    ...(here
      ? [
          sheetItem("categories", "tag", "Categories of this project"),
          sheetItem("attributes", "list", "Attributes of this project"),
          sheetItem("guide", "book", "Annotation guide"),
        ]
      : []),
    sheetItem("manage", "edit", here ? "Rename or archive" : "Archived projects"),
    sheetItem("project", "plus", "New project"),
  ];
  openMenu(anchor, items.length ? [...items, null, ...sheets] : sheets, { label: "Projects" });
}

/** Entry that opens a sheet of the library: in place, or there. @param {string} sheet @param {string} image @param {string} title */
function sheetItem(sheet, image, title) {
  if (document.getElementById(`v-sheet-${sheet}`)) return { title, icon: image, run: () => window.vPages?.open(sheet) };
  return { title, icon: image, href: address("/", { project: projectInAddress(), sheet }) };
}

/** A sun that turns the page light or dark and remembers it. */
function themeButton() {
  const flip = h("button.v-icon-btn", { type: "button", id: "v-theme-toggle" }, icon("sun"));
  const name = () => flip.setAttribute("aria-label", theme() === "dark" ? "Light theme" : "Dark theme");
  flip.addEventListener("click", () => {
    toggleTheme();
    name();
  });
  name();
  flip.title = "Light or dark";
  return flip;
}

/** Show the active jobs in one line. @param {HTMLElement} place @returns {Promise<number>} milliseconds until the next request */
async function showJobs(place) {
  const project = projectInAddress();
  if (!project) return 5000;
  /** @type {import("../kit/wire.js").Job[]} */
  let running;
  try {
    running = (await get(`/data/jobs?project=${encodeURIComponent(project)}&active=1`)).jobs;
  } catch (error) {
    place.hidden = false;
    const text = obstacle(error) || "Server not reached";
    fill(place, icon("cloud"), h("span.v-warnc.v-ell", { title: text, style: { "max-width": "480px" } }, text));
    return 4000;
  }
  window.dispatchEvent(new CustomEvent("v-jobs", { detail: running }));
  place.hidden = running.length === 0;
  if (running.length === 0) return 4000;
  const kinds = [...new Set(running.map((j) => j.kind))];
  const share = running.reduce((sum, j) => sum + (j.progress ?? 0), 0) / running.length;
  const what =
    kinds.length > 1
      ? plural(running.length, "job")
      : `${activityOf(kinds[0])}${running.length > 1 ? ` ${running.length} videos` : ""}`;
  const left =
    running.length === 1 && (running[0].eta_seconds ?? 0) > 0 ? `, ${clock(running[0].eta_seconds ?? 0)} left` : "";
  fill(
    place,
    h("span.v-acc.v-row", null, icon("spark")),
    h("span.v-nowrap", { style: { "margin-right": "8px" } }, `${what}, ${Math.round(share * 100)} %${left}`),
  );
  return 1500;
}
