import assert from "node:assert/strict";
import { test } from "node:test";
import { objectAt, stringAt, type JsonObject } from "../../../src/engine/model/json.ts";
import type { Manifest } from "../../../src/engine/model/manifest.ts";
import { deferredReasons, scopeManifests } from "../../../src/engine/plan/index.ts";
import { resourceKey } from "../../../src/engine/model/resource-id.ts";
import { BARE_CONVENTIONS } from "../../../src/engine/dialects/bare.ts";
import { discovery, live, manifest, widgetDefinition } from "./plan-world.ts";

const RUN = { revision: "main@sha1:0123456789abcdef0123456789abcdef01234567", startedAt: 1_700_000_000_999 };

function scope(...manifests: readonly Manifest[]): readonly Manifest[] {
  return scopeManifests(manifests, discovery(), "shop", RUN, BARE_CONVENTIONS).manifests;
}

function placesOf(manifests: readonly Manifest[]): readonly string[] {
  return manifests.map(({ id, object }) => {
    assert.equal(stringAt(object, "metadata", "namespace"), id.namespace);
    assert.equal(stringAt(object, "metadata", "name"), id.name);
    return `${id.kind} ${id.namespace}/${id.name}`;
  });
}

test("a namespaced object without a namespace gets the delivery's, one with its own keeps it, a cluster-wide one has none", () => {
  const given = [
    manifest("v1 ConfigMap one"),
    manifest("v1 ConfigMap other/two"),
    manifest("v1 Namespace wrong/shop"),
    manifest("rbac.authorization.k8s.io/v1 ClusterRole reader:all"),
  ];

  assert.deepEqual(placesOf(scope(...given)), ["ConfigMap shop/one", "ConfigMap other/two", "Namespace /shop", "ClusterRole /reader:all"]);
  assert.equal(Object.hasOwn(objectAt(given[0]?.object, "metadata"), "namespace"), false);
});

test("a null in the metadata is left out: applied, it would fight with what controllers write there", () => {
  const given = manifest("apps/v1 Deployment shop/web");
  const object = {
    ...given.object,
    metadata: { name: "web", namespace: "shop", annotations: null, creationTimestamp: null, labels: { a: "b" } },
  };

  assert.deepEqual(scope({ ...given, object })[0]?.object["metadata"], { name: "web", labels: { a: "b" }, namespace: "shop" });
});

test("a kind that a CRD of the same build makes has that CRD's scope", () => {
  const clusterWide = widgetDefinition();
  const spec = { group: "example.com", scope: "Cluster", names: { kind: "Widget" }, versions: [{ name: "v1", served: true }] };

  assert.deepEqual(placesOf(scope(manifest("example.com/v1 Widget w"), widgetDefinition())).at(0), "Widget shop/w");
  assert.deepEqual(
    placesOf(scope(manifest("example.com/v1 Widget w"), { ...clusterWide, object: { ...clusterWide.object, spec } })).at(0),
    "Widget /w",
  );
});

test("an unknown kind is named with its file, and whether its CRD is in this sync is asked", () => {
  assert.throws(() => scope(manifest("v1 ConfigMap a"), manifest("example.com/v1 Widget w")), {
    code: "UNKNOWN_KIND",
    message: "widget.yaml: widget.example.com/w: the cluster does not know the kind Widget of example.com/v1",
    hint: "is its CustomResourceDefinition in this sync?",
  });
});

test("a version that is not served is told apart from an unknown kind", () => {
  assert.throws(() => scope(manifest("apps/v1beta1 Deployment web")), {
    code: "UNKNOWN_KIND",
    message: /does not serve Deployment as apps\/v1beta1/,
    hint: "it serves apps/v1",
  });
  const unserved = { group: "example.com", scope: "Namespaced", names: { kind: "Widget" }, versions: [{ name: "v1", served: false }] };
  const definition = widgetDefinition();
  assert.throws(() => scope({ ...definition, object: { ...definition.object, spec: unserved } }, manifest("example.com/v1 Widget w")), {
    code: "UNKNOWN_KIND",
  });
});

