import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { applying, configMap, manifest } from "../../contract/cluster.contract.ts";
import { clusterAt, faultServer, json, status } from "./fault-server.ts";

const { signal } = new AbortController();
const stored = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "shop" } };
const { id } = configMap("shop", "one");

test("429 is obeyed for as long as Retry-After says, and told", async () => {
  const { url } = await faultServer((_seen, response, before) =>
    before < 2 ? json(response, 429, status(429, "TooManyRequests"), { "retry-after": "7" }) : json(response, 200, stored),
  );
  const { cluster, events, slept } = await clusterAt(url);

  await cluster.apply(configMap("shop", "one"), applying(signal));

  assert.deepEqual(slept, [7_000, 7_000]);
  const told = events.filter((event) => event.type === "request.retried");
  assert.deepEqual(
    told.map(({ what, reason, attempt, delayMs }) => [what, reason, attempt, delayMs]),
    [
      ["apply configmap/one", "429 from the server", 1, 7_000],
      ["apply configmap/one", "429 from the server", 2, 7_000],
    ],
  );
});

test("429 without end is given up after the time allowed, not tried for ever", async () => {
  const { url, seen } = await faultServer((_seen, response) =>
    json(response, 429, status(429, "TooManyRequests"), { "retry-after": "60" }),
  );
  const { cluster, slept } = await clusterAt(url);

  await assert.rejects(cluster.get(id, { signal }), { code: "CLUSTER_UNREACHABLE" });
  assert.deepEqual(slept, [60_000, 60_000, 60_000, 60_000, 60_000]);
  assert.equal(seen.filter(({ path }) => path.endsWith("/one")).length, 6);
});

for (const code of [500, 502, 503, 504]) {
  test(`${code} is tried again with growing delays, for reads, applies and guarded deletes`, async () => {
    const { url } = await faultServer((_seen, response, before) =>
      before < 2 ? json(response, code, status(code, "Failing")) : json(response, 200, stored),
    );
    const { cluster, slept } = await clusterAt(url);

    await cluster.get(id, { signal });
    await cluster.apply(configMap("shop", "one"), applying(signal));
    await cluster.delete(id, { uid: "u", resourceVersion: "1", propagation: "Background", signal });

    assert.equal(slept.length, 6);
    assert.ok(slept[0]! >= 50 && slept[0]! <= 100 && slept[1]! >= 100 && slept[1]! <= 200, `${slept}`);
  });
}

test("a patch that ended in 503 is not sent twice: the first may have landed", async () => {
  const { url, seen } = await faultServer((_seen, response) => json(response, 503, status(503, "ServiceUnavailable")));
  const { cluster } = await clusterAt(url);

  await assert.rejects(cluster.patch(id, [], { fieldManager: "test", signal }), { code: "CLUSTER_UNREACHABLE" });

  assert.deepEqual(
    seen.map(({ method }) => method).filter((method) => method !== "GET"),
    ["PATCH"],
  );
});

test("a create that ended in 503 is sent again, and whether the first one landed is told apart by 409", async () => {
  const landed = status(409, "AlreadyExists", 'configmaps "one" already exists', { name: "one", kind: "configmaps" });
  const { url, seen } = await faultServer((_seen, response, before) =>
    before === 0 ? json(response, 503, status(503, "ServiceUnavailable")) : json(response, 409, landed),
  );
  const { cluster } = await clusterAt(url);

  await assert.rejects(cluster.replace(configMap("shop", "one"), undefined, { fieldManager: "test", signal }), { code: "STALE_OBJECT" });

  assert.deepEqual(
    seen.map(({ method }) => method).filter((method) => method !== "GET"),
    ["POST", "POST"],
  );
});

test("a create that the server refused unseen (429) is sent again", async () => {
  const { url } = await faultServer((_seen, response, before) =>
    before === 0 ? json(response, 429, status(429, "TooManyRequests")) : json(response, 201, stored),
  );
  const { cluster } = await clusterAt(url);

  assert.deepEqual(await cluster.replace(configMap("shop", "one"), undefined, { fieldManager: "test", signal }), stored);
});

