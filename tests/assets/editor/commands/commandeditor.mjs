/** An editor without a page, for tests of commands: two tracks on ten frames, a queue that never sends. */

import { createCommands } from "../../../../assets/editor/commands/index.js";
import { VERBS } from "../../../../assets/editor/verbs/index.js";
import { createView, PREFERENCES } from "../../../../assets/editor/state.js";
import { createStore } from "../../../../assets/editor/store.js";
import { Viewport } from "../../../../assets/editor/canvas/viewport.js";
import { sentRow, sentTrack, smallDocument, waitingQueue } from "../memory.mjs";

export function editor() {
  const document = smallDocument([
    sentTrack(1, [
      sentRow(0),
      sentRow(1),
      sentRow(2, { source: "drawn", review: "corrected" }),
      sentRow(6, { key: true }),
    ]),
    sentTrack(2, [sentRow(3, { look: "Mask jumps" }), sentRow(4, { review: "accepted" })]),
  ]);
  const view = createView();
  const app = {
    document,
    view,
    viewport: new Viewport(),
    preferences: createStore({ ...PREFERENCES }),
    session: createStore({
      video: { id: "v", categories: [{ id: "c1" }, { id: "c2", retired: true }] },
      saving: "saved",
      phase: "ready",
    }),
    stage: { takeBack: () => false, giveBack: () => false, settle: () => {}, tool: {} },
    encoder: { flush: () => {} },
    toasts: [],
    toast: (message) => app.toasts.push(message),
    root: { querySelectorAll: () => [] },
    get track() {
      return document.tracks.get(view.now.selected) ?? null;
    },
  };
  view.set({ searched: 0 });
  document.onchange = () => view.set({ revision: view.now.revision + 1 });
  app.queue = waitingQueue(document);
  app.commands = createCommands(app, VERBS);
  return app;
}
