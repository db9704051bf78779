// @ts-check
/** The list of categories in a popover: a digit, the arrows or some letters choose one, a new name makes one. */

import { api } from "../api.js";
import { fill, h, icon, kbd } from "../../kit/dom.js";
import { popover } from "../../kit/floating.js";
import { messageOf } from "../../kit/request.js";
import { categoriesInUse, openVideo } from "../state.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").Category} Category */

/** A name as it is compared: without case, and with single spaces. @param {string} name */
const folded = (name) => name.trim().replace(/\s+/g, " ").toLowerCase();

/**
 * The categories that match a typed text.
 * @param {Category[]} list @param {string} text
 * @returns {{found: Category[], at: number, create: string}} `found`: those that contain the text, in their order;
 *   `at`: index of the one that Enter takes (the same name, else one that begins so, else the first; the number of found
 *   ones is the entry that creates); `create`: the name that could be created, empty where a category has it
 */
export function matching(list, text) {
  const wanted = folded(text);
  const found = list.filter((one) => folded(one.name).includes(wanted));
  const ranks = [
    (/** @type {Category} */ one) => one.name === text.trim(),
    (/** @type {Category} */ one) => folded(one.name) === wanted,
    (/** @type {Category} */ one) => folded(one.name).startsWith(wanted),
  ];
  const best = ranks.map((fits) => found.findIndex(fits)).find((at) => at >= 0);
  const taken = found.some((one) => folded(one.name) === wanted);
  return { found, at: best ?? 0, create: wanted && !taken ? text.trim().replace(/\s+/g, " ") : "" };
}

/**
 * Choose a category, or type a new one. The list has the focus, so a digit chooses at once; a letter goes into the
 * field above it, which filters the list.
 * @param {Editor} app
 * @param {Element} anchor
 * @param {string} label
 * @param {(id: string) => void} choose
 */
export function chooseCategory(app, anchor, label, choose) {
  const all = categoriesInUse(app.session);
  const current = app.track?.category;
  const input = h("input", {
    type: "text",
    placeholder: "Find, or name a new one",
    "aria-label": "Find or create a category",
  });
  const problem = h("p", { class: "v-bad", role: "alert", hidden: true });
  const list = h("div", {
    class: "v-categorylist",
    role: "menu",
    "aria-label": label,
    tabindex: "-1",
    autofocus: true,
  });
  /** @type {{element: HTMLElement, run: () => void}[]} */
  let entries = [];
  let at = 0;
  const take = (/** @type {string} */ id) => {
    close();
    choose(id);
  };
  const move = (/** @type {number} */ to) => {
    entries[at]?.element.removeAttribute("data-at");
    at = entries.length ? (to + entries.length) % entries.length : 0;
    const element = entries[at]?.element;
    element?.setAttribute("data-at", "");
    element?.scrollIntoView({ block: "nearest" });
    for (const focus of [input, list]) focus.setAttribute("aria-activedescendant", element?.id ?? "");
  };
  const draw = () => {
    const { found, at: best, create } = matching(all, input.value);
    entries = found.map((one) => ({ element: entryOf(one, all, current), run: () => take(one.id) }));
    if (create) entries.push({ element: creator(create), run: () => make(create) });
    entries.forEach(({ element, run }, i) => {
      element.id = `v-category-${i}`;
      element.addEventListener("click", run);
    });
    fill(
      list,
      entries.map(({ element }) => element),
    );
    problem.hidden = true;
    at = 0;
    const standing = input.value.trim() ? best : found.findIndex((one) => one.id === current);
    move(Math.max(0, standing));
  };
  let making = false;
  const make = async (/** @type {string} */ name) => {
    if (making) return;
    making = true;
    try {
      const id = await addCategory(app, name);
      if (content.isConnected) take(id);
    } catch (error) {
      problem.textContent = messageOf(error);
      problem.hidden = false;
    } finally {
      making = false;
    }
  };
  const onkeydown = keysOf({
    input,
    count: () => all.length,
    step: (by) => move(at + by),
    run: (i) => entries[i ?? at]?.run(),
  });
  input.addEventListener("input", draw);
  const field = h(
    "form",
    { onsubmit: (event) => event.preventDefault() },
    h("label", { class: "v-field" }, icon("search"), input),
  );
  const content = h("div", { class: "v-categories", onkeydown }, field, problem, list);
  draw();
  const close = popover(anchor, content, { label, width: 240 });
  // The popover keeps its height while the list gets shorter, or the field would move under the fingers.
  list.style.minHeight = `${list.offsetHeight}px`;
  move(at);
}

/** @param {Category} one @param {Category[]} all @param {string|null|undefined} current */
function entryOf(one, all, current) {
  const digit = all.indexOf(one) + 1;
  return h(
    "button",
    {
      class: "v-item",
      type: "button",
      role: "menuitem",
      tabindex: "-1",
      title: one.name,
      "aria-current": one.id === current ? "true" : null,
    },
    h("span", { class: "v-ell v-grow" }, one.name),
    digit <= 9 ? kbd(String(digit)) : null,
  );
}

/** @param {string} name */
function creator(name) {
  return h(
    "button",
    { class: "v-item v-createcategory", type: "button", role: "menuitem", tabindex: "-1", title: name },
    icon("plus"),
    h("span", { class: "v-ell v-grow" }, "Create ", h("b", {}, name)),
  );
}

/**
 * Create a category in the project, and add it to the open video.
 * @param {Editor} app @param {string} name
 * @returns {Promise<string>} its id
 */
async function addCategory(app, name) {
  const made = await api.addCategory(app.session.now.project?.id ?? "", name);
  const video = openVideo(app.session);
  const categories = [...video.categories.filter(({ id }) => id !== made.id), made];
  app.session.set({ video: { ...video, categories } });
  return made.id;
}

/**
 * The keys of a popover with a list. Digits choose as long as nothing is typed and the field has no focus.
 * @param {{input: HTMLInputElement, count: () => number, step: (by: number) => void, run: (at?: number) => void}} parts
 * @returns {(event: KeyboardEvent) => void}
 */
export function keysOf({ input, count, step, run }) {
  return (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const inField = event.target === input;
    const digit = /^[1-9]$/.test(key) && !inField && !input.value;
    /** @type {(() => void)|null} */
    let work = null;
    if (key === "ArrowDown") work = () => step(1);
    else if (key === "ArrowUp") work = () => step(-1);
    else if (key === "Enter" || (key === " " && !inField)) work = () => run();
    else if (digit) work = () => Number(key) <= count() && run(Number(key) - 1);
    // The key itself goes on, and so into the field that has the focus now.
    else if (!inField && (key.length === 1 || ["Backspace", "Dead", "Process"].includes(key))) input.focus();
    if (!work) return;
    event.preventDefault();
    event.stopPropagation();
    work();
  };
}
