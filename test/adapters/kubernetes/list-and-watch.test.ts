import assert from "node:assert/strict";
import { test } from "node:test";
import type { WatchEvent } from "../../../src/engine/ports/cluster-reader.ts";
import { clusterAt, faultServer, json, realTime, status, type Seen } from "./fault-server.ts";

const { signal } = new AbortController();
const query = { group: "", kind: "ConfigMap", namespace: "shop" };
const item = (name: string) => ({ metadata: { name, resourceVersion: "5" } });
const page = (names: readonly string[], next = "") => ({
  kind: "ConfigMapList",
  metadata: { resourceVersion: "10", continue: next },
  items: names.map(item),
});
const parameter = (seen: Seen, name: string): string => new URL(seen.path, "http://server").searchParams.get(name) ?? "";
const isWatch = (seen: Seen): boolean => parameter(seen, "watch") === "true";
const gone = status(410, "Expired", "The provided continue parameter is too old");

test("a list is read in pages of 500 until its end", async () => {
  const { url, seen } = await faultServer((asked, response) =>
    json(response, 200, parameter(asked, "continue") === "" ? page(["a"], "more") : page(["b"])),
  );
  const { cluster } = await clusterAt(url);

  const objects = await cluster.list(query, { signal });

  assert.deepEqual(objects, [
    { apiVersion: "v1", kind: "ConfigMap", ...item("a") },
    { apiVersion: "v1", kind: "ConfigMap", ...item("b") },
  ]);
  assert.deepEqual(
    seen.slice(-2).map(({ path }) => path),
    ["/api/v1/namespaces/shop/configmaps?limit=500", "/api/v1/namespaces/shop/configmaps?limit=500&continue=more"],
  );
});

test("an expired continue token starts the list again, so that it is never half of two lists", async () => {
  const { url } = await faultServer((asked, response, before) => {
    if (parameter(asked, "continue") === "old") return json(response, 410, gone);
    return json(response, 200, before === 0 ? page(["removed"], "old") : page(["a", "b"]));
  });
  const { cluster } = await clusterAt(url);

  assert.deepEqual(
    (await cluster.list(query, { signal })).map((object) => object["metadata"]),
    [item("a").metadata, item("b").metadata],
  );
});

test("a list that expires again and again is an error, never a partial list", async () => {
  const { url } = await faultServer((asked, response) =>
    parameter(asked, "continue") === "" ? json(response, 200, page(["a"], "old")) : json(response, 410, gone),
  );
  const { cluster } = await clusterAt(url);

  await assert.rejects(cluster.list(query, { signal }), { code: "CLUSTER_UNREACHABLE", message: /expired 5 times/ });
});

test("a page that is too large is asked for again in smaller ones", async () => {
  const { url } = await faultServer((asked, response) => {
    const limit = Number(parameter(asked, "limit"));
    json(response, 200, limit > 100 ? { ...page([]), padding: "a".repeat(20_000) } : page(["a"]));
  });
  const { cluster } = await clusterAt(url, { limits: { answerBytes: 10_000 } });

  assert.equal((await cluster.list(query, { signal })).length, 1);
});

test("a list that is forbidden says which verb on what", async () => {
  const message = 'configmaps is forbidden: User "kim" cannot list resource "configmaps" in API group "" in the namespace "shop"';
  const { url } = await faultServer((_asked, response) => json(response, 403, status(403, "Forbidden", message, { kind: "configmaps" })));
  const { cluster } = await clusterAt(url);

  await assert.rejects(cluster.list(query, { signal }), (error: Error & { code: string; hint: string; data: Record<string, unknown> }) => {
    assert.deepEqual(
      [error.code, error.data["verb"], error.data["resource"], error.data["namespace"]],
      ["FORBIDDEN", "list", "configmaps", "shop"],
    );
    assert.match(error.hint, /kubectl auth can-i list configmaps -n shop/);
    return true;
  });
});

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const changed = (name: string, resourceVersion: string) => ({ kind: "ConfigMap", metadata: { name, resourceVersion } });

/** What a watch tells until it has told `count` events. */
async function watched(url: string, count: number, options = {}): Promise<{ events: WatchEvent[]; told: readonly unknown[] }> {
  const { cluster, events: told } = await clusterAt(url, options);
  const stop = new AbortController();
  const events: WatchEvent[] = [];
  for await (const event of cluster.watch(query, { signal: stop.signal })) {
    events.push(event);
    if (events.length === count) stop.abort();
  }
  return { events, told };
}

