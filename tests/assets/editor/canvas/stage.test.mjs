import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "../../../../assets/editor/canvas/stage.js";

test("a cancelled stroke leaves nothing of the pen: the ring is drawn anew, as wide as the brush", () => {
  const rings = [];
  const stage = {
    gesture: "tool",
    pressed: true,
    pressure: 0.3,
    host: { classList: { remove() {} } },
    toolBusy: { cancel: () => rings.push("cancelled") },
    app: {},
    moveRing() {
      rings.push([this.gesture, this.pressure]);
    },
  };
  Stage.prototype.cancel.call(stage);
  assert.deepEqual(rings, ["cancelled", ["none", null]]);
  assert.deepEqual([stage.pressed, stage.toolBusy], [false, null]);
});
