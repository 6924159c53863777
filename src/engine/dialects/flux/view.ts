import { idOf } from "../../model/metadata.ts";
import { durationMs } from "../../model/duration.ts";
import { arrayAt, objectAt, stringAt, valueAt, type JsonObject } from "../../model/json.ts";
import type { HistoryEntry, ObjectView } from "../../model/object-view.ts";
import { groupOf, type ResourceId } from "../../model/resource-id.ts";
import { kustomizationHistory, releaseHistory } from "./history.ts";
import { parseInventoryEntries } from "./inventory-id.ts";
import { HELM_GROUP, KUSTOMIZE_GROUP, SOURCE_GROUP } from "./kinds.ts";
import { sourceUrl } from "./source-url.ts";
import { healthOfStatus, readStatus, type FluxStatus } from "./status.ts";

/** What differs from kind to kind. */
interface KindView {
  readonly revision: string;
  readonly attemptedRevision: string;
  readonly source: ResourceId | undefined;
  readonly path: string;
  readonly url: string;
  readonly history: readonly HistoryEntry[];
  readonly timeoutMs: number | undefined;
  readonly prunes: boolean;
}

const SHORTEST_TIMEOUT_MS = 30_000;

/**
 * What a Flux object says of itself. Total: fields that are missing or of another type count as not said, since an object of a
 * cluster was written by whoever may.
 *
 * @param object of any kind of FLUX_KINDS, read through any version.
 */
export function viewFluxObject(object: JsonObject): ObjectView {
  const id = idOf(object);
  const isApp = id.group !== SOURCE_GROUP;
  const status = isStatic(object, id) ? staticStatus(object) : readStatus(object);
  const { revision, attemptedRevision, ...parts } = kindView(object, id);
  return {
    id,
    role: isApp ? "app" : "source",
    createdAt: stringAt(object, "metadata", "creationTimestamp"),
    ...status,
    health: healthOfStatus(object, status),
    revision,
    attemptedRevision: attemptedRevision === revision ? "" : attemptedRevision,
    dependsOn: arrayAt(object, "spec", "dependsOn").map((entry) => ({
      group: id.group,
      kind: id.kind,
      namespace: stringAt(entry, "namespace") || id.namespace,
      name: stringAt(entry, "name"),
    })),
    isStatic: isStatic(object, id),
    clusterSecret: stringAt(object, "spec", "kubeConfig", "secretRef", "name"),
    isRemote: Object.keys(objectAt(object, "spec", "kubeConfig")).length > 0,
    inventory: parseInventoryEntries(object),
    intervalMs: durationMs(stringAt(object, "spec", "interval")),
    ...parts,
  };
}

function kindView(object: JsonObject, id: ResourceId): KindView {
  const lastAttempted = stringAt(object, "status", "lastAttemptedRevision");
  if (id.group === KUSTOMIZE_GROUP)
    return {
      revision: stringAt(object, "status", "lastAppliedRevision"),
      attemptedRevision: lastAttempted,
      source: referred(objectAt(object, "spec", "sourceRef"), id.namespace),
      path: stringAt(object, "spec", "path"),
      url: "",
      history: kustomizationHistory(object),
      timeoutMs: kustomizationTimeoutMs(object),
      prunes: valueAt(object, "spec", "prune") === true,
    };
  if (id.group === HELM_GROUP) {
    const history = releaseHistory(object);
    return {
      revision: history[0]?.revision ?? stringAt(object, "status", "lastAppliedRevision"),
      attemptedRevision: lastAttempted,
      source: chartSource(object, id),
      path: "",
      url: "",
      history,
      timeoutMs: durationMs(stringAt(object, "spec", "timeout")) ?? 300_000,
      // Helm deletes what a release no longer has.
      prunes: true,
    };
  }
  return {
    revision: stringAt(object, "status", "artifact", "revision"),
    attemptedRevision: "",
    source: id.kind === "HelmChart" ? referred(objectAt(object, "spec", "sourceRef"), id.namespace) : undefined,
    path: "",
    url: sourceUrl(object),
    history: [],
    timeoutMs: durationMs(stringAt(object, "spec", "timeout")) ?? 60_000,
    prunes: false,
  };
}

/** A HelmRepository of the type `oci` is an address only: no controller writes a status for it. */
function isStatic(object: JsonObject, id: ResourceId): boolean {
  return id.kind === "HelmRepository" && stringAt(object, "spec", "type") === "oci";
}

function staticStatus(object: JsonObject): FluxStatus {
  return { ...readStatus(object), isObserved: true, ready: "True", reason: "", message: "Helm repository is Ready" };
}

/** As the controller reckons it (`Kustomization.GetTimeout`): half a minute less than the interval, half a minute at least. */
function kustomizationTimeoutMs(object: JsonObject): number | undefined {
  const interval = durationMs(stringAt(object, "spec", "interval"));
  const timeout = durationMs(stringAt(object, "spec", "timeout")) ?? (interval === undefined ? undefined : interval - SHORTEST_TIMEOUT_MS);
  return timeout === undefined ? undefined : Math.max(timeout, SHORTEST_TIMEOUT_MS);
}

/** The object that a `sourceRef` or `chartRef` names: beside the referrer where it says no namespace. */
function referred(ref: Readonly<JsonObject>, namespace: string): ResourceId | undefined {
  const name = stringAt(ref, "name");
  if (name === "") return undefined;
  return {
    group: groupOf(stringAt(ref, "apiVersion")) || SOURCE_GROUP,
    kind: stringAt(ref, "kind"),
    namespace: stringAt(ref, "namespace") || namespace,
    name,
  };
}

/** A HelmRelease names a source of charts itself, or has the controller make a HelmChart, which its status then names. */
function chartSource(object: JsonObject, id: ResourceId): ResourceId | undefined {
  const ref = referred(objectAt(object, "spec", "chartRef"), id.namespace);
  if (ref !== undefined) return ref;
  const [namespace = "", name = ""] = stringAt(object, "status", "helmChart").split("/");
  if (name !== "") return { group: SOURCE_GROUP, kind: "HelmChart", namespace, name };
  return referred(objectAt(object, "spec", "chart", "spec", "sourceRef"), id.namespace);
}
