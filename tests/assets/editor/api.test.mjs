import assert from "node:assert/strict";
import { test } from "node:test";
import { api, frameAddress, standInAddress } from "../../../assets/editor/api.js";

test("a frame's address carries the content hash where there is one", () => {
  assert.equal(frameAddress({ id: "v 1" }, 7), "/data/videos/v%201/frames/7.jpg");
  assert.equal(
    frameAddress({ id: "v", content_hash: "0123456789abcdef" }, 0),
    "/data/videos/v/frames/0.jpg?h=0123456789ab",
  );
});

test("every id in an address is encoded", async () => {
  const asked = [];
  globalThis.fetch = async (path, init) => (
    asked.push(`${init.method} ${path} ${init.body ?? ""}`.trim()),
    new Response("{}")
  );
  await api.tracks("v/1", 0, 20);
  await api.history("v", "t 1", 60);
  await api.propose("v", {});
  await api.edits("v", "person:1", []);
  assert.deepEqual(asked, [
    "GET /data/videos/v%2F1/tracks?start=0&stop=20",
    "GET /data/videos/v/history?limit=60&track=t%201",
    "POST /data/videos/v/propose {}",
    'POST /data/videos/v/edits {"author":"person:1","edits":[]}',
  ]);
  assert.equal(standInAddress({ id: "v 1" }, 2), "/data/videos/v%201/proxies/2");
});
