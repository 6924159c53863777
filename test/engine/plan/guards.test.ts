import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApplyChange } from "../../../src/engine/model/change.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";
import type { Guard } from "../../../src/engine/model/plan.ts";
import { resourceKey } from "../../../src/engine/model/resource-id.ts";
import { entryOf, hook, live, manifest, outline, planOf, widgetDefinition, type World } from "./plan-world.ts";

const one = manifest("v1 ConfigMap shop/one");

function codes(world: World): readonly string[] {
  return planOf(world).guards.map(({ code }) => code);
}

function only(world: World): Guard {
  const { guards } = planOf(world);
  assert.equal(guards.length, 1, JSON.stringify(guards));
  return guards[0] ?? assert.fail();
}

test("a first sync of new objects meets no guard", () => {
  assert.deepEqual(codes({ desired: [one] }), []);
});

test("an empty build stops, on the first sync too, unless it is allowed or only runs hooks", () => {
  const job = manifest("batch/v1 Job shop/job", {}, hook("Sync"));

  assert.deepEqual(codes({}), ["EMPTY_BUILD"]);
  assert.deepEqual(codes({ owned: [entryOf(one.id)], live: [live(one)], policy: { prune: false } }), ["EMPTY_BUILD"]);
  assert.deepEqual(codes({ desired: [job], owned: [entryOf(one.id)] }), ["EMPTY_BUILD"]);
  assert.deepEqual(codes({ desired: [job] }), []);
  assert.deepEqual(codes({ owned: [entryOf(one.id)], live: [live(one)], policy: { allowEmpty: true } }), []);
});

test("more than 20 deletions that are more than 30 % of the delivery stop", () => {
  const world = (removed: number, kept: number): World => {
    const objects = Array.from({ length: removed + kept }, (_, index) => manifest(`v1 ConfigMap shop/c${index}`));
    return { desired: objects.slice(removed), owned: objects.map(({ id }) => entryOf(id)), live: objects.map((object) => live(object)) };
  };

  assert.deepEqual(codes(world(20, 1)), []);
  assert.deepEqual(codes(world(21, 1)), ["MASS_PRUNE"]);
  assert.deepEqual(codes(world(21, 49)), []);
  assert.deepEqual(codes(world(21, 48)), ["MASS_PRUNE"]);
  assert.deepEqual(codes({ ...world(21, 1), policy: { allowMassPrune: true } }), []);
});

test("another cluster than the recorded one stops", () => {
  const input = {
    delivery: { name: "shop", cluster: "other", source: { type: "directory", path: "/repo" }, namespace: "shop", revision: "sha256:new" },
  } as const;

  assert.deepEqual(codes({ desired: [one], owned: [entryOf(one.id)], input }), ["WRONG_CLUSTER"]);
});

const namespace = manifest("v1 Namespace old");
const inside = manifest("v1 ConfigMap old/inside");
const outside = manifest("v1 Secret old/outside");

function pruneNamespace(occupants: readonly (typeof inside)[] | undefined, more: Partial<World> = {}): World {
  return {
    desired: [one],
    owned: [entryOf(namespace.id), entryOf(inside.id)],
    live: [live(namespace), live(inside)],
    input: { occupants: occupants === undefined ? new Map() : new Map([[resourceKey(namespace.id), occupants.map(({ id }) => id)]]) },
    ...more,
  };
}

test("a Namespace is deleted with its own content only; others in it, still to come or unknown, stop", () => {
  assert.deepEqual(codes(pruneNamespace([inside])), []);
  assert.match(only(pruneNamespace([inside, outside])).message, /holds 1 that this run does not delete: secret\/outside/);
  assert.match(only(pruneNamespace(undefined)).message, /not known/);
  assert.match(only(pruneNamespace([inside], { desired: [one, manifest("v1 ConfigMap old/new")] })).message, /configmap\/new/);
  assert.match(only(pruneNamespace([inside], { live: [live(namespace), live(inside, { labels: {} })] })).message, /configmap\/inside/);
});

