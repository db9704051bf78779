/** A document in memory, as far as the pages' modules use one: elements, text, selectors, events that bubble. */

const SIMPLE = /^([a-z][\w-]*)?((?:[.#][\w-]+|\[[^\]]+\]|:not\([^)]*\))*)$/i;

/** Whether an element is what one part of a selector says (tag, classes, id, attributes, :not). */
function fits(element, part) {
  const [, tag, rest] = SIMPLE.exec(part) ?? [null, null, null];
  if (rest === null) throw new Error(`The selector ${part} is not understood by the document of the tests.`);
  if (tag && element.tagName !== tag.toUpperCase()) return false;
  return [...rest.matchAll(/\.([\w-]+)|#([\w-]+)|\[([\w-]+)(?:="?([^"\]]*)"?)?\]|:not\(([^)]*)\)/g)].every(
    ([, name, id, key, value, not]) => {
      if (name) return element.classList.contains(name);
      if (id) return element.id === id;
      if (key) return value === undefined ? element.hasAttribute(key) : element.getAttribute(key) === value;
      return !fits(element, not);
    },
  );
}

/** Whether an element is what a whole selector says; only lists and descent, as the modules need. */
function matches(element, selector) {
  return selector.split(",").some((one) => {
    const parts = one.trim().split(/\s+(?![^[]*\])/);
    if (!fits(element, parts.pop())) return false;
    let above = element.parentNode;
    while (parts.length && above instanceof FakeElement) {
      if (fits(above, parts[parts.length - 1])) parts.pop();
      above = above.parentNode;
    }
    return parts.length === 0;
  });
}

export class FakeNode {
  constructor() {
    this.parentNode = null;
    this.childNodes = [];
    this.listeners = [];
  }

  get isConnected() {
    return this === globalThis.document || Boolean(this.parentNode?.isConnected);
  }

  get firstChild() {
    return this.childNodes[0] ?? null;
  }

  append(...children) {
    for (const child of children) {
      const node = child instanceof FakeNode ? child : new FakeText(String(child));
      node.remove();
      node.parentNode = this;
      this.childNodes.push(node);
    }
  }

  remove() {
    if (!this.parentNode) return;
    if (globalThis.document && this.contains(document.activeElement)) document.activeElement = document.body;
    this.parentNode.childNodes = this.parentNode.childNodes.filter((node) => node !== this);
    this.parentNode = null;
  }

  replaceChildren(...children) {
    for (const child of [...this.childNodes]) child.remove();
    this.append(...children);
  }

  replaceWith(node) {
    const { parentNode } = this;
    const at = parentNode.childNodes.indexOf(this);
    node.remove();
    parentNode.childNodes[at] = node;
    node.parentNode = parentNode;
    this.parentNode = null;
  }

  contains(node) {
    for (let at = node; at; at = at.parentNode) if (at === this) return true;
    return false;
  }

  get textContent() {
    return this.childNodes.map((node) => node.textContent).join("");
  }

  set textContent(text) {
    this.replaceChildren(text);
  }

  addEventListener(type, call, capture = false) {
    const options = typeof capture === "object" ? capture : { capture };
    this.listeners.push({ type, call, capture: Boolean(options?.capture), once: Boolean(options?.once) });
  }

  removeEventListener(type, call) {
    this.listeners = this.listeners.filter((one) => one.type !== type || one.call !== call);
  }

  /** Downwards for those that capture, window first, then upwards; Node's own events do not know of our tree. */
  dispatchEvent(event) {
    Object.defineProperty(event, "target", { value: this, configurable: true });
    let stopped = false;
    const stop = event.stopPropagation.bind(event);
    event.stopPropagation = () => {
      stopped = true;
      stop();
    };
    const call = (at, capture) => {
      Object.defineProperty(event, "currentTarget", { value: at, configurable: true });
      for (const one of [...at.listeners]) {
        if (one.type !== event.type || one.capture !== capture) continue;
        if (one.once) at.listeners = at.listeners.filter((other) => other !== one);
        one.call.call(at, event);
      }
    };
    const path = [];
    for (let at = this; at; at = at.parentNode) path.push(at);
    call(globalThis.vWindow, true);
    for (const at of path.toReversed()) if (!stopped) call(at, true);
    for (const at of path) if (!stopped) call(at, false);
    if (!stopped) call(globalThis.vWindow, false);
    return !event.defaultPrevented;
  }

  descendants() {
    return this.childNodes.flatMap((node) => (node instanceof FakeElement ? [node, ...node.descendants()] : []));
  }

  querySelectorAll(selector) {
    return this.descendants().filter((element) => matches(element, selector));
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }
}

export class FakeText extends FakeNode {
  constructor(text) {
    super();
    this.text = text;
  }

  get textContent() {
    return this.text;
  }
}

export class FakeElement extends FakeNode {
  constructor(tag) {
    super();
    this.tagName = tag.toUpperCase();
    this.attributes = new Map();
    this.style = { setProperty: (key, value) => (this.style[key] = value) };
    this.dataset = new Proxy(
      {},
      {
        get: (_, key) => this.getAttribute(dashed(key)) ?? undefined,
        set: (_, key, value) => (this.setAttribute(dashed(key), value), true),
        deleteProperty: (_, key) => (this.removeAttribute(dashed(key)), true),
      },
    );
    const words = () => this.className.split(" ").filter(Boolean);
    this.classList = {
      add: (...names) => (this.className = [...new Set([...words(), ...names])].join(" ")),
      remove: (...names) =>
        (this.className = words()
          .filter((name) => !names.includes(name))
          .join(" ")),
      contains: (name) => words().includes(name),
      toggle: (name, on = !words().includes(name)) => this.classList[on ? "add" : "remove"](name),
    };
    this.typed = null;
  }

  getAttribute(key) {
    return this.attributes.get(key) ?? null;
  }

  hasAttribute(key) {
    return this.attributes.has(key);
  }

  setAttribute(key, value) {
    this.attributes.set(key, String(value));
  }

  removeAttribute(key) {
    this.attributes.delete(key);
  }

  matches(selector) {
    return matches(this, selector);
  }

  closest(selector) {
    for (let at = this; at instanceof FakeElement; at = at.parentNode) if (at.matches(selector)) return at;
    return null;
  }

  get children() {
    return this.childNodes.filter((node) => node instanceof FakeElement);
  }

  get className() {
    return this.getAttribute("class") ?? "";
  }

  set className(names) {
    this.setAttribute("class", names);
  }

  get value() {
    return this.typed ?? this.getAttribute("value") ?? "";
  }

  set value(text) {
    this.typed = String(text);
  }

  set innerHTML(markup) {
    this.markup = markup;
  }

  cloneNode(deep) {
    const copy = new FakeElement(this.tagName);
    for (const [name, value] of this.attributes) copy.setAttribute(name, value);
    copy.markup = this.markup;
    if (deep)
      copy.append(...this.childNodes.map((node) => (node instanceof FakeText ? node.text : node.cloneNode(true))));
    return copy;
  }

  checkVisibility() {
    return !this.closest("[hidden]");
  }
  focus() {
    if (this.isConnected) document.activeElement = this;
  }

  blur() {
    document.activeElement = document.body;
    this.dispatchEvent(new Event("change"));
  }

  select() {}

  /** As a press does: a click that bubbles, and a submit where the button sends a form. */
  click() {
    if (this.disabled) return;
    const go = this.dispatchEvent(new Event("click", { cancelable: true }));
    if (go && this.tagName === "BUTTON" && this.getAttribute("type") === "submit")
      this.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  }

  /** As the platform does: one popover at a time, the focus to its `autofocus` and back. */
  showPopover() {
    document.querySelectorAll(".v-pop").forEach((other) => other !== this && other.hidePopover());
    this.focusedBefore = document.activeElement;
    this.shown = true;
    this.querySelector("[autofocus]")?.focus();
  }

  hidePopover() {
    if (!this.shown) return;
    this.shown = false;
    const inside = this.contains(document.activeElement);
    for (const type of ["beforetoggle", "toggle"])
      this.dispatchEvent(Object.assign(new Event(type), { newState: "closed" }));
    if (inside) this.focusedBefore?.focus();
  }

  showModal() {
    this.setAttribute("open", "");
    (this.querySelector("[autofocus]") ?? this).focus();
  }

  close() {
    this.removeAttribute("open");
    this.dispatchEvent(new Event("close"));
  }

  getBoundingClientRect() {
    return { left: 0, top: 0, bottom: 0, right: 0 };
  }
}

for (const name of ["id", "title", "href", "src"]) {
  Object.defineProperty(FakeElement.prototype, name, {
    get() {
      return this.getAttribute(name) ?? "";
    },
    set(value) {
      this.setAttribute(name, value);
    },
  });
}
for (const name of ["hidden", "disabled"]) {
  Object.defineProperty(FakeElement.prototype, name, {
    get() {
      return this.hasAttribute(name);
    },
    set(on) {
      if (on) this.setAttribute(name, "");
      else this.removeAttribute(name);
    },
  });
}
Object.assign(FakeElement.prototype, { offsetWidth: 240, offsetHeight: 100, clientWidth: 640 });

export class FakeInput extends FakeElement {
  checked = false;
}

/** @param {string} key of a dataset */
function dashed(key) {
  return `data-${String(key).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
