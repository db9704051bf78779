import assert from "node:assert/strict";
import { test } from "node:test";
import { followCounting, isCounting } from "../../../../assets/editor/pictures/counting.js";
import { createStore } from "../../../../assets/editor/store.js";
import { until } from "../../waiting.mjs";

const settled = async () => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};

test("a video is being counted until every frame is sure and listed", () => {
  assert.ok(isCounting({ count: 10, confirmed: 4, partial: false }));
  assert.ok(isCounting({ count: 10, confirmed: 10, partial: true }));
  assert.ok(!isCounting({ count: 10, confirmed: 10, partial: false }));
  assert.ok(!isCounting(null));
});

test("growing is taken over lightly; an end, or another number of frames, asks for all facts", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const answers = [];
  globalThis.fetch = async () => new Response(JSON.stringify(answers.shift()));
  const app = {
    session: createStore({ video: { id: "v", count: 100, confirmed: 0, partial: false, pts: [1] } }),
    recounts: 0,
    recount: async () => (app.recounts += 1),
  };
  const stop = followCounting(app);
  const tick = (answer, taken) => {
    answers.push(answer);
    context.mock.timers.tick(1500);
    return until(taken);
  };
  await tick({ count: 100, confirmed: 30, partial: false }, () => app.session.now.video.confirmed === 30);
  assert.deepEqual([app.session.now.video.pts, app.recounts], [[1], 0]);
  await tick({ count: 140, confirmed: 60, partial: false }, () => app.recounts === 1);
  await tick({ count: 100, confirmed: 100, partial: false }, () => app.recounts === 2);
  app.session.set({ video: { id: "v", count: 100, confirmed: 100, partial: false } });
  context.mock.timers.tick(1500);
  await settled();
  assert.equal(answers.length, 0);
  stop();
});