test("a group that does not answer is not taken for an unknown one", () => {
  assert.throws(
    () => scopeManifests([manifest("metrics.k8s.io/v1 PodMetrics x")], discovery([], ["metrics.k8s.io"]), "shop", RUN, BARE_CONVENTIONS),
    {
      code: "CLUSTER_UNREACHABLE",
      message: /metrics\.k8s\.io does not answer/,
    },
  );
});

test("SkipDryRunOnMissingResource lets an unknown kind pass, as a namespaced one", () => {
  const later = manifest("example.com/v1 Widget w", {}, { "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true" });

  assert.deepEqual(placesOf(scope(later)), ["Widget shop/w"]);
});

test("the same object twice, also once its namespace is filled in, names both files", () => {
  const again = { ...manifest("v1 ConfigMap shop/one"), origin: { file: "again.yaml", line: 7 } };

  assert.throws(() => scope(manifest("v1 ConfigMap one"), again), {
    code: "INVALID_MANIFEST",
    message: "again.yaml:7: configmap/one is also declared in configmap.yaml",
  });
});

test("all problems are told at once", () => {
  assert.throws(
    () => scope(manifest("x.com/v1 A a"), manifest("x.com/v1 B b"), manifest("v1 ConfigMap UPPER")),
    (error: { message: string; data: { problems: readonly string[] } }) =>
      error.message.endsWith("(and 2 more)") && error.data.problems.length === 3,
  );
});

const WRONG_NAMES = ["../../x", "a".repeat(254), "Upper", "a_b", "-a", "a..b", "a/b"];
for (const name of WRONG_NAMES) {
  test(`${name.slice(0, 20)} is refused as a name before anything is sent`, () => {
    const wrong = manifest("v1 ConfigMap x");
    const object = { ...wrong.object, metadata: { name } };
    assert.throws(() => scope({ ...wrong, id: { ...wrong.id, name }, object }), { code: "INVALID_MANIFEST" });
  });
}

test("roles may have names that are no DNS names, but none that leave their path", () => {
  const role = manifest("rbac.authorization.k8s.io/v1 ClusterRole x");
  const called = (name: string): Manifest => ({ ...role, id: { ...role.id, name }, object: { ...role.object, metadata: { name } } });

  assert.equal(scope(called("system:Reader_1")).length, 1);
  for (const name of ["..", ".", "a/b", "a%2fb"]) assert.throws(() => scope(called(name)), { code: "INVALID_MANIFEST" });
});

test("namespaces are DNS labels, as names of their own and where objects name one", () => {
  assert.throws(() => scope(manifest("v1 Namespace a.b")), { code: "INVALID_MANIFEST" });
  assert.throws(() => scope(manifest("v1 ConfigMap a.b/x")), { code: "INVALID_MANIFEST" });
});

function generated(annotations: Record<string, string>): Manifest {
  const job = manifest("batch/v1 Job x", {}, {});
  return { ...job, id: { ...job.id, name: "" }, object: { ...job.object, metadata: { generateName: "migrate-", annotations } } };
}

test("a hook with a generateName gets one name in each phase and run, so a retry finds it", () => {
  const hooks = scope(generated({ "argocd.argoproj.io/hook": "PreSync,PostSync" }));

  assert.deepEqual(
    hooks.map(({ id }) => id.name),
    ["migrate-0123456-presync-1700000000", "migrate-0123456-postsync-1700000000"],
  );
  assert.deepEqual(
    hooks.map(({ object }) => stringAt(object, "metadata", "annotations", "argocd.argoproj.io/hook")),
    ["PreSync", "PostSync"],
  );
  assert.ok(hooks.every(({ object }) => stringAt(object, "metadata", "generateName") === ""));
});

test("any other object with a generateName only is refused: every sync would make one more", () => {
  assert.throws(() => scope(generated({})), { code: "INVALID_MANIFEST", message: /has a generateName and no name/ });
});

test("warnings about sync options come along", () => {
  const { warnings } = scopeManifests(
    [manifest("v1 ConfigMap a", {}, { "argocd.argoproj.io/sync-options": "Prune=nope" })],
    discovery(),
    "shop",
    RUN,
    BARE_CONVENTIONS,
  );

  assert.equal(warnings.length, 1);
});

