/** The editor as far as commands of verbs need it: a document, a view, a queue that never sends, and a registry. */

import { createCommands } from "../../../../assets/editor/commands/index.js";
import { createView, PREFERENCES } from "../../../../assets/editor/state.js";
import { createStore } from "../../../../assets/editor/store.js";
import { computed } from "../../../../assets/editor/verbs/computing.js";
import { VERBS } from "../../../../assets/editor/verbs/index.js";
import { verbWorker } from "../../../../assets/editor/verbs/worker.js";
import { waitingQueue } from "../memory.mjs";

/** @param document from `documentOf` @param more parts of the editor that the test sets itself */
export function application(document, more = {}) {
  const view = createView();
  const app = {
    document,
    view,
    preferences: createStore({ ...PREFERENCES }),
    session: createStore({ video: { id: "v", categories: [] }, saving: "saved", phase: "ready", jobs: [] }),
    stage: { takeBack: () => false, giveBack: () => false, settle: () => {}, tool: {} },
    encoder: { flush: () => {} },
    toasts: [],
    toast: (message) => app.toasts.push(message),
    asked: [],
    answer: null,
    choosePartner: async (title, partners) => {
      app.asked.push([title, partners.map(({ track, note }) => [track.number, note])]);
      return app.answer;
    },
    get track() {
      return document.tracks.get(view.now.selected) ?? null;
    },
    ...more,
  };
  document.onchange = () => view.set({ revision: view.now.revision + 1 });
  app.queue = waitingQueue(document);
  app.commands = createCommands(app, VERBS);
  return app;
}

/** Gives the test a worker that computes what verbs ask for. */
export function startWorker() {
  globalThis.Worker = class {
    postMessage(_, [port]) {
      port.onmessage = ({ data: { number, asked } }) => port.postMessage({ number, found: computed(asked) });
      this.port = port;
    }

    terminate() {
      this.port.close();
    }
  };
}

/** Ends that worker. */
export function endWorker() {
  verbWorker().fail();
  delete globalThis.Worker;
}

/** Lets promises settle. */
export const settled = async () => {
  for (let i = 0; i < 10; i += 1) await new Promise((done) => setImmediate(done));
};