test("--confirm-prune lifts the guard of that very object, in any case of the kind", () => {
  const world = pruneNamespace([outside]);

  assert.equal(only(world).hint, "--confirm-prune Namespace/old deletes it");
  for (const name of ["Namespace/old", "namespace/old"]) assert.deepEqual(codes({ ...world, policy: { confirmPrune: [name] } }), []);
  for (const name of ["Namespace/other", "Namespace", "old"])
    assert.deepEqual(codes({ ...world, policy: { confirmPrune: [name] } }), ["PROTECTED_PRUNE"]);
});

test("a CRD goes with its own objects, and stops where others live or Git still declares some", () => {
  const definition = widgetDefinition();
  const widget = manifest("example.com/v1 Widget shop/w");
  const world = (occupants: readonly (typeof widget)[], desired = [one]): World => ({
    desired,
    owned: [entryOf(definition.id), entryOf(widget.id)],
    live: [live(definition), live(widget)],
    input: { occupants: new Map([[resourceKey(definition.id), occupants.map(({ id }) => id)]]) },
  });

  assert.deepEqual(codes(world([widget])), []);
  assert.deepEqual(codes(world([widget, manifest("example.com/v1 Widget elsewhere/x")])), ["PROTECTED_PRUNE"]);
  assert.deepEqual(codes(world([widget], [one, widget])), ["PROTECTED_PRUNE"]);
});

const CASCADES: readonly (readonly [string, string, JsonObject])[] = [
  ["a PersistentVolumeClaim", "v1 PersistentVolumeClaim shop/data", {}],
  ["a PersistentVolume", "v1 PersistentVolume data", {}],
  [
    "an Application that deletes its resources",
    "argoproj.io/v1alpha1 Application shop/app",
    { finalizers: ["resources-finalizer.argocd.argoproj.io"] },
  ],
  ["what Git marked Prune=confirm", "v1 Secret shop/s", { annotations: { "argocd.argoproj.io/sync-options": "Prune=confirm" } }],
  [
    "a delivery's record",
    "v1 ConfigMap shop/gitops-x",
    { labels: { "applyset.kubernetes.io/part-of": "applyset-ours-v1", "applyset.kubernetes.io/id": "applyset-x-v1" } },
  ],
];
for (const [title, name, metadata] of CASCADES) {
  test(`deleting ${title} needs a confirmation of its own`, () => {
    const object = manifest(name);
    const base: World = { desired: [one], owned: [entryOf(object.id)], live: [live(object, metadata)] };
    assert.deepEqual(codes(base), ["PROTECTED_PRUNE"]);
    assert.deepEqual(codes({ ...base, policy: { confirmPrune: [`${object.id.kind}/${object.id.name}`] } }), []);
  });
}

const FOREIGN: readonly (readonly [string, JsonObject, RegExp])[] = [
  ["another ApplySet", { labels: { "applyset.kubernetes.io/part-of": "applyset-x-v1" } }, /ApplySet applyset-x-v1/],
  ["Flux", { labels: { "kustomize.toolkit.fluxcd.io/name": "k", "kustomize.toolkit.fluxcd.io/namespace": "n" } }, /Kustomization n\/k/],
  [
    "Flux's Helm controller",
    { labels: { "helm.toolkit.fluxcd.io/name": "h", "helm.toolkit.fluxcd.io/namespace": "n" } },
    /HelmRelease n\/h/,
  ],
  [
    "Argo CD's tracking id",
    { labels: {}, annotations: { "argocd.argoproj.io/tracking-id": "shop:/ConfigMap:shop/one" } },
    /Argo CD Application shop/,
  ],
  [
    "Argo CD's instance label",
    { labels: { "app.kubernetes.io/instance": "shop" }, managedFields: [{ manager: "argocd-controller" }] },
    /Argo CD Application shop/,
  ],
  ["Helm", { labels: {}, annotations: { "meta.helm.sh/release-name": "r" } }, /Helm release r/],
  ["kapp", { labels: { "kapp.k14s.io/app": "1" } }, /kapp app 1/],
  ["a controller", { labels: {}, ownerReferences: [{ kind: "Certificate", name: "c", controller: true }] }, /Certificate c/],
];
for (const [title, metadata, message] of FOREIGN) {
  test(`a first sync that meets an object of ${title} stops`, () => {
    const guard = only({ desired: [one], live: [live(one, metadata)] });
    assert.equal(guard.code, "OWNED_BY_ANOTHER");
    assert.match(guard.message, message);
  });
}

