import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { resourceKey } from "../../../src/engine/model/resource-id.ts";
import { SYNC_PHASES, type Plan } from "../../../src/engine/model/plan.ts";
import { entryOf, hook, live, manifest, outline, planOf, stepsIn, wave, widgetDefinition } from "./plan-world.ts";

test("inside a wave everything comes after what it needs, in few stages", () => {
  const desired = [
    manifest("admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration hook"),
    manifest("networking.k8s.io/v1 Ingress shop/web"),
    manifest("apps/v1 Deployment shop/web"),
    manifest("v1 Service shop/web"),
    manifest("v1 ConfigMap shop/config"),
    manifest("rbac.authorization.k8s.io/v1 RoleBinding shop/reader"),
    manifest("rbac.authorization.k8s.io/v1 Role shop/reader"),
    manifest("v1 ServiceAccount shop/web"),
    manifest("example.com/v1 Widget shop/one"),
    widgetDefinition(),
    manifest("v1 Namespace shop"),
  ];

  assert.deepEqual(outline(planOf({ desired })), [
    "Sync/0: Namespace shop, CustomResourceDefinition widgets.example.com",
    "Sync/0: ServiceAccount web, Role reader",
    "Sync/0: RoleBinding reader, ConfigMap config, Service web",
    "Sync/0: Deployment web",
    "Sync/0: Ingress web, Widget one",
    "Sync/0: ValidatingWebhookConfiguration hook",
  ]);
});

test("a kind of another group does not take the place of the built-in of that name", () => {
  const desired = [
    manifest("serving.knative.dev/v1 Service shop/fn"),
    manifest("apps/v1 Deployment shop/web"),
    manifest("v1 Service shop/web"),
  ];

  assert.deepEqual(outline(planOf({ desired })), ["Sync/0: Service web", "Sync/0: Deployment web", "Sync/0: Service fn"]);
});

test("every step says why it is where it is", () => {
  const plan = planOf({
    desired: [
      manifest("v1 Namespace shop", {}, wave(5)),
      manifest("batch/v1 Job shop/migrate", {}, hook("PreSync")),
      manifest("v1 Service shop/web"),
    ],
  });

  assert.deepEqual(
    stepsIn(plan).map(({ change, reason }) => [change.id.kind, reason]),
    [
      ["Namespace", "PreSync wave 0: moved up before job.batch/migrate, which needs it"],
      ["Job", "PreSync wave 0, hook: workloads"],
      ["Service", "wave 0: bindings, configuration, storage and Services, before the workloads that use them"],
    ],
  );
});

test("waves run in order of their numbers, negative ones first, and each but the last waits for health", () => {
  const desired = [
    manifest("v1 ConfigMap shop/b", {}, wave(2)),
    manifest("v1 ConfigMap shop/a", {}, wave(-1)),
    manifest("v1 ConfigMap shop/c", {}, { "helm.sh/hook-weight": "1" }),
  ];
  const plan = planOf({ desired });

  assert.deepEqual(
    plan.waves.map((one) => [one.wave, one.gate]),
    [
      [-1, "healthy"],
      [1, "healthy"],
      [2, "accepted"],
    ],
  );
});

test("hooks run in their phases, some in two, and are awaited; SyncFail makes nothing wait", () => {
  const desired = [
    manifest("v1 ConfigMap shop/a"),
    manifest("batch/v1 Job shop/both", {}, hook("PreSync, PostSync")),
    manifest("batch/v1 Job shop/cleanup", {}, hook("SyncFail")),
  ];
  const plan = planOf({ desired });

  assert.deepEqual(
    plan.waves.map((one) => [one.phase, one.gate]),
    [
      ["PreSync", "healthy"],
      ["Sync", "healthy"],
      ["PostSync", "healthy"],
      ["SyncFail", "healthy"],
    ],
  );
  assert.deepEqual(
    planOf({ desired: [desired[0] ?? manifest("v1 ConfigMap shop/a"), desired[2] ?? manifest("v1 ConfigMap shop/a")] }).waves.map(
      (one) => one.gate,
    ),
    ["accepted", "healthy"],
  );
});

test("a hook is made afresh although it is there and equal, unless its delete policy says otherwise", () => {
  const fresh = manifest("batch/v1 Job shop/fresh", {}, hook("Sync"));
  const kept = manifest("batch/v1 Job shop/kept", {}, hook("Sync", "HookSucceeded"));
  const plan = planOf({ desired: [fresh, kept], live: [live(fresh), live(kept)] });

  assert.deepEqual(outline(plan), ["Sync/0: Job fresh (recreate), Job kept"]);
  assert.ok(stepsIn(plan).every(({ change }) => change.action === "configure"));
});