test("an object that can't be typed comes as 500 and is not tried again", async () => {
  const message = "failed to create typed patch object (shop/one; /v1, Kind=ConfigMap): .daat: field not declared in schema";
  const { url, seen } = await faultServer((_seen, response) => json(response, 500, status(500, "", message)));
  const { cluster } = await clusterAt(url);

  await assert.rejects(cluster.apply(configMap("shop", "one"), applying(signal)), {
    code: "INVALID_MANIFEST",
    message: "configmap/one: .daat: field not declared in schema",
  });
  assert.equal(seen.filter(({ method }) => method === "PATCH").length, 1);
});

test("a connection reset within the answer is tried again", async () => {
  const { url } = await faultServer((_seen, response, before) => {
    if (before > 0) return json(response, 200, stored);
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" }).write('{"kind":');
    setImmediate(() => response.destroy());
  });
  const { cluster, events } = await clusterAt(url);

  assert.deepEqual(await cluster.get(id, { signal }), stored);
  assert.equal(events.filter(({ type }) => type === "request.retried").length, 1);
});

test("a server that is not there is CLUSTER_UNREACHABLE after three attempts", async () => {
  const { cluster, slept } = await clusterAt("http://127.0.0.1:9");

  await assert.rejects(cluster.get(id, { signal }), { code: "CLUSTER_UNREACHABLE", message: /connection refused/ });
  // `/api` and `/apis` are asked at once.
  assert.equal(slept.length, 4);
});

test("a server that takes the connection and never answers is TIMED_OUT", async () => {
  const { url } = await faultServer(() => undefined);
  const { cluster } = await clusterAt(url, { limits: { headersMs: 20, hopelessAttempts: 1 } });

  await assert.rejects(cluster.get(id, { signal }), { code: "TIMED_OUT", message: /no answer within 0.02 s/ });
});

test("an answer that stops half-way is TIMED_OUT", async () => {
  const { url } = await faultServer((_seen, response) => void response.writeHead(200, { "content-type": "application/json" }).write("{"));
  const { cluster } = await clusterAt(url, { limits: { idleMs: 20, hopelessAttempts: 1 } });

  await assert.rejects(cluster.get(id, { signal }), { code: "TIMED_OUT", message: /the answer stopped/ });
});

test("an answer that comes a byte at a time is TIMED_OUT by --request-timeout", async () => {
  const { url } = await faultServer((_seen, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const drip = setInterval(() => response.write(" "), 5);
    response.on("close", () => clearInterval(drip));
  });
  const { cluster } = await clusterAt(url, { requestTimeoutMs: 60, limits: { hopelessAttempts: 1 } });

  await assert.rejects(cluster.get(id, { signal }), { code: "TIMED_OUT", message: /no complete answer within 0.06 s/ });
});

test("a redirect is refused, and the token goes nowhere else", async () => {
  const elsewhere = await faultServer((_seen, response) => json(response, 200, stored));
  const { url } = await faultServer(
    (_seen, response) => void response.writeHead(302, { location: `${elsewhere.url}/api/v1/namespaces/shop/configmaps/one` }).end(),
  );
  const { cluster } = await clusterAt(url);

  await assert.rejects(cluster.get(id, { signal }), { code: "REDIRECT_REFUSED" });
  assert.deepEqual(elsewhere.seen, []);
});

test("a web page is CLUSTER_UNREACHABLE and is not quoted", async () => {
  const { url } = await faultServer(
    (_seen, response) => void response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<p>hunter2</p>"),
  );
  const { cluster } = await clusterAt(url);

  await assert.rejects(
    cluster.get(id, { signal }),
    (error: Error & { code: string }) => error.code === "CLUSTER_UNREACHABLE" && !error.message.includes("hunter2"),
  );
});

test("an answer that is no JSON is CLUSTER_UNREACHABLE and is not quoted", async () => {
  const { url } = await faultServer(
    (_seen, response) => void response.writeHead(200, { "content-type": "application/json" }).end("hunter2"),
  );
  const { cluster } = await clusterAt(url);

  await assert.rejects(
    cluster.get(id, { signal }),
    (error: Error & { code: string }) => error.code === "CLUSTER_UNREACHABLE" && !String(error.stack).includes("hunter2"),
  );
});

test("an answer over the limit is LIMIT_EXCEEDED, packed or not", async () => {
  const large = JSON.stringify({ ...stored, data: { text: "a".repeat(100_000) } });
  const { url } = await faultServer(({ path }, response) => {
    const packed = path.endsWith("/packed");
    response
      .writeHead(200, { "content-type": "application/json", ...(packed ? { "content-encoding": "gzip" } : {}) })
      .end(packed ? gzipSync(large) : large);
  });
  const { cluster } = await clusterAt(url, { limits: { answerBytes: 50_000 } });

  await assert.rejects(cluster.get(id, { signal }), { code: "LIMIT_EXCEEDED" });
  await assert.rejects(cluster.get({ ...id, name: "packed" }, { signal }), { code: "LIMIT_EXCEEDED" });
});

