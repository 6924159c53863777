import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compareObject, fieldSchema, isUnchanged, migrationPatch, ownedFields, sameFields } from "../../../src/engine/compare/index.ts";
import { applyEntryOf } from "../../../src/engine/compare/managed-fields.ts";
import { isJsonObject, objectAt, stringAt, valueAt, type JsonObject, type JsonValue } from "../../../src/engine/model/json.ts";
import { groupOf } from "../../../src/engine/model/resource-id.ts";
import { planeOrSkip, type ControlPlane } from "../../support/control-plane.ts";
import { CLUSTER_OBJECTS, PLURALS, type Sample } from "./server-objects.ts";
import { manifestOf } from "./manifest-of.ts";

const MANAGER = "gitops";
const { skip, plane } = await planeOrSkip();

describe("the fields that an apply owns, against the API server's own bookkeeping", { skip }, () => {
  for (const sample of CLUSTER_OBJECTS) {
    test(`${sample.title}: the server owns what ownedFields says, and the object then counts as unchanged`, async () => {
      const object = await placed(sample);
      await apply(object);
      const live = await settled(object);
      const schema = await schemaOf(object);

      const owned = fieldsOf(live);

      assert.ok(
        sameFields(ownedFields(object, schema), owned),
        `${JSON.stringify(ownedFields(object, schema))} is not ${JSON.stringify(owned)}`,
      );
      assert.equal(isUnchanged(manifestOf(object), live, schema, { fieldManager: MANAGER }), sample.needsDryRun !== true);
      assert.equal(
        compareObject(manifestOf(object), { live, predicted: await apply(object, "&dryRun=All") }, { fieldManager: MANAGER, schema })
          .action,
        "none",
      );
    });
  }

  test("whatever part of a large Deployment is left out, changed back and forth, the server's dry-run never finds more than we do", async () => {
    const large = CLUSTER_OBJECTS.find(({ title }) => title.startsWith("Deployment with env"))?.object ?? assert.fail();
    const object = await placed({ title: "random", object: { ...large, metadata: { name: "random" } } });
    const schema = await schemaOf(object);
    await apply(object);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 0, max: 5 })), async (choices) => {
        const desired = thinned(object, () => choices.next().value !== 0);
        const live = await settled(object);
        const predicted = await apply(desired, "&dryRun=All");
        const change = compareObject(manifestOf(desired), { live, predicted }, { fieldManager: MANAGER, schema });
        if (isUnchanged(manifestOf(desired), live, schema, { fieldManager: MANAGER })) assert.equal(change.action, "none");
        assert.ok(
          sameFields(ownedFields(desired, schema), fieldsOf(predicted)),
          JSON.stringify([ownedFields(desired, schema), fieldsOf(predicted)]),
        );
        await apply(desired);
        assert.equal(isUnchanged(manifestOf(desired), await settled(object), schema, { fieldManager: MANAGER }), true);
      }),
      { seed: 20260109, numRuns: 25 },
    );
  });

  test("a value that another changed is not unchanged, and is a take-over when it is set back", async () => {
    const object = await placed({
      title: "config",
      object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "drift" }, data: { a: "1", b: "2" } },
    });
    await apply(object);
    const path = pathOf(object);
    await request("PATCH", `${path}?fieldManager=somebody`, { data: { a: "9" } }, "application/merge-patch+json");
    const live = await request("GET", path);
    const schema = await schemaOf(object);

    const change = compareObject(
      manifestOf(object),
      { live, predicted: await apply(object, "&dryRun=All") },
      { fieldManager: MANAGER, schema },
    );

    assert.equal(isUnchanged(manifestOf(object), live, schema, { fieldManager: MANAGER }), false);
    assert.equal(change.action, "configure");
    assert.ok(change.action === "configure");
    assert.deepEqual(change.fields, ["/data/a"]);
    assert.deepEqual(change.takeovers, [{ manager: "somebody", field: "/data/a" }]);
  });

  test("fields of kubectl apply that Git does not declare are predicted as removed, and the migrated apply removes exactly those", async () => {
    const base = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "moved" } };
    const container = { name: "web", image: "web:1" };
    const spec = {
      replicas: 0,
      selector: { matchLabels: { app: "moved" } },
      template: { metadata: { labels: { app: "moved" } }, spec: { containers: [container] } },
    };
    const before = {
      ...base,
      spec: {
        ...spec,
        minReadySeconds: 7,
        template: { ...spec.template, spec: { containers: [{ ...container, env: [{ name: "OLD", value: "1" }] }] } },
      },
    };
    const placedBefore = await placed({ title: "moved", object: { ...before, metadata: { name: "moved", labels: { by: "kubectl" } } } });
    const object: JsonObject = { ...base, metadata: { name: "moved", namespace: stringAt(placedBefore, "metadata", "namespace") }, spec };
    const path = pathOf(object);
    await request("POST", `${path.slice(0, path.lastIndexOf("/"))}?fieldManager=kubectl-client-side-apply`, placedBefore);
    const live = await settled(object);
    const schema = await schemaOf(object);

    const change = compareObject(
      manifestOf(object),
      { live, predicted: await apply(object, "&dryRun=All") },
      { fieldManager: MANAGER, schema },
    );
    assert.ok(change.action === "configure");
    await request(
      "PATCH",
      `${path}?fieldManager=${MANAGER}`,
      [...migrationPatch(live, change.migrate, MANAGER)],
      "application/json-patch+json",
    );
    const after = await apply(object);

    assert.deepEqual(change.migrate, ["kubectl-client-side-apply"]);
    const removed = ["/metadata/labels", "/spec/minReadySeconds", "/spec/template/spec/containers/0/env"];
    assert.deepEqual(change.fields.toSorted(), removed);
    assert.equal(valueAt(after, "spec", "minReadySeconds"), undefined);
    assert.equal(valueAt(after, "metadata", "labels"), undefined);
    assert.equal(JSON.stringify(after).includes("OLD"), false);
    assert.equal(valueAt(after, "spec", "progressDeadlineSeconds"), 600);
    assert.equal(isUnchanged(manifestOf(object), after, schema, { fieldManager: MANAGER }), true);
  });
});