test("a hook that holds more than itself is applied in place, unless a person allowed its recreation", () => {
  const claim = manifest("v1 PersistentVolumeClaim shop/data", {}, hook("PreSync"));
  const world = { desired: [claim], live: [live(claim)] };

  assert.deepEqual(outline(planOf(world)), ["PreSync/0: PersistentVolumeClaim data"]);
  assert.deepEqual(stepsIn(planOf(world))[0]?.hook?.deletePolicies, []);
  assert.deepEqual(outline(planOf({ ...world, policy: { confirmPrune: ["PersistentVolumeClaim/data"] } })), [
    "PreSync/0: PersistentVolumeClaim data (recreate)",
  ]);
});

test("an object that is being deleted is told of, although it is equal", () => {
  const one = manifest("v1 ConfigMap shop/a");
  const leaving = live(one, { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/x"] });

  assert.deepEqual(planOf({ desired: [one], live: [leaving] }).warnings, [
    "configmap/a is being deleted: sync again when it is gone, to make it anew",
  ]);
  assert.deepEqual(planOf({ desired: [one], live: [live(one)] }).warnings, []);
});

test("an object that was delivered and became a hook that no sync runs stays owned", () => {
  const desired = manifest("batch/v1 Job shop/never", {}, hook("Skip"));
  const plan = planOf({ desired: [manifest("v1 ConfigMap shop/a"), desired], live: [live(desired)], owned: [entryOf(desired.id)] });

  assert.deepEqual(plan.prune, []);
  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["a", "never"],
  );
});

test("hooks are no part of the inventory, and those that no sync runs are told", () => {
  const desired = [
    manifest("v1 ConfigMap shop/a"),
    manifest("batch/v1 Job shop/pre", {}, hook("PreSync")),
    manifest("batch/v1 Job shop/never", {}, hook("Skip")),
  ];
  const plan = planOf({ desired });

  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["a"],
  );
  assert.deepEqual(plan.skipped, [{ action: "skip", id: desired[2]?.id, reason: "hook Skip: never applied" }]);
});

test("an unchanged object stays in the plan, and its uid in the inventory", () => {
  const web = manifest("apps/v1 Deployment shop/web");
  const plan = planOf({ desired: [web, manifest("v1 Service shop/web")], live: [live(web)] });

  assert.deepEqual(
    stepsIn(plan).map(({ change }) => change.action),
    ["create", "none"],
  );
  assert.deepEqual(
    plan.after.entries.map(({ kind, uid }) => [kind, uid]),
    [
      ["Service", ""],
      ["Deployment", "uid-Deployment-web"],
    ],
  );
});

test("the intent holds what was and will be owned, and the inventory after it what is left, both by key", () => {
  const gone = manifest("v1 ConfigMap shop/gone");
  const protectedOne = manifest("v1 ConfigMap shop/kept", {}, { "argocd.argoproj.io/sync-options": "Prune=false" });
  const plan = planOf({
    desired: [manifest("v1 ConfigMap shop/new")],
    owned: [entryOf(protectedOne.id), entryOf(gone.id)],
    live: [live(gone), live(protectedOne)],
  });

  assert.deepEqual(
    plan.intent.entries.map(({ name }) => name),
    ["gone", "kept", "new"],
  );
  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["kept", "new"],
  );
  assert.equal(plan.intent.revision, "sha256:new");
});

test("options of an object choose how it reaches the server", () => {
  const options = (words: string): Record<string, string> => ({ "argocd.argoproj.io/sync-options": words });
  const replaced = manifest("v1 ConfigMap shop/replaced", { data: { a: "1" } }, options("Replace=true,Validate=false"));
  const forced = manifest("batch/v1 Job shop/forced", { spec: { a: 1 } }, options("Replace=true, Force=true"));
  const plan = planOf({
    desired: [replaced, forced],
    live: [live({ ...replaced, object: { ...replaced.object, data: {} } }), live({ ...forced, object: { ...forced.object, spec: {} } })],
  });

  assert.deepEqual(outline(plan), ["Sync/0: ConfigMap replaced (replace)", "Sync/0: Job forced (recreate)"]);
  assert.deepEqual(
    stepsIn(plan).map(({ validate }) => validate),
    [false, true],
  );
});

test("what the dry-run waits for stands on the step", () => {
  const one = manifest("v1 ConfigMap shop/a");
  const plan = planOf({ desired: [one], input: { deferred: new Map([[resourceKey(one.id), "needs Namespace shop"]]) } });

  assert.deepEqual(
    stepsIn(plan).map(({ deferred }) => deferred),
    ["needs Namespace shop"],
  );
});