test("a packed answer is read", async () => {
  const { url } = await faultServer(
    (_seen, response) =>
      void response
        .writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
        .end(gzipSync(JSON.stringify(stored))),
  );
  const { cluster } = await clusterAt(url);

  assert.deepEqual(await cluster.get(id, { signal }), stored);
});

test("401 is UNAUTHENTICATED after one more try, and the token is not named", async () => {
  const { url, seen } = await faultServer((_seen, response) => json(response, 401, status(401, "Unauthorized")));
  const { cluster } = await clusterAt(url);

  await assert.rejects(
    cluster.get(id, { signal }),
    (error: Error & { code: string }) => error.code === "UNAUTHENTICATED" && !error.message.includes("secret-token"),
  );
  assert.equal(seen.filter(({ path }) => path.endsWith("/one")).length, 2);
});

test("the server's warnings are told once each, with the object", async () => {
  const { url } = await faultServer((_seen, response) =>
    json(response, 200, stored, { warning: '299 - "v1 \\"old\\" is deprecated", 299 - "second"' }),
  );
  const { cluster, events } = await clusterAt(url);

  for (let time = 0; time < 2; time++) await cluster.apply(configMap("shop", "one"), applying(signal));

  const warnings = events.filter((event) => event.type === "warning" && "id" in event);
  assert.deepEqual(warnings, [
    { type: "warning", message: 'v1 "old" is deprecated', id },
    { type: "warning", message: "second", id },
  ]);
});

test("writes that the server accepted are counted, dry-runs and refusals are not", async () => {
  const { url } = await faultServer(({ path }, response) =>
    path.includes("/bad") ? json(response, 422, status(422, "Invalid")) : json(response, 200, stored),
  );
  const { cluster } = await clusterAt(url);

  await cluster.dryRunApply(configMap("shop", "one"), applying(signal));
  await assert.rejects(cluster.apply(configMap("shop", "bad"), applying(signal)));
  await cluster.apply(configMap("shop", "one"), applying(signal));
  await cluster.delete(id, { uid: "u", resourceVersion: "1", propagation: "Background", signal });

  assert.equal(cluster.writeCount(), 2);
});

test("all calls share few connections, and no more are under way than allowed", async () => {
  let running = 0;
  let most = 0;
  const { url } = await faultServer((_seen, response) => {
    most = Math.max(most, ++running);
    setImmediate(() => (running--, json(response, 200, stored)));
  });
  const { cluster } = await clusterAt(url, { limits: { connections: 4 } });

  await Promise.all(Array.from({ length: 40 }, (_, index) => cluster.get({ ...id, name: `n${index}` }, { signal })));

  assert.ok(most <= 4, `${most} at once`);
});

test("an abort ends a call that is under way with the reason given", async () => {
  const stop = new AbortController();
  const { url } = await faultServer(() => stop.abort(new Error("enough")));
  const { cluster } = await clusterAt(url);

  await assert.rejects(cluster.get(id, { signal: stop.signal }), { message: "enough" });
});

for (const [code, reason, message] of [
  [422, "Invalid", 'Secret "key" is invalid: data[token]: Invalid value: "hunter2": nonsense'],
  [403, "Forbidden", 'admission webhook "policy.test" denied the request: hunter2 is too short'],
  [500, "InternalError", "hunter2 broke the server"],
] as const) {
  test(`a refusal of a Secret (${code}) names the field and never the value`, async () => {
    const details = { causes: [{ reason: "FieldValueInvalid", field: "data[token]", message: 'Invalid value: "hunter2": nonsense' }] };
    const { url } = await faultServer((_seen, response) => json(response, code, status(code, reason, message, details)));
    const { cluster } = await clusterAt(url);
    const secret = manifest({ apiVersion: "v1", kind: "Secret", metadata: { name: "key", namespace: "shop" }, data: { token: "hunter2" } });

    await assert.rejects(cluster.apply(secret, applying(signal)), (error: Error & { hint: string; data: unknown }) => {
      assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.data)} ${error.stack}`, /hunter2/);
      return true;
    });
  });
}
