import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../../../src/engine/model/json.ts";
import { resourceKey } from "../../../src/engine/model/resource-id.ts";
import { FLUX_CONVENTIONS } from "../../../src/engine/dialects/flux/conventions.ts";
import { countsAsOccupant, makePlan, planDeletion, pruneCandidates } from "../../../src/engine/plan/index.ts";
import {
  discovery,
  entryOf,
  inputOf,
  inventoryOf,
  live,
  manifest,
  MARK,
  planOf,
  pruneOutline,
  wave,
  widgetDefinition,
  type World,
} from "./plan-world.ts";

const staying = manifest("v1 ConfigMap shop/staying");
const gone = manifest("v1 ConfigMap shop/gone");

function prune(metadata: JsonObject, world: Partial<World> = {}): ReturnType<typeof planOf> {
  return planOf({ desired: [staying], owned: [entryOf(staying.id), entryOf(gone.id)], live: [live(gone, metadata)], ...world });
}

test("what the delivery owns and Git no longer declares is deleted", () => {
  const plan = prune({});

  assert.deepEqual(pruneOutline(plan), [["ConfigMap gone"]]);
  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["staying"],
  );
});

const KEPT: readonly (readonly [string, JsonObject, RegExp, boolean])[] = [
  ["our mark is gone", { labels: {} }, /no longer carries the label/, false],
  ["another delivery's mark is on it", { labels: { [MARK.label]: "applyset-other-v1" } }, /no longer carries the label/, false],
  ["it has an owner", { ownerReferences: [{ kind: "Widget", name: "w", uid: "x" }] }, /belongs to Widget w/, false],
  [
    "Flux took it over",
    {
      labels: {
        [MARK.label]: MARK.value,
        "kustomize.toolkit.fluxcd.io/name": "apps",
        "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
      },
    },
    /Flux Kustomization flux-system\/apps/,
    false,
  ],
  ["it is another object of that name", { uid: "another" }, /another object of the same name/, true],
  ["Prune=false is on it", { annotations: { "argocd.argoproj.io/sync-options": "Prune=false" } }, /protected/, true],
  ["Helm keeps it", { annotations: { "helm.sh/resource-policy": "keep" } }, /protected/, true],
];
for (const [title, metadata, reason, owned] of KEPT) {
  test(`${title}: not deleted, told, and ${owned ? "still" : "no longer"} owned`, () => {
    const plan = prune(metadata);

    assert.deepEqual(plan.prune, []);
    assert.match(plan.skipped[0]?.reason ?? "", reason);
    assert.equal(
      plan.after.entries.some(({ name }) => name === "gone"),
      owned,
    );
  });
}

test("with prune off everything stays owned and is told", () => {
  const plan = prune({}, { policy: { prune: false } });

  assert.deepEqual(
    plan.skipped.map(({ id, reason }) => [id.name, reason]),
    [["gone", "prune is off"]],
  );
  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["gone", "staying"],
  );
});

test("Flux forgets what it does not prune: no later sync takes it along, as none of the controller's would", () => {
  const input = inputOf({ desired: [staying], owned: [entryOf(staying.id), entryOf(gone.id)], live: [live(gone, {})] });
  const plan = makePlan({ ...input, conventions: FLUX_CONVENTIONS, policy: { ...input.policy, prune: false } });
  assert.deepEqual(plan.prune, []);
  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["staying"],
  );
});

test("what is gone already, or of a kind that is gone, is forgotten without a word", () => {
  const widget = manifest("example.com/v1 Widget shop/w");
  const plan = planOf({ desired: [staying], owned: [entryOf(gone.id), entryOf(widget.id)], input: { discovery: discovery() } });

  assert.deepEqual([plan.prune, plan.skipped, plan.after.entries.map(({ name }) => name)], [[], [], ["staying"]]);
});

test("an API that does not answer, or a read that failed, is not absence", () => {
  const widget = manifest("example.com/v1 Widget shop/w");
  const plan = planOf({
    desired: [staying],
    owned: [entryOf(gone.id), entryOf(widget.id)],
    input: { discovery: discovery([], ["example.com"]), unreadable: new Map([[resourceKey(gone.id), "forbidden: get configmaps"]]) },
  });

  assert.deepEqual(
    plan.skipped.map(({ reason }) => reason),
    ["forbidden: get configmaps", "the API group example.com does not answer"],
  );
  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["gone", "staying", "w"],
  );
});

