import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { connectCluster } from "../../../src/adapters/kubernetes/connect.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import { stringAt, valueAt, type JsonObject } from "../../../src/engine/model/json.ts";
import type { ResourceId } from "../../../src/engine/model/resource-id.ts";
import { planeOrSkip } from "../../support/control-plane.ts";
import { isTrue } from "../../support/flux-controllers.ts";
import { waitFor } from "../../support/wait-for.ts";

const { skip, plane } = await planeOrSkip();
const group = `objects-${randomBytes(4).toString("hex")}.test`;
const opened = plane && (await connectCluster({ kubeconfig: plane.kubeconfig, environment: process.env, clock: systemClock() }));
const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** One kind with a status subresource, as Flux's have, and one without, as Argo CD's Application. */
before(async () => {
  for (const [plural, kind, subresources] of [
    ["parts", "Part", { status: {} }],
    ["wholes", "Whole", undefined],
  ] as const) {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const spec = {
      group,
      scope: "Namespaced",
      names: { plural, kind },
      versions: [{ name: "v1", served: true, storage: true, schema, ...(subresources === undefined ? {} : { subresources }) }],
    };
    const metadata = { name: `${plural}.${group}` };
    await plane?.api("POST", crdPath, { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata, spec });
    if (plane !== undefined) await waitFor(plane, `${crdPath}/${metadata.name}`, (crd) => isTrue(crd, "Established"));
  }
});
after(async () => {
  opened?.close();
  for (const plural of ["parts", "wholes"]) await plane?.api("DELETE", `${crdPath}/${plural}.${group}`);
});

const WRITE = { fieldManager: "contract", resourceVersion: "" };

async function made(kind: "Part" | "Whole", signal: AbortSignal): Promise<{ id: ResourceId; stored: JsonObject }> {
  const namespace = await plane!.createNamespace("objects");
  const id = { group, kind, namespace, name: "one" };
  await opened!.discover({ signal, refresh: true });
  const object = { apiVersion: `${group}/v1`, kind, metadata: { name: "one", namespace }, spec: { colour: "blue", size: 1 } };
  const stored = await opened!.objects.apply(
    { id, apiVersion: `${group}/v1`, object, origin: { file: "" } },
    { fieldManager: "contract", signal },
  );
  return { id, stored };
}

test("a merge patch changes what it names and removes what it nulls", { skip }, async ({ signal }) => {
  const { id } = await made("Part", signal);
  const change = { metadata: { annotations: { asked: "now" } }, spec: { colour: null } };
  const stored = await opened!.objects.patch(id, change, { ...WRITE, signal });
  assert.deepEqual(stored["spec"], { size: 1 });
  assert.equal(stringAt(stored, "metadata", "annotations", "asked"), "now");
});

for (const kind of ["Part", "Whole"] as const) {
  test(
    `the status of a ${kind} (${kind === "Part" ? "a" : "no"} status subresource) is written by the same call`,
    { skip },
    async ({ signal }) => {
      const { id } = await made(kind, signal);
      await opened!.objects.patchStatus(id, { status: { phase: "Done" } }, { ...WRITE, signal });
      const live = await opened!.get(id, { signal });
      assert.deepEqual([valueAt(live, "status", "phase"), valueAt(live, "spec", "colour")], ["Done", "blue"]);
    },
  );
}

test("a patch of an object that changed since it was read is STALE_OBJECT and changes nothing", { skip }, async ({ signal }) => {
  const { id, stored } = await made("Part", signal);
  const resourceVersion = stringAt(stored, "metadata", "resourceVersion");
  await opened!.objects.patch(id, { spec: { size: 2 } }, { ...WRITE, resourceVersion, signal });

  for (const write of [opened!.objects.patch, opened!.objects.patchStatus]) {
    const late = write(id, { spec: { size: 3 }, status: { size: 3 } }, { ...WRITE, resourceVersion, signal });
    await assert.rejects(late, { code: "STALE_OBJECT" });
  }
  const live = await opened!.get(id, { signal });
  assert.deepEqual([valueAt(live, "spec", "size"), valueAt(live, "status")], [2, undefined]);
});

test("a patch of an object that is not there is OBJECT_NOT_FOUND, and makes none", { skip }, async ({ signal }) => {
  const { id } = await made("Part", signal);
  const none = { ...id, name: "none" };
  await assert.rejects(opened!.objects.patch(none, { spec: { size: 1 } }, { ...WRITE, signal }), { code: "OBJECT_NOT_FOUND" });
  assert.equal(await opened!.get(none, { signal }), undefined);
});

test("apply takes fields that others own", { skip }, async ({ signal }) => {
  const { id, stored } = await made("Part", signal);
  const object = { ...stored, metadata: { name: id.name, namespace: id.namespace }, spec: { colour: "red", size: 1 } };
  const manifest = { id, apiVersion: `${group}/v1`, object, origin: { file: "" } };
  const taken = await opened!.objects.apply(manifest, { fieldManager: "another", signal });
  assert.equal(stringAt(taken, "spec", "colour"), "red");
});

test("a delete says whether finalizers hold the object", { skip }, async ({ signal }) => {
  const { id } = await made("Part", signal);
  await opened!.objects.patch(id, { metadata: { finalizers: ["test.gitops.dev/hold"] } }, { ...WRITE, signal });
  assert.equal(await opened!.objects.delete(id, { signal }), "deleting");
  assert.equal(await opened!.objects.delete(id, { signal }), "deleting");
  await opened!.objects.patch(id, { metadata: { finalizers: null } }, { ...WRITE, signal });
  assert.equal(await opened!.objects.delete(id, { signal }), "gone");
});

test("one object is listed and watched by its name alone", { skip }, async ({ signal }) => {
  const { id } = await made("Part", signal);
  const { namespace, kind } = id;
  await plane!.api("POST", `/apis/${group}/v1/namespaces/${namespace}/parts`, {
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name: "two" },
  });
  const named = await opened!.list({ group, kind, namespace, name: "one" }, { signal });
  assert.deepEqual(
    named.map((object) => stringAt(object, "metadata", "name")),
    ["one"],
  );
  for await (const event of opened!.watch({ group, kind, namespace, name: "two" }, { signal })) {
    assert.equal(event.type === "listed" ? event.objects.length : 0, 1);
    break;
  }
});
