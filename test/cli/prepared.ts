import {
  DEFAULT_BUDGET,
  DEFAULT_POLICY,
  type ApplyChange,
  type Change,
  type DeliveryStatus,
  type Guard,
  type Inventory,
  type JsonObject,
  type Manifest,
  type PreparedSync,
  type ResourceId,
} from "../../src/engine/index.ts";

/** A terminal as renderers see it: no colours, UTF-8. */
export const plainTerminal = { stdoutColor: false, stderrColor: false, unicode: true };

export const revision = "main@sha1:0123456789abcdef0123456789abcdef01234567";

/** An id from `Kind.group/namespace/name`. */
export function idOf(text: string): ResourceId {
  const [kindGroup = "", namespace = "", name = ""] = text.split("/");
  const [kind = "", ...group] = kindGroup.split(".");
  return { group: group.join("."), kind, namespace, name };
}

export function objectOf(id: ResourceId, fields: JsonObject): JsonObject {
  return {
    apiVersion: id.group === "" ? "v1" : `${id.group}/v1`,
    kind: id.kind,
    metadata: { name: id.name, namespace: id.namespace },
    ...fields,
  };
}

export function manifestOf(id: ResourceId, fields: JsonObject): Manifest {
  return {
    id,
    apiVersion: id.group === "" ? "v1" : `${id.group}/v1`,
    object: objectOf(id, fields),
    origin: { file: "shop.yaml", line: 1 },
  };
}

export function create(text: string, fields: JsonObject): ApplyChange {
  const id = idOf(text);
  return { action: "create", id, desired: manifestOf(id, fields), predicted: objectOf(id, fields) };
}

export function configure(text: string, live: JsonObject, predicted: JsonObject, fields: readonly string[]): ApplyChange {
  const id = idOf(text);
  return {
    action: "configure",
    id,
    desired: manifestOf(id, predicted),
    live: objectOf(id, live),
    predicted: objectOf(id, predicted),
    fields,
    takeovers: [],
    migrate: [],
  };
}

export function unchanged(text: string): ApplyChange {
  const id = idOf(text);
  return { action: "none", id, desired: manifestOf(id, {}), live: objectOf(id, {}) };
}

export function prune(text: string, fields: JsonObject): Extract<Change, { action: "prune" }> {
  const id = idOf(text);
  return { action: "prune", id, live: objectOf(id, fields) };
}

/** A prepared sync of one wave, then a prune. */
export function preparedSync(parts: {
  readonly apply?: readonly ApplyChange[];
  readonly prune?: readonly Extract<Change, { action: "prune" }>[];
  readonly skipped?: readonly Extract<Change, { action: "skip" }>[];
  readonly guards?: readonly Guard[];
}): PreparedSync {
  const { apply = [], prune: pruned = [], skipped = [], guards = [] } = parts;
  const source = { type: "directory", path: "/shop" } as const;
  const inventory: Inventory = { version: 1, cluster: "uid", source, namespace: "shop", revision, entries: [] };
  return {
    request: {
      ref: { dialect: "bare", namespace: "shop", name: "shop" },
      source,
      override: {},
      policy: DEFAULT_POLICY,
      build: { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false },
      expectCluster: undefined,
    },
    revision,
    source,
    cluster: "uid",
    nested: [],
    digest: "",
    changes: [...apply, ...pruned, ...skipped],
    stored: undefined,
    plan: {
      waves: [
        {
          phase: "Sync",
          wave: 0,
          gate: "healthy",
          stages: [{ reason: "wave 0", steps: apply.map((change) => ({ change, method: "apply", reason: "wave 0", validate: true })) }],
        },
      ],
      prune:
        pruned.length === 0
          ? []
          : [pruned.map((change) => ({ change, reason: "the source no longer declares it", propagation: "Background" }))],
      skipped,
      guards,
      warnings: [],
      intent: inventory,
      after: inventory,
    },
  };
}

/** A delivery with one healthy and one waiting object, both two hours old. */
export function deliveryStatus(): DeliveryStatus {
  const createdAt = "2026-11-23T10:00:00Z";
  return {
    ref: { dialect: "bare", namespace: "shop", name: "shop" },
    revision,
    source: { type: "git", url: "https://git.example/shop.git", ref: { type: "named", name: "main" }, path: "k8s/overlays/prod" },
    sync: "OutOfSync",
    health: { status: "Progressing", reason: "ImagePullBackOff", message: "waiting for 1 of 2 replicas" },
    createdAt,
    resources: [
      {
        id: idOf("ConfigMap/shop/settings"),
        version: "v1",
        sync: "Synced",
        health: { status: "Healthy", reason: "", message: "" },
        createdAt,
      },
      {
        id: idOf("Deployment.apps/shop/web"),
        version: "v1",
        sync: "OutOfSync",
        health: { status: "Progressing", reason: "ImagePullBackOff", message: "waiting for 1 of 2 replicas" },
        createdAt,
      },
      {
        id: idOf("Namespace//shop"),
        version: "v1",
        sync: "Unknown",
        health: { status: "Missing", reason: "", message: "not found\u001b[31m" },
        createdAt: "",
      },
    ],
  };
}

/** Two hours and five minutes after {@link deliveryStatus} was created. */
export const now = Date.parse("2026-11-23T12:05:00Z");