test("the survivor of a move between groups is not deleted through the old one", () => {
  const old = manifest("extensions/v1beta1 Ingress shop/web");
  const now = manifest("networking.k8s.io/v1 Ingress shop/web");
  const plan = planOf({
    desired: [now],
    owned: [entryOf(old.id, "same")],
    live: [live(old, { uid: "same" }), live(now, { uid: "same" })],
    input: { discovery: discovery(["extensions/v1beta1/Ingress"]) },
  });

  assert.deepEqual(plan.prune, []);
  assert.deepEqual(
    plan.after.entries.map(({ group }) => group),
    ["networking.k8s.io"],
  );
});

test("system namespaces are never deleted", () => {
  for (const name of ["kube-system", "kube-public", "kube-node-lease", "default"]) {
    const namespace = manifest(`v1 Namespace ${name}`);
    const plan = planOf({
      desired: [staying],
      owned: [entryOf(namespace.id)],
      live: [live(namespace)],
      policy: { confirmPrune: [`Namespace/${name}`] },
      input: { occupants: new Map([[resourceKey(namespace.id), []]]) },
    });
    assert.deepEqual(plan.prune, [], name);
  }
});

test("deletions run in reverse order of applying: high waves first, CRDs after their objects, Namespaces after all", () => {
  const objects = [
    manifest("v1 Namespace annex", {}, wave(9)),
    widgetDefinition(wave(9)),
    manifest("v1 ServiceAccount shop/sa"),
    manifest("v1 ConfigMap shop/config"),
    manifest("apps/v1 Deployment shop/web"),
    manifest("example.com/v1 Widget shop/w"),
    manifest("admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration hook"),
    manifest("v1 ConfigMap shop/late", {}, wave(3)),
  ];
  const plan = planOf({ desired: [staying], owned: objects.map(({ id }) => entryOf(id)), live: objects.map((one) => live(one)) });

  assert.deepEqual(pruneOutline(plan), [
    ["ConfigMap late"],
    ["ValidatingWebhookConfiguration hook"],
    ["Widget w"],
    ["Deployment web"],
    ["ConfigMap config"],
    ["ServiceAccount sa"],
    ["CustomResourceDefinition widgets.example.com"],
    ["Namespace annex"],
  ]);
});

test("the Namespace that holds the delivery's own record stays, even when it is confirmed: its deletion is the delivery's", () => {
  const namespace = manifest("v1 Namespace shop");
  const world = { desired: [manifest("v1 ConfigMap other/a")], owned: [entryOf(namespace.id)], live: [live(namespace)] };
  const input = { occupants: new Map([[resourceKey(namespace.id), []]]) };

  const plan = planOf({ ...world, policy: { confirmPrune: ["Namespace/shop"] }, input });
  assert.deepEqual([plan.prune, plan.guards], [[], []]);
  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["a", "shop"],
  );

  const deletion = planDeletion({ ...inputOf({ ...world, input }), inventory: inventoryOf(world.owned) });
  assert.deepEqual(pruneOutline(deletion), [["Namespace shop"]]);
});