function deferred(
  desired: readonly Manifest[],
  existing: readonly Manifest[],
  served: readonly string[] = ["example.com/v1/Widget"],
  foreseen?: Parameters<typeof deferredReasons>[3],
): Record<string, string> {
  const objects = new Map(existing.map((one) => [resourceKey(one.id), live(one)]));
  return Object.fromEntries(deferredReasons(desired, objects, discovery(served), foreseen));
}

test("objects in a namespace that this run makes need it first; in one that is there they do not", () => {
  const desired = [manifest("v1 Namespace shop"), manifest("v1 ConfigMap shop/a"), manifest("v1 ConfigMap other/b")];

  assert.deepEqual(deferred(desired, []), { "/ConfigMap/shop/a": "needs Namespace shop" });
  assert.deepEqual(deferred(desired, desired.slice(0, 1)), {});
  assert.deepEqual(deferred(desired.slice(1), [], undefined, { createdNamespaces: new Set(["other"]) }), {
    "/ConfigMap/other/b": "needs Namespace other",
  });
});

test("custom resources need a CRD that is new or changes, not one that stays", () => {
  const widget = manifest("example.com/v1 Widget shop/w");
  const definition = widgetDefinition();
  const spec = {
    ...objectAt(definition.object, "spec"),
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  };
  const changed = { ...definition, object: { ...definition.object, spec } };
  const needs = { "example.com/Widget/shop/w": "needs CustomResourceDefinition widgets.example.com" };

  assert.deepEqual(deferred([definition, widget], [], []), needs);
  assert.deepEqual(deferred([changed, widget], [definition]), needs);
  assert.deepEqual(deferred([definition, widget], [changed]), needs);
  assert.deepEqual(deferred([changed, widget], [changed]), {});
});

test("a rule removed from a CRD's schema is a change of the CRD, a default of the server is none", () => {
  const widget = manifest("example.com/v1 Widget shop/w");
  const withSchema = (schema: JsonObject, more: JsonObject = {}): Manifest => {
    const definition = widgetDefinition();
    const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }];
    return { ...definition, object: { ...definition.object, spec: { ...objectAt(definition.object, "spec"), versions, ...more } } };
  };
  const loose = withSchema({ type: "object", properties: { a: { type: "string" } } });
  const strict = withSchema({ type: "object", properties: { a: { type: "string", maxLength: 3 } } });
  const stored = withSchema({ type: "object", properties: { a: { type: "string" } } }, { conversion: { strategy: "None" } });

  assert.equal(Object.keys(deferred([loose, widget], [strict])).length, 1);
  assert.deepEqual(deferred([loose, widget], [stored]), {});
});

test("a kind that nobody serves yet waits for it", () => {
  assert.match(deferred([manifest("example.com/v1 Widget shop/w")], [], [])["example.com/Widget/shop/w"] ?? "", /needs the kind Widget/);
});

test("a binding needs its new role, a Pod what admission looks up; their existing ones are not waited for", () => {
  const role = manifest("rbac.authorization.k8s.io/v1 Role shop/r");
  const account = manifest("v1 ServiceAccount shop/sa");
  const binding = manifest("rbac.authorization.k8s.io/v1 RoleBinding shop/b", { roleRef: { kind: "Role", name: "r" } });
  const pod = manifest("v1 Pod shop/p", { spec: { serviceAccountName: "sa" } });
  const elsewhere = manifest("v1 Pod other/p", { spec: { serviceAccountName: "sa" } });
  const desired = [role, account, binding, pod, elsewhere];

  assert.deepEqual(deferred(desired, []), {
    "rbac.authorization.k8s.io/RoleBinding/shop/b": "needs Role r",
    "/Pod/shop/p": "needs ServiceAccount sa",
  });
  assert.deepEqual(deferred(desired, [role, account]), {});
});

test("Pods and claims are judged after a quota that this run makes", () => {
  const desired = [
    manifest("v1 ResourceQuota shop/q"),
    manifest("v1 Pod shop/p"),
    manifest("v1 PersistentVolumeClaim shop/c"),
    manifest("v1 ConfigMap shop/x"),
  ];

  assert.deepEqual(deferred(desired, []), {
    "/Pod/shop/p": "needs ResourceQuota q",
    "/PersistentVolumeClaim/shop/c": "needs ResourceQuota q",
  });
});
