import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Sending } from "../../../../assets/editor/document/sending.js";
import { openPage, settle } from "../../browser.mjs";

/** Idle moments that the browser owes. */
let owed;

beforeEach(async () => {
  await openPage();
  owed = [];
  globalThis.requestIdleCallback = (work) => owed.push(work);
});

/** Asks for a turn, and notes the answer. */
function asked(sending) {
  const turn = { last: null };
  sending.turn().then((last) => (turn.last = last));
  return turn;
}

test("on a page that is seen a request waits for an idle moment", async () => {
  const turn = asked(new Sending());
  await settle();
  assert.equal(turn.last, null);
  owed.pop()();
  await settle();
  assert.equal(turn.last, false);
});

test("where nobody sees the page it waits for nothing", async () => {
  document.visibilityState = "hidden";
  const turn = asked(new Sending());
  await settle();
  assert.deepEqual([turn.last, owed.length], [false, 0]);
});

test("when the page goes, all that wait go at once, and know it; what comes after that waits again", async () => {
  const sending = new Sending();
  const before = [asked(sending), asked(sending)];
  sending.flush(true);
  const after = asked(sending);
  await settle();
  assert.deepEqual(
    before.map(({ last }) => last),
    [true, true],
  );
  assert.equal(after.last, null);
  for (const work of owed) work();
  await settle();
  assert.equal(after.last, false);
});
