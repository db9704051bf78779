// @ts-check
/** All commands of an editor: what there is, why one cannot run now, and the one way to run one. */

import { isOffered } from "./command.js";
import { takeResult } from "./previewing.js";
import { PREVIEW_FIRST } from "../state.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("./command.js").Place} Place */
/** @typedef {import("../editor.js").Editor} Editor */

/** @param {readonly Command[]} commands each id once @returns {ReadonlyMap<string, Command>} */
function byId(commands) {
  const found = new Map(commands.map((command) => [command.id, command]));
  if (found.size < commands.length) throw new Error("Two commands have the same id.");
  return found;
}

export class Registry {
  /** @param {Editor} app @param {readonly Command[]} commands each id once */
  constructor(app, commands) {
    this.app = app;
    /** @type {ReadonlyMap<string, Command>} in the order of menus */
    this.byId = byId(commands);
    this.fixed = commands;
    /** @type {(id: string) => void} a command ran */
    this.onrun = () => {};
  }

  /** Put the commands of the open project after the others, in place of those of the project before. @param {readonly Command[]} commands */
  setProjectCommands(commands) {
    this.byId = byId([...this.fixed, ...commands]);
    this.app.keymap.setProjectCommands(commands);
  }

  /** @param {string} id @returns {Command} throws where there is none */
  get(id) {
    const command = this.byId.get(id);
    if (!command) throw new Error(`There is no command "${id}".`);
    return command;
  }

  /** Those that a place offers, in their order. @param {Place} place @returns {Command[]} */
  offered(place) {
    return [...this.byId.values()].filter((command) => isOffered(command, place));
  }

  /** Why a command cannot run now; null when it can. @param {string} id @param {unknown} [argument] @returns {string|null} */
  reason(id, argument) {
    const command = this.get(id);
    const { app } = this;
    if (app.view.now.preview && !command.whilePreview) return PREVIEW_FIRST;
    return command.unavailable?.(app, argument) ?? null;
  }

  /**
   * Run a command, and show its preview where it returns one; where it cannot run a toast gives the reason.
   * @param {string} id
   * @param {unknown} [argument]
   * @returns {unknown} what the command returns; null where it cannot run
   */
  run(id, argument) {
    const command = this.get(id);
    const { app } = this;
    // What the canvas has not saved yet comes before everything that is not about that.
    if (!command.whileDrawing) app.stage?.settle();
    const reason = this.reason(id, argument);
    if (reason) {
      app.toast({ icon: command.icon ?? "ci", title: command.title, text: reason, name: "not now" });
      return null;
    }
    const result = command.run(app, argument);
    takeResult(app, result);
    this.onrun(id);
    return result;
  }
}