/** Fields that the server demands, and the items that carry them. */
const NEEDED =
  /^(apiVersion|kind|metadata|name|namespace|spec|selector|matchLabels|template|app|labels|containers|initContainers|image|containerPort|protocol|mountPath|volumeMounts|topologyKey|maxSkew|whenUnsatisfiable|weight|podAffinityTerm|fieldPath|fieldRef|valueFrom|key|path|port|httpGet|operator|sources|serviceAccountToken|projected|volumes|configMap|emptyDir|configMapRef|topologySpreadConstraints|preferredDuringSchedulingIgnoredDuringExecution|value|type|rollingUpdate|resources|requests)$/;

/** A copy with some optional fields left out. */
function thinned(value: JsonObject, keep: () => boolean): JsonObject {
  const result: JsonObject = {};
  for (const [name, inner] of Object.entries(value)) {
    if (!NEEDED.test(name) && !keep()) continue;
    result[name] = thinnedValue(inner, keep);
  }
  return result;
}

function thinnedValue(value: JsonValue, keep: () => boolean): JsonValue {
  if (Array.isArray(value)) return value.map((item) => thinnedValue(item, keep));
  return isJsonObject(value) ? thinned(value, keep) : value;
}

const documents = new Map<string, Promise<JsonObject>>();
let namespace: Promise<string> | undefined;

async function placed(sample: Sample): Promise<JsonObject> {
  if (sample.clusterScoped === true) return sample.object;
  namespace ??= server().createNamespace("fields");
  return { ...sample.object, metadata: { ...objectAt(sample.object, "metadata"), namespace: await namespace } };
}

function server(): ControlPlane {
  assert.ok(plane !== undefined);
  return plane;
}

/** The live object once its controller has seen it: a controller writes annotations of its own into what was just made. */
async function settled(object: JsonObject): Promise<JsonObject> {
  for (let attempt = 0; ; attempt += 1) {
    const live = await request("GET", pathOf(object));
    const isControlled = groupOf(stringAt(object, "apiVersion")) === "apps" && server().runsWorkloads;
    if (!isControlled || valueAt(live, "status", "observedGeneration") === valueAt(live, "metadata", "generation")) return live;
    assert.ok(attempt < 2000, `no controller takes notice of ${pathOf(object)}`);
  }
}

function apply(object: JsonObject, more = ""): Promise<JsonObject> {
  return request("PATCH", `${pathOf(object)}?fieldManager=${MANAGER}&force=true${more}`, object, "application/apply-patch+yaml");
}

async function schemaOf(object: JsonObject): Promise<NonNullable<ReturnType<typeof fieldSchema>>> {
  const apiVersion = stringAt(object, "apiVersion");
  const kind = stringAt(object, "kind");
  const path = `/openapi/v3/${groupOf(apiVersion) === "" ? "api" : "apis"}/${apiVersion}`;
  for (let attempt = 0; ; attempt += 1) {
    if (!documents.has(path)) documents.set(path, request("GET", path));
    const schema = fieldSchema((await documents.get(path)) ?? {}, apiVersion, kind);
    if (schema !== undefined) return schema;
    assert.ok(attempt < 200, `${apiVersion} ${kind} is not in the OpenAPI`);
    documents.delete(path); // the server publishes a new kind a moment after it serves it
  }
}

function pathOf(object: JsonObject): string {
  const apiVersion = stringAt(object, "apiVersion");
  const kind = stringAt(object, "kind");
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  const within = stringAt(object, "metadata", "namespace");
  const scope = within === "" ? "" : `/namespaces/${within}`;
  return `/${groupOf(apiVersion) === "" ? "api" : "apis"}/${apiVersion}${scope}/${plural}/${stringAt(object, "metadata", "name")}`;
}

async function request(method: string, path: string, body?: unknown, contentType?: string): Promise<JsonObject> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await server().api(method, path, body, contentType);
    // A CRD just made is served a moment later.
    if (answer.status === 404 && path.includes("fields.gitops.test/") && attempt < 2000) continue;
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    assert.ok(isJsonObject(answer.body));
    return answer.body;
  }
}

function fieldsOf(live: JsonObject): JsonObject {
  const fields = valueAt(applyEntryOf(live, MANAGER), "fieldsV1");
  assert.ok(isJsonObject(fields), JSON.stringify(live));
  return fields;
}