test("the hint names the adoption", () => {
  assert.equal(
    only({ desired: [one], live: [live(one, { labels: {}, annotations: { "meta.helm.sh/release-name": "r" } })] }).hint,
    "gitops adopt shop --from helm",
  );
});

test("an object without marks, or with a common instance label only, is nobody's", () => {
  assert.deepEqual(codes({ desired: [one], live: [live(one, { labels: {} })] }), []);
  assert.deepEqual(codes({ desired: [one], live: [live(one, { labels: { "app.kubernetes.io/instance": "shop" } })] }), []);
});

test("ours with a foreign mark besides is told, not refused", () => {
  const plan = planOf({ desired: [one], live: [live(one, { annotations: { "meta.helm.sh/release-name": "r" } })] });

  assert.deepEqual(plan.guards, []);
  assert.deepEqual(plan.warnings, ["configmap/one also carries the mark of Helm release r"]);
});

test("take-overs are warnings, and stop only where fields of others are not to be taken", () => {
  const change: ApplyChange = {
    action: "configure",
    id: one.id,
    desired: one,
    live: live(one),
    predicted: undefined,
    fields: ["/data/a"],
    takeovers: [{ manager: "somebody", field: "/data/a" }],
    migrate: [],
  };
  const world = (forceConflicts: boolean): World => ({ live: [live(one)], policy: { forceConflicts }, input: { changes: [change] } });

  assert.deepEqual(planOf(world(true)).warnings, ["configmap/one: /data/a is taken over from somebody"]);
  assert.deepEqual(codes(world(true)), []);
  assert.match(only(world(false)).message, /configmap\/one \/data\/a \(somebody\)/);
  assert.equal(only(world(false)).code, "FIELD_CONFLICT");
});

function immutable(name: string, policy: World["policy"], annotations: JsonObject = {}): World {
  const object = manifest(name, { spec: { a: 2 } }, annotations);
  const before = { ...object, object: { ...object.object, spec: { a: 1 } } };
  return {
    desired: [object],
    live: [live(before)],
    ...(policy === undefined ? {} : { policy }),
    input: { immutable: new Map([[resourceKey(object.id), ["/spec/selector"]]]) },
  };
}

test("an immutable field is named, and recreated only by --force or Force=true", () => {
  const web = "apps/v1 Deployment shop/web";

  assert.equal(only(immutable(web, {})).code, "IMMUTABLE_FIELD");
  assert.match(only(immutable(web, {})).message, /deployment\.apps\/web: \/spec\/selector is immutable/);
  assert.deepEqual(outline(planOf(immutable(web, { force: true }))), ["Sync/0: Deployment web (recreate)"]);
  assert.deepEqual(outline(planOf(immutable(web, {}, { "argocd.argoproj.io/sync-options": "Force=true" }))), [
    "Sync/0: Deployment web (recreate)",
  ]);
});

test("--force alone never recreates what holds more than itself", () => {
  for (const name of [
    "v1 Namespace shop",
    "v1 PersistentVolume pv",
    "v1 PersistentVolumeClaim shop/pvc",
    "apiextensions.k8s.io/v1 CustomResourceDefinition widgets.example.com",
  ]) {
    const [, kind = "", place = ""] = name.split(" ");
    assert.deepEqual(codes(immutable(name, { force: true })), ["RECREATE_GUARD"], name);
    assert.deepEqual(codes(immutable(name, { force: true, confirmPrune: [`${kind}/${place.split("/").at(-1)}`] })), [], name);
  }
});
