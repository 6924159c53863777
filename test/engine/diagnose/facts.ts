import type { DeliveryFacts, MemberFacts, ObjectFacts, SourceFacts } from "../../../src/engine/diagnose/index.ts";
import { fluxDialect } from "../../../src/engine/dialects/flux/index.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";

/** When the tests look: half an hour after everything was made. */
export const NOW = Date.parse("2026-01-01T00:30:00Z");
const MADE = "2026-01-01T00:00:00Z";

/** A Kustomization of Flux, ready unless `conditions` say otherwise. */
export function kustomization(
  name: string,
  parts: { readonly spec?: JsonObject; readonly status?: JsonObject; readonly metadata?: JsonObject } = {},
): JsonObject {
  return fluxObject("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name, {
    ...parts,
    spec: { interval: "1h", prune: true, sourceRef: { kind: "GitRepository", name: "repo" }, ...parts.spec },
  });
}

/** A GitRepository of Flux. */
export function gitRepository(
  name: string,
  parts: { readonly spec?: JsonObject; readonly status?: JsonObject; readonly metadata?: JsonObject } = {},
): JsonObject {
  return fluxObject("source.toolkit.fluxcd.io/v1", "GitRepository", name, {
    ...parts,
    spec: { interval: "1h", url: "https://git.example/shop.git", ref: { branch: "main" }, ...parts.spec },
  });
}

function fluxObject(
  apiVersion: string,
  kind: string,
  name: string,
  parts: { readonly spec: JsonObject; readonly status?: JsonObject; readonly metadata?: JsonObject },
): JsonObject {
  const metadata = { name, namespace: "apps", generation: 1, creationTimestamp: MADE, ...parts.metadata };
  return {
    apiVersion,
    kind,
    metadata,
    spec: parts.spec,
    status: parts.status ?? ready("True", "ReconciliationSucceeded", "Applied revision: main@sha1:1"),
  };
}

/** The status of an object with a Ready condition. */
export function ready(status: "True" | "False" | "Unknown", reason: string, message: string): JsonObject {
  return {
    observedGeneration: 1,
    conditions: [{ type: "Ready", status, reason, message, observedGeneration: 1, lastTransitionTime: MADE }],
  };
}

/** The facts about an object, read as the engine reads it; its controller is alive unless `parts` say otherwise. */
export function objectFacts(object: JsonObject, parts: Partial<ObjectFacts> = {}): ObjectFacts {
  const view = fluxDialect.view(object);
  const failed = view.ready === "False" && view.isObserved && !view.isSuspended;
  const { reason, message } = view;
  return {
    id: view.id,
    address: `${view.role === "app" ? "ks" : "gitrepo"}/${view.id.name}`,
    view,
    object,
    controller: view.role === "app" ? "kustomize-controller" : "source-controller",
    life: { alive: true, by: "a controller" },
    shard: fluxDialect.surroundings(object).shard,
    failure: failed ? { reason, message, stage: fluxDialect.failedStage(reason), isFormer: false } : undefined,
    references: [],
    isPlayed: true,
    ...parts,
  };
}

/** A source that is there. */
export function sourceOf(object: JsonObject = gitRepository("repo"), parts: Partial<ObjectFacts> = {}): SourceFacts {
  return { type: "there", facts: objectFacts(object, parts), inner: undefined };
}

/** The facts about a delivery by a Kustomization. */
export function deliveryFacts(object: JsonObject | undefined, parts: Partial<DeliveryFacts> = {}): DeliveryFacts {
  const app = object === undefined ? undefined : objectFacts(object);
  return {
    address: app?.address ?? "set/shop",
    id: app?.id ?? { group: "", kind: "Set", namespace: "apps", name: "shop" },
    namespace: "apps",
    app,
    failure: undefined,
    source: app === undefined ? undefined : sourceOf(),
    dependencies: [],
    cycle: [],
    parent: undefined,
    members: [],
    rivals: [],
    foreign: [],
    lingering: [],
    leftAlone: [],
    outOfSync: [],
    hidden: [],
    now: NOW,
    ...parts,
  };
}

/** One object of a delivery; healthy unless `parts` say otherwise. */
export function member(kind: string, name: string, parts: Partial<MemberFacts> & { readonly group?: string } = {}): MemberFacts {
  const { group = "apps", ...others } = parts;
  const apiVersion = group === "" ? "v1" : `${group}/v1`;
  return {
    id: { group, kind, namespace: "apps", name },
    object: { apiVersion, kind, metadata: { name, namespace: "apps", creationTimestamp: MADE } },
    unreadable: "",
    isServed: true,
    hasStatus: false,
    health: { status: "Healthy", reason: "", message: "" },
    why: "",
    log: undefined,
    findings: [],
    ...others,
  };
}