const anyObject = fc.record({
  kind: fc.constantFrom(
    "v1 Namespace",
    "v1 ConfigMap",
    "v1 Service",
    "apps/v1 Deployment",
    "rbac.authorization.k8s.io/v1 Role",
    "rbac.authorization.k8s.io/v1 RoleBinding",
    "v1 ServiceAccount",
    "networking.k8s.io/v1 Ingress",
    "example.com/v1 Widget",
    "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
  ),
  name: fc.constantFrom("a", "b", "c"),
  namespace: fc.constantFrom("a", "b", "other"),
  wave: fc.integer({ min: -2, max: 2 }),
  hook: fc.constantFrom(undefined, undefined, undefined, "PreSync", "Sync", "PostSync", "PreSync,PostSync"),
});

/** Where each object first stands: phase, wave and stage, as one number. */
function positions(plan: Plan): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  let position = 0;
  for (const { stages } of plan.waves) {
    for (const { steps } of stages) {
      position += 1;
      for (const { change } of steps) if (!result.has(resourceKey(change.id))) result.set(resourceKey(change.id), position);
    }
  }
  return result;
}

test("whatever the waves and hooks, the order is one of dependencies: nothing comes before its Namespace, CRD, or (in a wave) what it uses", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyObject, {
        selector: ({ kind, name, namespace }) => `${kind} ${kind === "v1 Namespace" ? "" : namespace}/${name}`,
        maxLength: 14,
      }),
      (objects) => {
        const clusterWide = (kind: string): boolean => kind === "v1 Namespace" || kind.includes("Webhook");
        const desired = objects.map((one) => {
          const annotations = { ...wave(one.wave), ...(one.hook === undefined || clusterWide(one.kind) ? {} : hook(one.hook)) };
          return manifest(`${one.kind} ${clusterWide(one.kind) ? one.name : `${one.namespace}/${one.name}`}`, {}, annotations);
        });
        const unique = [...new Map([...desired, widgetDefinition(wave(2))].map((one) => [resourceKey(one.id), one])).values()];
        const plan = planOf({ desired: unique });
        const at = positions(plan);
        for (const { id } of unique) {
          const here = at.get(resourceKey(id)) ?? 0;
          const namespaceAt = at.get(`/Namespace//${id.namespace}`);
          if (namespaceAt !== undefined) assert.ok(namespaceAt < here, `Namespace of ${resourceKey(id)}`);
          if (id.kind === "Widget") assert.ok((at.get("apiextensions.k8s.io/CustomResourceDefinition//widgets.example.com") ?? 99) < here);
        }
        const places = plan.waves.map((one) => SYNC_PHASES.indexOf(one.phase) * 100 + one.wave);
        assert.deepEqual(
          places,
          [...new Set(places)].toSorted((a, b) => a - b),
        );
        const order = [
          "Namespace",
          "ServiceAccount",
          "Role",
          "RoleBinding",
          "ConfigMap",
          "Service",
          "Deployment",
          "Ingress",
          "ValidatingWebhookConfiguration",
        ];
        for (const one of plan.waves) {
          const ranks = one.stages
            .flatMap(({ steps }) => steps.map(({ change }) => order.indexOf(change.id.kind)))
            .filter((rank) => rank >= 0);
          assert.deepEqual(
            ranks,
            ranks.toSorted((a, b) => a - b),
          );
          assert.ok(one.stages.every(({ steps }) => steps.length > 0));
        }
        assert.equal(
          stepsIn(plan).length,
          unique.reduce((sum, { object }) => sum + (JSON.stringify(object).includes("PreSync,PostSync") ? 2 : 1), 0),
        );
      },
    ),
    { seed: 20260106, numRuns: 300 },
  );
});

test("the same objects in any order make the same plan", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(
        [
          manifest("v1 ConfigMap shop/a"),
          manifest("v1 ConfigMap shop/b"),
          manifest("v1 Secret shop/a"),
          manifest("apps/v1 Deployment shop/x"),
          manifest("example.com/v1 Widget shop/w"),
          manifest("v1 Namespace shop"),
        ],
        { minLength: 6 },
      ),
      (desired) => {
        assert.deepEqual(outline(planOf({ desired })), [
          "Sync/0: Namespace shop",
          "Sync/0: ConfigMap a, ConfigMap b, Secret a",
          "Sync/0: Deployment x",
          "Sync/0: Widget w",
        ]);
      },
    ),
    { seed: 20260107, numRuns: 30 },
  );
});