test("whatever the inventory and the cluster, only what is listed, undeclared, ours and the same object is deleted", () => {
  const names = ["a", "b", "c", "d", "e"];
  const object = fc.record({
    name: fc.constantFrom(...names),
    declared: fc.boolean(),
    listed: fc.constantFrom("no", "with uid", "without uid", "other uid"),
    mark: fc.constantFrom(MARK.value, "another", ""),
    owned: fc.boolean(),
    foreign: fc.boolean(),
    protect: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.uniqueArray(object, { selector: ({ name }) => name }), fc.boolean(), (objects, pruneOn) => {
      const of = (name: string): ReturnType<typeof manifest> => manifest(`v1 ConfigMap shop/${name}`);
      const owned = objects
        .filter(({ listed }) => listed !== "no")
        .map(({ name, listed }) => entryOf(of(name).id, listed === "with uid" ? undefined : listed === "other uid" ? "other" : ""));
      const plan = planOf({
        desired: objects.filter(({ declared }) => declared).map(({ name }) => of(name)),
        owned,
        live: objects.map((one) =>
          live(of(one.name), {
            labels: { ...(one.mark === "" ? {} : { [MARK.label]: one.mark }), ...(one.foreign ? { "kapp.k14s.io/app": "1" } : {}) },
            ...(one.owned ? { ownerReferences: [{ kind: "X", name: "x", controller: true }] } : {}),
            ...(one.protect ? { annotations: { "argocd.argoproj.io/sync-options": "Prune=false" } } : {}),
          }),
        ),
        policy: { prune: pruneOn },
      });
      const deleted = plan.prune.flat().map(({ change }) => change.id.name);
      const expected = objects.filter(
        (one) =>
          pruneOn &&
          !one.declared &&
          (one.listed === "with uid" || one.listed === "without uid") &&
          one.mark === MARK.value &&
          !one.owned &&
          !one.foreign &&
          !one.protect,
      );
      assert.deepEqual(deleted.toSorted(), expected.map(({ name }) => name).toSorted());
      const after = new Set(plan.after.entries.map(({ name }) => name));
      for (const name of deleted) assert.equal(after.has(name), false);
    }),
    { seed: 20260108, numRuns: 500 },
  );
});

test("candidates are the entries that the build does not declare", () => {
  assert.deepEqual(
    pruneCandidates(inventoryOf([entryOf(staying.id), entryOf(gone.id)]), [staying.id]).map(({ name }) => name),
    ["gone"],
  );
  assert.deepEqual(pruneCandidates(undefined, [staying.id]), []);
});

test("what every namespace has, and what a controller owns, does not occupy it", () => {
  assert.equal(countsAsOccupant(live(manifest("v1 ServiceAccount shop/default"))), false);
  assert.equal(countsAsOccupant(live(manifest("v1 ConfigMap shop/kube-root-ca.crt"))), false);
  assert.equal(countsAsOccupant(live(manifest("v1 Event shop/e"))), false);
  assert.equal(countsAsOccupant(live(manifest("v1 Pod shop/p"), { ownerReferences: [{ kind: "ReplicaSet", name: "r" }] })), false);
  assert.equal(countsAsOccupant(live(manifest("v1 ConfigMap shop/other"))), true);
});

test("a delivery is removed in reverse order; Delete=false stays and stays owned, Prune=false does not count", () => {
  const namespace = manifest("v1 Namespace shop");
  const kept = manifest("v1 Secret shop/kept", {}, { "argocd.argoproj.io/sync-options": "Delete=false" });
  const pruned = manifest("v1 Secret shop/pruned", {}, { "argocd.argoproj.io/sync-options": "Prune=false" });
  const objects = [namespace, kept, pruned, gone];
  const base = inputOf({ live: objects.map((one) => live(one)), policy: { prune: false, confirmPrune: ["namespace/shop"] } });
  const plan = planDeletion({ ...base, inventory: inventoryOf(objects.map(({ id }) => entryOf(id))) });

  assert.deepEqual(pruneOutline(plan), [["Secret pruned", "ConfigMap gone"], ["Namespace shop"]]);
  assert.deepEqual(
    plan.after.entries.map(({ name }) => name),
    ["kept"],
  );
  assert.deepEqual(plan.guards, []);
});

test("the delivery's own record does not occupy its Namespace when the delivery goes, another ConfigMap does", () => {
  const namespace = manifest("v1 Namespace shop");
  const inventory = inventoryOf([entryOf(namespace.id)]);
  const guards = (name: string): number => {
    const occupants = new Map([[resourceKey(namespace.id), [manifest(`v1 ConfigMap shop/${name}`).id]]]);
    return planDeletion({ ...inputOf({ live: [live(namespace)], input: { occupants } }), inventory }).guards.length;
  };

  assert.equal(guards("gitops-shop"), 0);
  assert.equal(guards("gitops-other"), 1);
});
