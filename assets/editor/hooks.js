// @ts-check
/** What parts of the page do for the editor, which knows none of them; they do nothing until `main.js` sets them. */

export class Hooks {
  constructor() {
    /** @type {(message: import("./panels/toasts.js").Toast) => void} */
    this.toast = () => {};
    /** @type {() => void} */ this.onopen = () => {};
    /** @type {() => void} cancels a half drawn stroke */ this.oncancel = () => {};
    /** @type {(title: string, partners: import("./verbs/partners.js").Partner[]) => Promise<string|null>} asks for a second
     * track, null for none */
    this.choosePartner = async () => null;
    /** @type {() => boolean} whether a button is down on the canvas */ this.isPressed = () => false;
    /** @type {(message: {video: string} & import("../kit/wire.js").SentDrafts) => void} drafts were made */ this.ondrafts =
      () => {};
    /** @type {(message: {video: string} & import("../kit/wire.js").RemovedDrafts) => void} drafts went */
    this.ondraftsremoved = () => {};
    /** @type {(place: import("./commands/command.js").Place, point: [number, number]) => void} a context menu is asked for */
    this.onmenu = () => {};
    /** @type {(before: number) => void} the number of frames changed */ this.onrecount = () => {};
    /** @type {(conflict: import("./document/editbatch.js").Conflict) => void} */ this.onconflict = () => {};
  }
}
