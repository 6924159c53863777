import { BARE_CONVENTIONS } from "../../../src/engine/dialects/bare.ts";
import { compareObject } from "../../../src/engine/compare/index.ts";
import type { ApplyChange } from "../../../src/engine/model/change.ts";
import { DEFAULT_POLICY, type SyncPolicy } from "../../../src/engine/model/delivery.ts";
import type { Discovery, ServedKind } from "../../../src/engine/model/discovery.ts";
import type { Inventory, InventoryEntry } from "../../../src/engine/model/inventory.ts";
import { objectAt, stringAt, type JsonObject } from "../../../src/engine/model/json.ts";
import type { Manifest } from "../../../src/engine/model/manifest.ts";
import type { Plan, PlanStep } from "../../../src/engine/model/plan.ts";
import { groupOf, resourceKey, versionOf, type ResourceId } from "../../../src/engine/model/resource-id.ts";
import { makePlan, type PlanInput } from "../../../src/engine/plan/index.ts";

export const MARK = { label: "applyset.kubernetes.io/part-of", value: "applyset-ours-v1" };

const NAMESPACED: readonly string[] = [
  "v1/ConfigMap",
  "v1/Secret",
  "v1/Service",
  "v1/ServiceAccount",
  "v1/Pod",
  "v1/PersistentVolumeClaim",
  "v1/ResourceQuota",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "batch/v1/Job",
  "networking.k8s.io/v1/Ingress",
  "autoscaling/v2/HorizontalPodAutoscaler",
  "rbac.authorization.k8s.io/v1/Role",
  "rbac.authorization.k8s.io/v1/RoleBinding",
];
const CLUSTER_WIDE: readonly string[] = [
  "v1/Namespace",
  "v1/PersistentVolume",
  "apiextensions.k8s.io/v1/CustomResourceDefinition",
  "rbac.authorization.k8s.io/v1/ClusterRole",
  "storage.k8s.io/v1/StorageClass",
  "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration",
];

/** A server that serves the built-in kinds used here, and `extra` ones, as `group/version/Kind`. */
export function discovery(extra: readonly string[] = [], unavailable: readonly string[] = []): Discovery {
  const kinds = [
    ...NAMESPACED.map((name) => served(name, true)),
    ...CLUSTER_WIDE.map((name) => served(name, false)),
    ...extra.map((name) => served(name, true)),
  ];
  const byName = new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
  return { kinds, unavailableGroups: new Set(unavailable), find: ({ group, kind }) => byName.get(`${group}/${kind}`) };
}

function served(name: string, namespaced: boolean): ServedKind {
  const cut = name.lastIndexOf("/");
  const [apiVersion, kind] = [name.slice(0, cut), name.slice(cut + 1)];
  const version = versionOf(apiVersion);
  const plural = `${kind.toLowerCase()}s`;
  return {
    group: groupOf(apiVersion),
    kind,
    version,
    versions: [version],
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    namespaced,
    verbs: ["get", "list"],
  };
}