test("a broken watch goes on from the last bookmark, without a new list", async () => {
  const { url, seen } = await faultServer((asked, response, before) => {
    if (!isWatch(asked)) return json(response, 200, page([]));
    response.writeHead(200, { "content-type": "application/json" });
    if (parameter(asked, "resourceVersion") === "10") {
      response.write(line("BOOKMARK", { kind: "ConfigMap", metadata: { resourceVersion: "20" } }));
      setImmediate(() => response.destroy());
    } else if (before === 0) response.write(line("ADDED", changed("a", "21")));
  });

  const { events } = await watched(url, 2);

  assert.deepEqual(events, [
    { type: "listed", objects: [] },
    { type: "changed", object: changed("a", "21") },
  ]);
  assert.deepEqual(
    seen.filter(isWatch).map((asked) => [parameter(asked, "resourceVersion"), parameter(asked, "allowWatchBookmarks")]),
    [
      ["10", "true"],
      ["20", "true"],
    ],
  );
});

for (const [how, expire] of Object.entries({
  "an ERROR event": { code: 200, body: line("ERROR", gone) },
  "a line that is no JSON": { code: 200, body: "{oops\n" },
  "the status 410": { code: 410, body: JSON.stringify(gone) },
  "a line over the limit": { code: 200, body: line("ADDED", { padding: "a".repeat(5_000) }) },
})) {
  test(`${how} makes the watch list again`, async () => {
    const { url, seen } = await faultServer((asked, response) => {
      if (!isWatch(asked)) return json(response, 200, page([`list${seen.filter((other) => !isWatch(other)).length - 2}`]));
      response.writeHead(expire.code, { "content-type": "application/json" }).write(expire.body);
    });

    const { events } = await watched(url, 2, { limits: { watchLineBytes: 4_000 } });

    assert.deepEqual(
      events.map((event) => event.type === "listed" && event.objects.map((object) => object["metadata"])),
      [[item("list1").metadata], [item("list2").metadata]],
    );
  });
}

test("a watch on which nothing comes is opened again", async () => {
  const { url } = await faultServer((asked, response, before) => {
    if (!isWatch(asked)) return json(response, 200, page([]));
    response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
    if (before > 0 || seenWatches++ > 0) response.write(line("MODIFIED", changed("a", "11")));
  });
  let seenWatches = 0;

  const { events } = await watched(url, 2, { ...realTime, limits: { watchIdleMs: 20, baseDelayMs: 1 } });

  assert.deepEqual(
    events.map(({ type }) => type),
    ["listed", "changed"],
  );
});

test("a server that ends every watch at once is asked again with growing delays, never in a busy loop", async () => {
  let opened = 0;
  const { url } = await faultServer((asked, response) => {
    if (!isWatch(asked)) return json(response, 200, page([]));
    response.writeHead(200, { "content-type": "application/json" });
    if (++opened === 6) response.write(line("ADDED", changed("a", "11")));
    else response.end();
  });

  const { told } = await watched(url, 2);

  const delays = told.flatMap((event) =>
    (event as { type: string }).type === "request.retried" ? [(event as { delayMs: number }).delayMs] : [],
  );
  assert.equal(delays.length, 5);
  assert.ok(delays[4]! > delays[0]! * 4, `${delays}`);
});

test("a watch that is forbidden ends with FORBIDDEN", async () => {
  const { url } = await faultServer((asked, response) =>
    isWatch(asked)
      ? json(response, 403, status(403, "Forbidden", 'cannot watch resource "configmaps" in API group ""'))
      : json(response, 200, page([])),
  );

  await assert.rejects(watched(url, 2), { code: "FORBIDDEN" });
});

test("a watch outlives a server that is away for a while", async () => {
  let refusals = 0;
  const { url } = await faultServer((asked, response) => {
    if (!isWatch(asked)) return json(response, 200, page([]));
    if (refusals++ < 30) return json(response, 503, status(503, "ServiceUnavailable"));
    response.writeHead(200, { "content-type": "application/json" }).write(line("DELETED", changed("a", "11")));
  });

  assert.deepEqual(
    (await watched(url, 2)).events.map(({ type }) => type),
    ["listed", "deleted"],
  );
});
