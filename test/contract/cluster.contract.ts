import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/engine/model/json.ts";
import { objectAt, stringAt, valueAt } from "../../src/engine/model/json.ts";
import type { Manifest } from "../../src/engine/model/manifest.ts";
import { groupOf } from "../../src/engine/model/resource-id.ts";
import type { ClusterWriter } from "../../src/engine/ports/cluster-writer.ts";
import type { WatchEvent } from "../../src/engine/ports/cluster-reader.ts";

/** A cluster under test. Each test asks for a namespace of its own. */
export interface ClusterUnderTest {
  readonly cluster: ClusterWriter;
  createNamespace(): Promise<string>;
}

const FIELD_MANAGER = "contract";

/** What every ClusterWriter does, whatever stands behind it: a real API server, or the embedded one. */
export function clusterContract(name: string, skip: string | false, open: () => Promise<ClusterUnderTest>): void {
  const claim = (words: string, body: (under: ClusterUnderTest, namespace: string, signal: AbortSignal) => Promise<void>): void => {
    test(`${name}: ${words}`, { skip }, async (context) => {
      const under = await open();
      await body(under, await under.createNamespace(), context.signal);
    });
  };

  claim("serves the built-in kinds, with scope, plural and versions", async ({ cluster }, _namespace, signal) => {
    const discovery = await cluster.discover({ signal });

    const deployment = discovery.find({ group: "apps", kind: "Deployment" });
    assert.deepEqual(
      [deployment?.plural, deployment?.version, deployment?.namespaced, deployment?.shortNames],
      ["deployments", "v1", true, ["deploy"]],
    );
    assert.equal(discovery.find({ group: "", kind: "Namespace" })?.namespaced, false);
    assert.equal(discovery.find({ group: "apps", kind: "Scale" }), undefined);
  });

  claim("an absent object is undefined, and so is one in an absent namespace", async ({ cluster }, namespace, signal) => {
    assert.equal(await cluster.get(configMap(namespace, "absent").id, { signal }), undefined);
    assert.equal(await cluster.get(configMap("no-such-namespace", "absent").id, { signal }), undefined);
  });

  claim("a kind that is not served is UNKNOWN_KIND, for reads and for writes", async ({ cluster }, namespace, signal) => {
    const widget = manifest({ apiVersion: "unserved.contract.test/v1", kind: "Widget", metadata: { name: "one", namespace } });

    await assert.rejects(cluster.get(widget.id, { signal }), { code: "UNKNOWN_KIND" });
    await assert.rejects(cluster.list({ group: "unserved.contract.test", kind: "Widget" }, { signal }), { code: "UNKNOWN_KIND" });
    await assert.rejects(cluster.apply(widget, applying(signal)), { code: "UNKNOWN_KIND" });
    await assert.rejects(cluster.list({ group: "apps", kind: "Deployment", version: "v9" }, { signal }), { code: "UNKNOWN_KIND" });
  });

  claim("a dry-run answers what would be stored and stores nothing", async ({ cluster }, namespace, signal) => {
    const service = manifest({ apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace }, spec: { ports: [{ port: 80 }] } });

    const predicted = await cluster.dryRunApply(service, applying(signal));

    assert.equal(valueAt(predicted, "spec", "sessionAffinity"), "None");
    assert.equal(await cluster.get(service.id, { signal }), undefined);
  });

  claim("an applied object is read back, and applying it again changes nothing", async ({ cluster }, namespace, signal) => {
    const wanted = configMap(namespace, "settings", { colour: "blue" });

    const created = await cluster.apply(wanted, applying(signal));
    const again = await cluster.apply(wanted, applying(signal));

    assert.deepEqual(again, created);
    assert.deepEqual(await cluster.get(wanted.id, { signal }), created);
  });

  claim("integers beyond 2^53 and keys named __proto__ go there and back unharmed", async ({ cluster }, namespace, signal) => {
    const data = JSON.parse('{"__proto__":"kept","plain":"text"}') as JsonObject;
    const odd = configMap(namespace, "odd", data);
    const counted = manifest({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "counted", namespace },
      spec: cronJob(9_007_199_254_740_993n),
    });

    assert.deepEqual(objectAt(await cluster.apply(odd, applying(signal)), "data"), data);
    assert.equal(valueAt(await cluster.apply(counted, applying(signal)), "spec", "startingDeadlineSeconds"), 9_007_199_254_740_993n);
  });

  claim(
    "a field of another manager is FIELD_CONFLICT with manager and pointer, and taken with force",
    async ({ cluster }, namespace, signal) => {
      const deployment = manifest(webDeployment(namespace, "one"));
      await cluster.apply(deployment, { ...applying(signal), fieldManager: "somebody" });
      const changed = manifest(webDeployment(namespace, "two"));

      await assert.rejects(cluster.apply(changed, { ...applying(signal), force: false }), (error: { code: string; data: JsonObject }) => {
        assert.equal(error.code, "FIELD_CONFLICT");
        assert.deepEqual(error.data["conflicts"], [{ manager: "somebody", field: "/spec/template/spec/containers/0/image" }]);
        return true;
      });
      await cluster.apply(changed, applying(signal));
    },
  );

  claim("a field that can't change is IMMUTABLE_FIELD with its pointer", async ({ cluster }, namespace, signal) => {
    await cluster.apply(manifest(webDeployment(namespace, "one")), applying(signal));

    await assert.rejects(
      cluster.dryRunApply(manifest(webDeployment(namespace, "one", "other")), applying(signal)),
      (error: { code: string; data: JsonObject }) => {
        assert.equal(error.code, "IMMUTABLE_FIELD");
        assert.deepEqual(error.data["fields"], ["/spec/selector"]);
        return true;
      },
    );
  });

  claim("an unknown field and a value of the wrong type are INVALID_MANIFEST", async ({ cluster }, namespace, signal) => {
    const misspelt = manifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "bad", namespace }, daat: { a: "b" } });

    await assert.rejects(cluster.dryRunApply(misspelt, applying(signal)), { code: "INVALID_MANIFEST", message: /daat/ });
    await assert.rejects(cluster.dryRunApply(configMap(namespace, "bad", { a: 1 }), applying(signal)), { code: "INVALID_MANIFEST" });
    await assert.rejects(cluster.dryRunApply(configMap(namespace, "Not_A_Name"), applying(signal)), { code: "INVALID_MANIFEST" });
  });

  claim("an absent namespace is NAMESPACE_NOT_FOUND", async ({ cluster }, _namespace, signal) => {
    await assert.rejects(cluster.dryRunApply(configMap("no-such-namespace", "one"), applying(signal)), { code: "NAMESPACE_NOT_FOUND" });
  });

  claim("no error about a Secret repeats its values", async ({ cluster }, namespace, signal) => {
    const secret = (data: JsonObject): Manifest =>
      manifest({ apiVersion: "v1", kind: "Secret", metadata: { name: "key", namespace }, data });
    const told = async (data: JsonObject): Promise<string> => {
      const error = await cluster.dryRunApply(secret(data), applying(signal)).then(
        () => undefined,
        (failure: Error & { data: unknown }) => failure,
      );
      assert.ok(error !== undefined, "the server took it");
      return `${error.message} ${JSON.stringify(error.data)}`;
    };

    assert.doesNotMatch(await told({ token: "hunter2!" }), /hunter2/);
    assert.doesNotMatch(await told({ token: ["hunter2!"] }), /hunter2/);
    assert.match(await told({ "not a key": "aHVudGVyMg==" }), /not a key/);
  });

  claim("a list has every object of one kind, with apiVersion and kind, and obeys its selector", async ({ cluster }, namespace, signal) => {
    for (const name of ["a", "b", "c"])
      await cluster.apply(configMap(namespace, name, {}, { part: name === "c" ? "two" : "one" }), applying(signal));

    const query = { group: "", kind: "ConfigMap", namespace, labelSelector: "part=one" };
    const found = await cluster.list(query, { signal });

    assert.deepEqual(
      found.map((object) => [object["apiVersion"], object["kind"], stringAt(object, "metadata", "name")]),
      [
        ["v1", "ConfigMap", "a"],
        ["v1", "ConfigMap", "b"],
      ],
    );
  });

  claim("a create of what exists, and a replace of what has changed, are STALE_OBJECT", async ({ cluster }, namespace, signal) => {
    const writing = { fieldManager: FIELD_MANAGER, signal };
    const first = await cluster.replace(configMap(namespace, "one", { a: "1" }), undefined, writing);
    const version = stringAt(first, "metadata", "resourceVersion");
    const second = await cluster.replace(configMap(namespace, "one", { a: "2" }), version, writing);

    assert.equal(valueAt(second, "data", "a"), "2");
    await assert.rejects(cluster.replace(configMap(namespace, "one"), undefined, writing), { code: "STALE_OBJECT" });
    await assert.rejects(cluster.replace(configMap(namespace, "one"), version, writing), { code: "STALE_OBJECT" });
  });

  claim("a patch whose test fails is STALE_OBJECT and changes nothing", async ({ cluster }, namespace, signal) => {
    const created = await cluster.apply(configMap(namespace, "one", { a: "1" }), applying(signal));
    const { id } = configMap(namespace, "one");
    const patch = (version: string) => [
      { op: "test", path: "/metadata/resourceVersion", value: version },
      { op: "replace", path: "/data/a", value: "2" },
    ];
    const writing = { fieldManager: FIELD_MANAGER, signal };

    await assert.rejects(cluster.patch(id, patch("1"), writing), { code: "STALE_OBJECT" });
    assert.deepEqual(await cluster.get(id, { signal }), created);
    assert.equal(valueAt(await cluster.patch(id, patch(stringAt(created, "metadata", "resourceVersion")), writing), "data", "a"), "2");
  });

  claim("a delete asks for uid and version, and says when finalizers hold the object", async ({ cluster }, namespace, signal) => {
    const writing = { fieldManager: FIELD_MANAGER, signal };
    const held = configMap(namespace, "held");
    const object = { ...held.object, metadata: { name: "held", namespace, finalizers: ["example.com/hold"] } };
    const live = objectAt(await cluster.apply({ ...held, object }, applying(signal)), "metadata");
    const [uid, resourceVersion] = [stringAt(live, "uid"), stringAt(live, "resourceVersion")];
    const deleting = { uid, resourceVersion, propagation: "Background" as const, signal };

    await assert.rejects(cluster.delete(held.id, { ...deleting, uid: "00000000-0000-0000-0000-000000000000" }), { code: "STALE_OBJECT" });
    await assert.rejects(cluster.delete(held.id, { ...deleting, resourceVersion: "1" }), { code: "STALE_OBJECT" });
    assert.equal(await cluster.delete(held.id, deleting), "deleting");
    assert.equal(await cluster.delete(held.id, deleting), "deleting");
    await cluster.patch(held.id, [{ op: "remove", path: "/metadata/finalizers" }], writing);
    assert.equal(await cluster.delete(held.id, deleting), "gone");
  });

  claim(
    "a watch tells the whole set, then each change and deletion, and ends when it is aborted",
    async ({ cluster }, namespace, signal) => {
      const writing = { fieldManager: FIELD_MANAGER, signal };
      // Controllers put a ConfigMap of their own into every namespace.
      const labels = { watched: "yes" };
      const created = objectAt(await cluster.apply(configMap(namespace, "one", {}, labels), applying(signal)), "metadata");
      const stop = new AbortController();
      const told: string[] = [];

      const query = { group: "", kind: "ConfigMap", namespace, labelSelector: "watched=yes" };
      for await (const event of cluster.watch(query, { signal: stop.signal })) {
        told.push(describe(event));
        if (event.type === "listed")
          await cluster.replace(configMap(namespace, "one", { a: "1" }, labels), stringAt(created, "resourceVersion"), writing);
        if (event.type === "changed") await remove(cluster, event.object, signal);
        if (event.type === "deleted") stop.abort();
      }

      assert.deepEqual(told, ["listed one", "changed one", "deleted one"]);
    },
  );

  claim(
    "the OpenAPI document of a version names its kinds, and an unpublished one is undefined",
    async ({ cluster }, _namespace, signal) => {
      const document = await cluster.openApi("apps", "v1", { signal });

      assert.ok(valueAt(document, "components", "schemas", "io.k8s.api.apps.v1.Deployment") !== undefined);
      assert.equal(await cluster.openApi("unserved.contract.test", "v1", { signal }), undefined);
    },
  );

  claim("a call that is aborted ends with the reason that was given", async ({ cluster }, namespace) => {
    const reason = new Error("enough");

    await assert.rejects(cluster.get(configMap(namespace, "one").id, { signal: AbortSignal.abort(reason) }), reason);
  });
}

