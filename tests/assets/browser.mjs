/** A browser's page in memory: address, timers that the test lets run, a server that answers as the test says. */

import { projects } from "../../assets/pages/data.js";
import { FakeElement, FakeInput, FakeNode, FakeText } from "./elements.mjs";

/** Lets everything that is under way come to rest: promises, and our server's answers. */
export async function settle() {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Opens a page; what an earlier test left behind is gone.
 * @param {{address?: string, answers?: Record<string, any>}} [options]
 *   `answers`: "GET /data/x" -> body, a function of the request's body, or `refuse(…)`; looked up when asked
 * @returns {Promise<Page>}
 */
export async function openPage({ address = "/", answers = {} } = {}) {
  const page = new Page(answers);
  const [path, query = ""] = address.split("?");
  const location = {
    pathname: path,
    search: query ? `?${query}` : "",
    hash: "",
    assign: (to) => page.visited.push(to),
  };
  const go = (_state, _title, to) => {
    const [where, asked = ""] = to.split("?");
    Object.assign(location, { pathname: where, search: asked ? `?${asked}` : "" });
  };
  const stored = new Map();
  globalThis.vWindow = new FakeNode();
  globalThis.document = page.document;
  const given = {
    window: globalThis,
    location,
    history: { state: null, replaceState: go },
    localStorage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value) },
    Node: FakeNode,
    HTMLElement: FakeElement,
    HTMLInputElement: FakeInput,
    ResizeObserver: class {
      observe() {}
      disconnect() {}
    },
    CSS: { escape: (text) => text },
    innerWidth: 1280,
    innerHeight: 720,
    addEventListener: (...rest) => vWindow.addEventListener(...rest),
    removeEventListener: (...rest) => vWindow.removeEventListener(...rest),
    dispatchEvent: (event) =>
      vWindow.listeners.filter((one) => one.type === event.type).forEach((one) => one.call(event)),
    setTimeout: (call, pause = 0) => page.timers.push({ call, pause }),
    clearTimeout: (id) => id && (page.timers[id - 1] = null),
    fetch: (to, init) => page.answer(to, init),
    vPages: undefined,
    vTheme: { dark: true, set: (dark) => (vTheme.dark = dark) },
  };
  for (const [name, value] of Object.entries(given))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  globalThis.vReady = new Promise((ready) => (globalThis.vMakeReady = ready));
  // The list of projects is asked for once a page: this is another page.
  await projects(true).catch(() => undefined);
  page.calls.length = 0;
  return page;
}

/** An answer with a status that is no success. @param {string} sentence @param {number} [status] */
export const refuse = (sentence, status = 400) => new Refusal(sentence, status);

class Refusal {
  constructor(sentence, status) {
    Object.assign(this, { sentence, status });
  }
}

export class Page {
  constructor(answers) {
    this.answers = answers;
    /** What was asked, "POST /data/x {…}". @type {string[]} */ this.calls = [];
    /** Addresses the page went to. @type {string[]} */ this.visited = [];
    this.timers = [];
    const html = new FakeElement("html");
    this.document = Object.assign(new FakeNode(), {
      body: new FakeElement("body"),
      documentElement: html,
      hidden: false,
      title: "",
      createElement: (tag) => (tag === "input" ? new FakeInput(tag) : new FakeElement(tag)),
      createElementNS: (_, tag) => new FakeElement(tag),
      createTextNode: (text) => new FakeText(text),
      getElementById: (id) => this.document.querySelector(`#${id}`),
    });
    this.document.append(html);
    html.append(this.document.body);
    this.document.activeElement = this.document.body;
  }

  /** Puts the place of a module on the page, as Gradio does. @param {string} id @returns {FakeElement} what `mount` gets */
  place(id) {
    const [holder, mount] = [new FakeElement("div"), new FakeElement("div")];
    holder.className = "v-plain";
    mount.id = id;
    holder.append(mount);
    this.document.body.append(holder);
    return holder;
  }

  async answer(path, init = {}) {
    const method = init.method ?? "GET";
    const body = init.body === undefined ? undefined : JSON.parse(init.body);
    this.calls.push([method, path, init.body].filter(Boolean).join(" "));
    const said = this.answers[`${method} ${path}`];
    const found = typeof said === "function" ? await said(body) : said;
    if (found === undefined && !(`${method} ${path}` in this.answers)) throw new TypeError("Failed to fetch");
    if (found instanceof Refusal) return Response.json({ error: found.sentence }, { status: found.status });
    return { ok: true, status: 200, json: async () => structuredClone(found) };
  }

  /** What was asked with another method than GET. */
  get writes() {
    return this.calls.filter((call) => !call.startsWith("GET"));
  }

  find(selector) {
    const found = this.document.querySelector(selector);
    if (!found) throw new Error(`There is no ${selector} on the page: ${this.text()}`);
    return found;
  }

  all(selector) {
    return this.document.querySelectorAll(selector);
  }

  /** What can be read, spaces as one. @param {string} [selector] */
  text(selector = "body") {
    return (selector === "body" ? this.document.body : this.find(selector)).textContent.replace(/\s+/g, " ").trim();
  }

  /** Presses a button or a link by its words. @param {string} words @param {string} [within] */
  async press(words, within = "body") {
    const place = within === "body" ? this.document.body : this.find(within);
    const found = place
      .querySelectorAll("button, a")
      .find((one) => one.textContent.trim() === words || one.getAttribute("aria-label") === words);
    if (!found) throw new Error(`There is no button "${words}": ${this.text()}`);
    found.click();
    await settle();
    return found;
  }

  /** Types into a field. @param {string|FakeElement} field @param {string} text */
  async type(field, text) {
    const input = typeof field === "string" ? this.find(field) : field;
    input.focus();
    input.value = text;
    input.dispatchEvent(new Event("input"));
    await settle();
  }

  /** A key on what has the focus. @param {string} name */
  async key(name) {
    const event = Object.assign(new Event("keydown", { cancelable: true }), { key: name });
    document.activeElement.dispatchEvent(event);
    await settle();
    return event;
  }

  /** Tells the page's own modules something. @param {string} name @param {any} [detail] */
  async tell(name, detail) {
    window.dispatchEvent(new CustomEvent(name, { detail }));
    await settle();
  }

  /** Lets the timers run that wait now; those they set wait for the next call. */
  async later() {
    const due = this.timers.splice(0, this.timers.length);
    due.forEach((timer) => timer?.call());
    await settle();
  }

  /** How long the waiting timers wait, in milliseconds. */
  get pauses() {
    return this.timers.filter(Boolean).map((timer) => timer.pause);
  }
}
