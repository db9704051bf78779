import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { beginWorker } from "../../../assets/kit/worker.js";

afterEach(() => delete globalThis.Worker);

test("a worker is a module that gets its end of the port first", async () => {
  const begun = [];
  globalThis.Worker = class {
    constructor(...given) {
      begun.push(given);
    }

    postMessage(_, [port]) {
      port.onmessage = ({ data }) => {
        port.postMessage(data + 1);
        port.close();
      };
    }
  };
  const found = beginWorker("work.js");
  assert.deepEqual(begun, [["work.js", { type: "module" }]]);
  const answer = new Promise((done) => (found.port.onmessage = ({ data }) => done(data)));
  found.port.postMessage(41);
  assert.equal(await answer, 42);
});

test("without workers there is none", () => assert.equal(beginWorker("work.js"), null));
