import assert from "node:assert/strict";
import { test } from "node:test";
import { OfflineError, RefusedError, request } from "../../assets/editor/api.js";

const answering = (body, status) => {
  globalThis.fetch = async () => new Response(body, { status });
};

test("a refusal brings the server's sentence, its status and its kind", async () => {
  answering('{"error": "It shows another picture.", "kind": "other_pixels"}', 400);
  await assert.rejects(request("POST", "/data/videos/v/source", {}), (error) => {
    assert.ok(error instanceof RefusedError);
    assert.deepEqual([error.message, error.status, error.kind], ["It shows another picture.", 400, "other_pixels"]);
    return true;
  });
});

test("a refusal of no special kind has none, also where the answer is no sentence", async () => {
  answering('{"error": "No."}', 400);
  await assert.rejects(request("GET", "/x"), (error) => error.kind === "" && error.message === "No.");
  answering("<html>", 404);
  await assert.rejects(request("GET", "/x"), (error) => error.kind === "" && /404 to GET \/x/.test(error.message));
});

test("what is not an answer of the server means that it is out of reach", async () => {
  answering("busy", 503);
  await assert.rejects(request("GET", "/x"), OfflineError);
});