/** `apiVersion Kind namespace/name`, cluster-wide without the namespace. */
export function manifest(name: string, more: JsonObject = {}, annotations: JsonObject = {}): Manifest {
  const [apiVersion = "", kind = "", place = ""] = name.split(" ");
  const [namespace, own] = place.includes("/") ? place.split("/") : ["", place];
  const metadata: JsonObject = {
    name: own ?? "",
    ...(namespace ? { namespace } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  const object: JsonObject = { apiVersion, kind, metadata, ...more };
  const id = { group: groupOf(apiVersion), kind, namespace: namespace ?? "", name: own ?? "" };
  return { id, apiVersion, object, origin: { file: `${kind.toLowerCase()}.yaml` } };
}

export const wave = (number: number): JsonObject => ({ "argocd.argoproj.io/sync-wave": String(number) });
export const hook = (words: string, policy?: string): JsonObject => ({
  "argocd.argoproj.io/hook": words,
  ...(policy === undefined ? {} : { "argocd.argoproj.io/hook-delete-policy": policy }),
});

/** A CRD that makes the kind `Widget` of `example.com/v1`. */
export function widgetDefinition(annotations: JsonObject = {}): Manifest {
  const spec = {
    group: "example.com",
    scope: "Namespaced",
    names: { kind: "Widget", plural: "widgets" },
    versions: [{ name: "v1", served: true, storage: true }],
  };
  return manifest("apiextensions.k8s.io/v1 CustomResourceDefinition widgets.example.com", { spec }, annotations);
}

/** The object of a manifest as the cluster holds it, with our mark unless told otherwise. */
export function live({ object, id }: Manifest, metadata: JsonObject = {}): JsonObject {
  const labels = { [MARK.label]: MARK.value };
  return {
    ...object,
    metadata: { labels, ...objectAt(object, "metadata"), uid: `uid-${id.kind}-${id.name}`, resourceVersion: "1", ...metadata },
  };
}

export function entryOf(id: ResourceId, uid = `uid-${id.kind}-${id.name}`): InventoryEntry {
  return { group: id.group, kind: id.kind, namespace: id.namespace, name: id.name, uid };
}

export function inventoryOf(entries: readonly InventoryEntry[]): Inventory {
  return {
    version: 1,
    cluster: "this-cluster",
    source: { type: "directory", path: "/repo" },
    namespace: "shop",
    revision: "sha256:old",
    entries,
  };
}

export interface World {
  readonly desired?: readonly Manifest[];
  /** Live objects, found by their ids. */
  readonly live?: readonly JsonObject[];
  readonly owned?: readonly InventoryEntry[];
  readonly policy?: Partial<SyncPolicy>;
  readonly input?: Partial<PlanInput>;
}

/** Plans a sync of a small world; prune is on unless told otherwise. */
export function planOf(world: World): Plan {
  return makePlan(inputOf(world));
}

export function inputOf({ desired = [], live: objects = [], owned, policy = {}, input = {} }: World): PlanInput {
  const byKey = new Map(objects.map((object) => [resourceKey(idOf(object)), object]));
  const changes = desired.map((one): ApplyChange => {
    const current = byKey.get(resourceKey(one.id));
    return compareObject(
      one,
      {
        live: current,
        predicted: current === undefined ? undefined : { ...current, ...one.object, metadata: objectAt(current, "metadata") },
      },
      { fieldManager: "gitops", schema: undefined },
    );
  });
  return {
    delivery: {
      name: "shop",
      cluster: "this-cluster",
      source: { type: "directory", path: "/repo" },
      namespace: "shop",
      revision: "sha256:new",
    },
    changes,
    left: [],
    deferred: new Map(),
    immutable: new Map(),
    warnings: [],
    inventory: owned === undefined ? undefined : inventoryOf(owned),
    live: byKey,
    unreadable: new Map(),
    occupants: new Map(),
    discovery: discovery(["example.com/v1/Widget"]),
    ownerMark: { text: `the label ${MARK.label}`, of: () => ({ labels: { [MARK.label]: MARK.value }, annotations: {} }) },
    conventions: BARE_CONVENTIONS,
    policy: { ...DEFAULT_POLICY, prune: true, ...policy },
    ...input,
  };
}

function idOf(object: JsonObject): ResourceId {
  return {
    group: groupOf(stringAt(object, "apiVersion")),
    kind: stringAt(object, "kind"),
    namespace: stringAt(object, "metadata", "namespace"),
    name: stringAt(object, "metadata", "name"),
  };
}

/** `phase/wave: Kind name, …` for each stage. */
export function outline(plan: Plan): readonly string[] {
  return plan.waves.flatMap(({ phase, wave: number, stages }) =>
    stages.map(({ steps }) => `${phase}/${number}: ${steps.map(named).join(", ")}`),
  );
}

function named({ change, method }: PlanStep): string {
  return `${change.id.kind} ${change.id.name}${method === "apply" ? "" : ` (${method})`}`;
}

export function stepsIn(plan: Plan): readonly PlanStep[] {
  return plan.waves.flatMap(({ stages }) => stages.flatMap(({ steps }) => steps));
}

/** The names of what is deleted, group by group. */
export function pruneOutline(plan: Plan): readonly (readonly string[])[] {
  return plan.prune.map((group) => group.map(({ change }) => `${change.id.kind} ${change.id.name}`));
}
