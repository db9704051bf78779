import assert from "node:assert/strict";
import { test } from "node:test";
import { openTab } from "../../../../assets/editor/document/tabs.js";
import { memoryStorage } from "../memory.mjs";

/** Web Locks in a few lines: granted at once unless somebody holds the name. */
function locksInMemory() {
  const held = new Map();
  return {
    async request(name, work) {
      while (held.has(name)) await held.get(name);
      const done = Promise.resolve(work()).finally(() => held.delete(name));
      held.set(
        name,
        done.catch(() => {}),
      );
      return done;
    },
    query: async () => ({ held: [...held.keys()].map((name) => ({ name })), pending: [] }),
    held,
  };
}

test("with locks, a tab is open for as long as its lock is held", async () => {
  const locks = locksInMemory();
  const [one, two] = [openTab(memoryStorage(), locks), openTab(memoryStorage(), locks)];
  assert.deepEqual(await one.closed([one.id, two.id, "gone", ""]), new Set(["gone", ""]));
  locks.held.delete(`v-tab:${two.id}`);
  assert.deepEqual(await one.closed([one.id, two.id]), new Set([two.id]));
});

test("no two tabs adopt at the same time", async () => {
  const locks = locksInMemory();
  const tabs = [openTab(memoryStorage(), locks), openTab(memoryStorage(), locks)];
  const order = [];
  const work = (name) => () => {
    order.push(`${name} begins`);
    order.push(`${name} ends`);
    return name;
  };
  assert.deepEqual(await Promise.all(tabs.map((tab, i) => tab.alone(work(i)))), [0, 1]);
  assert.deepEqual(order, ["0 begins", "0 ends", "1 begins", "1 ends"]);
});

test("without locks, a tab is open for as long as its sign of life is fresh", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: 1_000_000 });
  const storage = memoryStorage();
  const one = openTab(storage, undefined);
  const two = openTab(storage, undefined);
  storage.setItem("v-tab:silent", "1000000");
  t.mock.timers.tick(200_000);
  assert.deepEqual(await one.closed([one.id, two.id, "silent", "never"]), new Set(["silent", "never"]));
  assert.equal(storage.getItem("v-tab:silent"), null);
  assert.equal(await one.alone(() => 7), 7);
});
