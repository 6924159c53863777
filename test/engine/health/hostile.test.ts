import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assessHealth, explain, gateVerdict, podSelectorOf, toKstatus } from "../../../src/engine/health/index.ts";
import { KIND_RULES } from "../../../src/engine/health/rules/table.ts";
import { HEALTH_STATUSES } from "../../../src/engine/model/health.ts";
import type { JsonObject, JsonValue } from "../../../src/engine/model/json.ts";

const SEED = 20_260_301;

/** Anything where something else belongs. */
const junk: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, false, "", "True", "False", "2", -1, 0, 3.5, 10n ** 30n, [], {}, [null], [[]], [{}], "__proto__"),
  fc.string(),
  fc.integer(),
);

/** Keys that the rules read, so that generated objects reach deep into them. */
const keys = fc.constantFrom(
  ..."metadata spec status conditions type reason message phase observedGeneration generation replicas name namespace".split(" "),
  ..."containerStatuses initContainerStatuses state lastState waiting terminated running exitCode restartPolicy".split(" "),
  ..."annotations labels finalizers deletionTimestamp selector matchLabels matchExpressions updateStrategy rollingUpdate".split(" "),
  ..."loadBalancer ingress volumes persistentVolumeClaim involvedObject schema suspend active __proto__".split(" "),
  "autoscaling.alpha.kubernetes.io/conditions",
);

const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, depthSize: "medium" },
    junk,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(keys, tie("tree"), { maxKeys: 6, noNullPrototype: true }),
  ),
}));

const groupKinds = [...KIND_RULES.entries()].flatMap(([groupKind, { versions }]) => {
  const [group = "", kind = ""] = groupKind.split("/");
  return versions.map((version) => ({ apiVersion: group === "" ? version : `${group}/${version}`, kind }));
});

const identity = fc.constantFrom<{ apiVersion: JsonValue; kind: JsonValue }>(
  ...groupKinds,
  { apiVersion: "example.com/v1", kind: "Widget" },
  { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" },
  { apiVersion: 7, kind: null },
);

const hostileObject: fc.Arbitrary<JsonObject> = fc
  .tuple(identity, fc.record({ metadata: tree, spec: tree, status: tree }, { requiredKeys: [] }))
  .map(([type, rest]) => ({ ...type, ...rest }));

test("whatever an object holds, it gets a verdict in all vocabularies and nothing throws", () => {
  fc.assert(
    fc.property(
      hostileObject,
      fc.array(hostileObject, { maxLength: 3 }),
      fc.boolean(),
      fc.option(fc.nat(), { nil: undefined }),
      (object, others, declaresStatus, ageMs) => {
        const health = assessHealth(object, { declaresStatus, ...(ageMs === undefined ? {} : { ageMs }) });
        assert.ok(HEALTH_STATUSES.includes(health.status));
        assert.equal(typeof health.reason, "string");
        assert.ok(!/[\r\n]/.test(health.message));
        assert.match(toKstatus(health, object), /^(InProgress|Failed|Current|Terminating|NotFound|Unknown)$/);
        for (const gate of ["wave", "hook", "final"] as const) {
          assert.match(gateVerdict(health, gate, object, { events: others, storageClasses: others }), /^(passed|waiting|failed)$/);
        }
        assert.equal(typeof explain(object, { pods: others, events: others, claims: others }), "string");
        assert.ok(["string", "undefined"].includes(typeof podSelectorOf(object)));
      },
    ),
    { seed: SEED, numRuns: 3000 },
  );
});

test("judging an object leaves it as it was", () => {
  fc.assert(
    fc.property(hostileObject, (object) => {
      const before = structuredClone(object);
      assessHealth(object);
      explain(object, { pods: [object], events: [object] });
      assert.deepEqual(object, before);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test("an object in deletion never counts as Healthy, unless a hook's finalizer waits for the verdict", () => {
  fc.assert(
    fc.property(hostileObject, (object) => {
      const deleting = { ...object, metadata: { deletionTimestamp: "2026-03-01T10:00:00Z", finalizers: ["example.com/hold"] } };
      const health = assessHealth(deleting);
      assert.equal(health.status, "Progressing");
      assert.match(health.message, /example\.com\/hold/);
    }),
    { seed: SEED, numRuns: 200 },
  );
});
