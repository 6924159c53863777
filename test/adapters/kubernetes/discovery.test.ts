import assert from "node:assert/strict";
import { test } from "node:test";
import { createConnection } from "../../../src/adapters/kubernetes/connection.ts";
import { createDiscoverySource } from "../../../src/adapters/kubernetes/discovery/discover.ts";
import type { ApiCall } from "../../../src/adapters/kubernetes/transport/client.ts";
import type { WireAnswer } from "../../../src/adapters/kubernetes/transport/exchange.ts";

const { signal } = new AbortController();

/** Discovery from a client that answers from a table; anything else is 503. */
function discoveryOf(answers: Record<string, unknown>, asked: ApiCall[] = []) {
  async function call(made: ApiCall): Promise<WireAnswer> {
    asked.push(made);
    const body = answers[made.path];
    if (made.ifNoneMatch !== undefined) return { status: 304, headers: {}, text: "" };
    return { status: body === undefined ? 503 : 200, headers: { etag: '"1"' }, text: JSON.stringify(body ?? {}) };
  }
  const client = { server: "api.test", call, open: () => Promise.reject(new Error("no stream")), close: () => undefined };
  return createDiscoverySource(createConnection(client));
}

const resource = (plural: string, kind: string) => ({
  resource: plural,
  responseKind: { group: "", version: "", kind },
  scope: "Namespaced",
  singularResource: kind.toLowerCase(),
  verbs: ["get"],
});
const NO_GROUPS = { kind: "APIGroupDiscoveryList", items: [] };

test("a kind of several versions is one kind, the preferred version first", async () => {
  const versions = ["v2", "v1"].map((version) => ({ version, freshness: "Current", resources: [resource("autoscalers", "Autoscaler")] }));
  const source = discoveryOf({
    "/api": NO_GROUPS,
    "/apis": { kind: "APIGroupDiscoveryList", items: [{ metadata: { name: "autoscaling" }, versions }] },
  });

  const found = (await source.discover(signal, false)).find({ group: "autoscaling", kind: "Autoscaler" });

  assert.deepEqual([found?.version, found?.versions], ["v2", ["v2", "v1"]]);
});

test("a version that the server calls stale makes its group unavailable, and its kinds stay known", async () => {
  const versions = [{ version: "v1", freshness: "Stale", resources: [resource("things", "Thing")] }];
  const source = discoveryOf({
    "/api": NO_GROUPS,
    "/apis": { kind: "APIGroupDiscoveryList", items: [{ metadata: { name: "down.test" }, versions }] },
  });

  const discovery = await source.discover(signal, false);

  assert.deepEqual([...discovery.unavailableGroups], ["down.test"]);
  assert.equal(discovery.find({ group: "down.test", kind: "Thing" })?.plural, "things");
});

test("the server is asked once, and a refresh with the ETag takes the kinds it had", async () => {
  const asked: ApiCall[] = [];
  const source = discoveryOf(
    {
      "/api": NO_GROUPS,
      "/apis": {
        kind: "APIGroupDiscoveryList",
        items: [{ metadata: { name: "g" }, versions: [{ version: "v1", resources: [resource("things", "Thing")] }] }],
      },
    },
    asked,
  );

  await Promise.all([source.discover(signal, false), source.discover(signal, false)]);
  assert.equal(asked.length, 2);
  const again = await source.discover(signal, true);

  assert.deepEqual(
    asked.slice(2).map(({ ifNoneMatch }) => ifNoneMatch),
    ['"1"', '"1"'],
  );
  assert.ok(again.find({ group: "g", kind: "Thing" }) !== undefined);
});

test("an old server is asked version by version; one that fails makes its group unavailable", async () => {
  const group = (name: string, preferred: string, ...versions: string[]) => ({
    name,
    preferredVersion: { version: preferred },
    versions: versions.map((version) => ({ version })),
  });
  const list = (...resources: unknown[]) => ({ kind: "APIResourceList", resources });
  const source = discoveryOf({
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/api/v1": list(
      { name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["get"], shortNames: ["po"] },
      { name: "pods/log", namespaced: true, kind: "Pod", verbs: ["get"] },
    ),
    "/apis": { kind: "APIGroupList", groups: [group("apps", "v1", "v1beta1", "v1"), group("down.test", "v1", "v1")] },
    "/apis/apps/v1": list({ name: "deployments", namespaced: true, kind: "Deployment", verbs: ["get"] }),
    "/apis/apps/v1beta1": list({ name: "deployments", namespaced: true, kind: "Deployment", verbs: ["get"] }),
  });

  const discovery = await source.discover(signal, false);

  assert.deepEqual(
    discovery.kinds.map(({ kind, versions }) => [kind, versions]),
    [
      ["Pod", ["v1"]],
      ["Deployment", ["v1", "v1beta1"]],
    ],
  );
  assert.deepEqual([...discovery.unavailableGroups], ["down.test"]);
});

test("a failed discovery is not remembered", async () => {
  const answers: Record<string, unknown> = {};
  const source = discoveryOf(answers);
  await assert.rejects(source.discover(signal, false), { code: "CLUSTER_UNREACHABLE" });
  Object.assign(answers, { "/api": NO_GROUPS, "/apis": NO_GROUPS });
  assert.deepEqual((await source.discover(signal, false)).kinds, []);
});