/** A manifest as the build would make it. */
export function manifest(object: JsonObject): Manifest {
  const metadata = objectAt(object, "metadata");
  const apiVersion = stringAt(object, "apiVersion");
  const id = {
    group: groupOf(apiVersion),
    kind: stringAt(object, "kind"),
    namespace: stringAt(metadata, "namespace"),
    name: stringAt(metadata, "name"),
  };
  return { id, apiVersion, object, origin: { file: "contract.yaml" } };
}

/** A ConfigMap's manifest. */
export function configMap(namespace: string, name: string, data: JsonObject = {}, labels: JsonObject = {}): Manifest {
  return manifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels }, data });
}

/** How these tests apply: strict, and with force. */
export function applying(signal: AbortSignal): { fieldManager: string; force: boolean; strict: boolean; signal: AbortSignal } {
  return { fieldManager: FIELD_MANAGER, force: true, strict: true, signal };
}

async function remove(cluster: ClusterWriter, object: JsonObject, signal: AbortSignal): Promise<void> {
  const metadata = objectAt(object, "metadata");
  const deleting = {
    uid: stringAt(metadata, "uid"),
    resourceVersion: stringAt(metadata, "resourceVersion"),
    propagation: "Background" as const,
    signal,
  };
  await cluster.delete(manifest(object).id, deleting);
}

function describe(event: WatchEvent): string {
  const objects = event.type === "listed" ? event.objects : [event.object];
  const names = objects.map((object) => stringAt(object, "metadata", "name"));
  return `${event.type} ${names.join(" ")}`;
}

function webDeployment(namespace: string, image: string, app = "web"): JsonObject {
  const labels = { app };
  const spec = {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "web", image }] } },
  };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace }, spec };
}

function cronJob(startingDeadlineSeconds: bigint): JsonObject {
  const pod = { restartPolicy: "Never", containers: [{ name: "count", image: "count" }] };
  return { schedule: "0 0 1 1 *", suspend: true, startingDeadlineSeconds, jobTemplate: { spec: { template: { spec: pod } } } };
}
