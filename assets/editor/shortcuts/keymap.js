// @ts-check
/** Which key runs which command: the defaults of the commands, and what a person changed of them. */

import { printed } from "./names.js";

/** @typedef {import("../commands/command.js").Command} Command */
/** @typedef {import("../commands/command.js").Scope} Scope */
/** @typedef {{command: string, scope: Scope, key: string}} Binding */
/** @typedef {Pick<Command, "id"|"keys"|"canvasKeys"|"scope">} Bound */

const STORED = "v-keys";
/** Begins the ids of commands that come with a project: a person's keys for them stay while another project is open. */
export const OF_PROJECT = "attribute:";

/** The default bindings of commands. @param {readonly Bound[]} commands @returns {Binding[]} */
export function defaultBindings(commands) {
  return commands.flatMap(({ id, keys = [], canvasKeys = [], scope = "editor" }) => [
    ...keys.map((key) => ({ command: id, scope, key })),
    ...canvasKeys.map((key) => ({ command: id, scope: /** @type {Scope} */ ("canvas"), key })),
  ]);
}

/** Keys bound twice in one scope, as "editor: A". @param {readonly Binding[]} bindings @returns {string[]} */
export function boundTwice(bindings) {
  const seen = new Set();
  const twice = [];
  for (const { scope, key } of bindings) {
    const name = `${scope}: ${key}`;
    if (seen.has(name)) twice.push(name);
    seen.add(name);
  }
  return twice;
}

export class Keymap {
  /**
   * @param {readonly Bound[]} commands
   * @param {Pick<Storage, "getItem"|"setItem"|"removeItem">} [storage] keeps a person's own keys
   */
  constructor(commands, storage) {
    this.fixed = commands;
    this.commands = new Map(commands.map((command) => [command.id, command]));
    this.storage = storage;
    /** @type {Map<string, readonly string[]>} a person's own keys, by command */
    this.own = new Map(read(storage).filter(([id]) => this.commands.has(id) || id.startsWith(OF_PROJECT)));
    /** @type {Map<string, string>} command by "scope: key" */
    this.byKey = new Map();
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    this.arrange();
  }

  /** The commands of the open project, in place of those of the one before. @param {readonly Bound[]} commands ids begin with OF_PROJECT */
  setProjectCommands(commands) {
    this.commands = new Map([...this.fixed, ...commands].map((command) => [command.id, command]));
    this.arrange();
    for (const listener of this.listeners) listener();
  }

  /** Own keys first: a default that meets one gives way. */
  arrange() {
    this.byKey = new Map();
    const own = (/** @type {Binding} */ { command, scope }) => scope !== "canvas" && this.own.has(command);
    const bindings = this.bindings();
    for (const binding of [...bindings.filter(own), ...bindings.filter((each) => !own(each))]) {
      const name = `${binding.scope}: ${binding.key}`;
      if (!this.byKey.has(name)) this.byKey.set(name, binding.command);
    }
  }

  /** All bindings as they are now. @returns {Binding[]} */
  bindings() {
    const now = [...this.commands.values()].map((command) => ({
      ...command,
      keys: this.own.get(command.id) ?? command.keys,
    }));
    return defaultBindings(now);
  }

  /** Scope of a command's keys. @param {string} id @returns {Scope} */
  scopeOf(id) {
    return this.commands.get(id)?.scope ?? "editor";
  }

  /** The command of a key in the first of these scopes that has it. @param {readonly Scope[]} scopes @param {string} key */
  find(scopes, key) {
    for (const scope of scopes) {
      const command = this.byKey.get(`${scope}: ${key}`);
      if (command) return command;
    }
    return undefined;
  }

  /** Keys that run a command, first the one to print. @param {string} id @returns {readonly string[]} */
  keysOf(id) {
    const command = this.commands.get(id);
    const scope = this.scopeOf(id);
    const wanted = this.own.get(id) ?? command?.keys ?? [];
    return wanted.filter((key) => this.byKey.get(`${scope}: ${key}`) === id);
  }

  /** All keys of a command as printed, those of the canvas last. @param {string} id @returns {string[]} */
  printedKeys(id) {
    return [...this.keysOf(id), ...(this.commands.get(id)?.canvasKeys ?? [])].map(printed);
  }

  /** First key of a command, as printed; empty when it has none. @param {string} id */
  keyOf(id) {
    const [key] = this.keysOf(id);
    return key ? printed(key) : "";
  }

  /** "Undo (Ctrl Z)". @param {string} label @param {string} id */
  titled(label, id) {
    const key = this.keyOf(id);
    return key ? `${label} (${key})` : label;
  }

  /** Other commands that have a key in the scope of this one. @param {string} id @param {string} key @returns {string[]} ids */
  conflicts(id, key) {
    const scope = this.scopeOf(id);
    return this.bindings()
      .filter((each) => each.command !== id && each.scope === scope && each.key === key)
      .map(({ command }) => command);
  }

  /** Give a command these keys; others that had one of them lose it. @param {string} id @param {readonly string[]} keys */
  change(id, keys) {
    const taken = [...new Set(keys)];
    for (const key of taken) {
      for (const other of this.conflicts(id, key)) {
        this.own.set(
          other,
          (this.own.get(other) ?? this.commands.get(other)?.keys ?? []).filter((each) => each !== key),
        );
      }
    }
    this.own.set(id, taken);
    this.changed();
  }

  /** Bring back the default keys, of one command or of all. @param {string} [id] */
  reset(id) {
    if (id === undefined) this.own.clear();
    else {
      const defaults = this.commands.get(id)?.keys ?? [];
      this.change(id, defaults);
      this.own.delete(id);
    }
    this.changed();
  }

  changed() {
    for (const [id, keys] of this.own) {
      if (!this.commands.has(id)) continue;
      const defaults = this.commands.get(id)?.keys ?? [];
      if (keys.length === defaults.length && keys.every((key, i) => key === defaults[i])) this.own.delete(id);
    }
    this.arrange();
    if (this.own.size) this.storage?.setItem(STORED, JSON.stringify(Object.fromEntries(this.own)));
    else this.storage?.removeItem(STORED);
    for (const listener of this.listeners) listener();
  }

  /** Call a listener after every change of the keys. @param {() => void} listener */
  on(listener) {
    this.listeners.add(listener);
  }
}

/** A person's own keys; what is no list of keys is left out. @param {Pick<Storage, "getItem">} [storage] @returns {[string, string[]][]} */
function read(storage) {
  try {
    /** @type {unknown} */
    const kept = JSON.parse(storage?.getItem(STORED) ?? "{}");
    if (typeof kept !== "object" || kept === null) return [];
    return Object.entries(kept).filter(
      ([, keys]) => Array.isArray(keys) && keys.every((key) => typeof key === "string" && key),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
}
