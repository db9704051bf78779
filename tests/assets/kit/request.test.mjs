import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf, OfflineError, RefusedError, obstacle, request } from "../../../assets/kit/request.js";

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

test("a refusal with a sentence is no silence, whatever its status", async () => {
  answering('{"error": "The disk is full."}', 503);
  await assert.rejects(
    request("GET", "/x"),
    (error) => error instanceof RefusedError && error.message === "The disk is full.",
  );
});

test("refusals of a proxy are shown in words, with their pause", async () => {
  for (const [status, words] of [
    [401, /sign-in is needed/],
    [403, /not allowed/],
    [413, /size/],
    [429, /fewer/],
  ]) {
    globalThis.fetch = async () => new Response("<html>", { status, headers: { "retry-after": "90" } });
    await assert.rejects(request("POST", "/x", {}), (error) => words.test(error.message) && error.after === 90);
  }
});

test("a page in place of an answer is a failure", async () => {
  answering("<html>Sign in</html>", 200);
  await assert.rejects(request("GET", "/x"), /not the annotation server/);
});

test("why a request failed is one sentence, none when nobody answered", () => {
  assert.equal(obstacle(new OfflineError()), "");
  assert.equal(obstacle(new RefusedError("No.", 400)), "No.");
  assert.equal(obstacle("x"), "x");
});

test("a body is sent as JSON, and nothing where there is none", async () => {
  const asked = [];
  globalThis.fetch = async (path, init) => (
    asked.push([path, init.method, init.body, init.headers]),
    new Response("{}")
  );
  await request("POST", "/x", { a: 1 });
  await request("GET", "/y");
  assert.deepEqual(asked, [
    ["/x", "POST", '{"a":1}', { "Content-Type": "application/json" }],
    ["/y", "GET", undefined, {}],
  ]);
});

test("a server that is not reached is an error of its own, with a sentence", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("Failed to fetch");
  };
  await assert.rejects(
    request("GET", "/x"),
    (error) => error instanceof OfflineError && /does not answer/.test(error.message),
  );
});

test("whatever was thrown has a sentence", () => {
  assert.equal(messageOf(new Error("The disk is full.")), "The disk is full.");
  assert.equal(messageOf("plain text"), "plain text");
});

test("the last request of a page outlives it, unless it is too large for that; no other does", async () => {
  const kept = [];
  globalThis.fetch = async (_, { keepalive }) => (kept.push(keepalive), Response.json({}));
  await request("POST", "/x", { edits: [] });
  await request("POST", "/x", { edits: [] }, undefined, true);
  await request("POST", "/x", { edits: ["x".repeat(70_000)] }, undefined, true);
  assert.deepEqual(kept, [false, true, false]);
});
