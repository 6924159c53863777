import type { App, AppBuild, AppWait, DeletionPolicy, Dependency, Destination, IgnoredFields, Substitution } from "../../model/app.ts";
import { durationMs } from "../../model/duration.ts";
import { arrayAt, objectAt, stringAt, valueAt, type JsonObject, type JsonValue } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { groupOf, versionOf, type ResourceId } from "../../model/resource-id.ts";
import { checkSpec, refused } from "./declared.ts";
import { KUSTOMIZATION_SPEC } from "./fields.ts";
import { SOURCE_GROUP } from "./kinds.ts";

const DELETION_POLICIES: Readonly<Record<string, DeletionPolicy>> = {
  MirrorPrune: "mirror-prune",
  Delete: "delete",
  WaitForTermination: "wait",
  Orphan: "orphan",
};

/** Kustomization fields that go into the kustomization.yaml as they are. */
const OVERLAID = ["namePrefix", "nameSuffix", "patches", "images", "components", "buildMetadata"];

const SHORTEST_TIMEOUT_MS = 30_000;

/**
 * The app that a Kustomization declares.
 * Throws INVALID_MANIFEST for a field of another type or a missing source, UNSUPPORTED_CONTENT for what only a controller in a cloud can do.
 */
export function kustomizationApp(manifest: Manifest, warn: (message: string) => void): App {
  checkSpec(manifest, KUSTOMIZATION_SPEC, warn);
  const spec = objectAt(manifest.object, "spec");
  const { id } = manifest;
  const isWaiting = spec["wait"] === true;
  return {
    id,
    manifest,
    source: sourceOf(manifest, spec),
    build: buildOf(spec),
    destination: destinationOf(manifest, spec),
    dependsOn: arrayAt(spec, "dependsOn").map((entry) => dependencyOf(entry, id)),
    isSuspended: spec["suspend"] === true,
    prune: spec["prune"] === true,
    force: spec["force"] === true,
    deletionPolicy: DELETION_POLICIES[stringAt(spec, "deletionPolicy")] ?? "mirror-prune",
    wait: isWaiting ? { type: "all" } : listedWait(spec, id.namespace),
    healthExpressions: arrayAt(spec, "healthCheckExprs").map((entry) => ({
      apiVersion: stringAt(entry, "apiVersion"),
      kind: stringAt(entry, "kind"),
      current: stringAt(entry, "current"),
      inProgress: stringAt(entry, "inProgress"),
      failed: stringAt(entry, "failed"),
    })),
    ignored: arrayAt(spec, "ignore").map(ignoredFields),
    timeoutMs: timeoutOf(spec),
  };
}

function sourceOf(manifest: Manifest, spec: Readonly<JsonObject>): ResourceId {
  const ref = objectAt(spec, "sourceRef");
  const [kind, name] = [stringAt(ref, "kind"), stringAt(ref, "name")];
  if (kind === "" || name === "")
    throw refused(
      manifest,
      "INVALID_MANIFEST",
      "spec.sourceRef names no source",
      "write kind and name of a source, such as a GitRepository",
    );
  return {
    group: groupOf(stringAt(ref, "apiVersion")) || SOURCE_GROUP,
    kind,
    namespace: stringAt(ref, "namespace") || manifest.id.namespace,
    name,
  };
}

function buildOf(spec: Readonly<JsonObject>): AppBuild {
  const overlay: JsonObject = {};
  const namespace = stringAt(spec, "targetNamespace");
  if (namespace !== "") overlay["namespace"] = namespace;
  for (const field of OVERLAID) {
    const value = valueAt(spec, field);
    if (value !== undefined && value !== null && value !== "") overlay[field] = value;
  }
  return {
    path: stringAt(spec, "path"),
    overlay,
    ignoreMissingComponents: spec["ignoreMissingComponents"] === true,
    metadata: { labels: textsAt(spec, "commonMetadata", "labels"), annotations: textsAt(spec, "commonMetadata", "annotations") },
    substitution: substitutionOf(spec),
  };
}

function substitutionOf(spec: Readonly<JsonObject>): Substitution | undefined {
  if (valueAt(spec, "postBuild") === undefined) return undefined;
  return {
    values: textsAt(spec, "postBuild", "substitute"),
    from: arrayAt(spec, "postBuild", "substituteFrom").map((entry) => ({
      kind: stringAt(entry, "kind") === "Secret" ? "Secret" : "ConfigMap",
      name: stringAt(entry, "name"),
      optional: valueAt(entry, "optional") === true,
    })),
    always: stringAt(spec, "postBuild", "substituteStrategy") === "Always",
  };
}

/** "Static fields only": a ConfigMap describes a login at a cloud provider, which is that provider's controller's business. */
function destinationOf(manifest: Manifest, spec: Readonly<JsonObject>): Destination {
  if (stringAt(spec, "kubeConfig", "configMapRef", "name") !== "")
    throw refused(
      manifest,
      "UNSUPPORTED_CONTENT",
      "spec.kubeConfig.configMapRef is not supported: it logs in through a cloud provider",
      "store a kubeconfig with a token or a certificate in a Secret, and name it in spec.kubeConfig.secretRef",
    );
  const name = stringAt(spec, "kubeConfig", "secretRef", "name");
  return {
    kubeConfig: name === "" ? undefined : { name, key: stringAt(spec, "kubeConfig", "secretRef", "key") },
    serviceAccount: stringAt(spec, "serviceAccountName"),
  };
}

function dependencyOf(entry: JsonValue, { group, kind, namespace }: ResourceId): Dependency {
  return {
    id: { group, kind, namespace: stringAt(entry, "namespace") || namespace, name: stringAt(entry, "name") },
    readyExpr: stringAt(entry, "readyExpr"),
  };
}

/** `wait: true` ignores the list, as the controller does. An object without a namespace lies beside the Kustomization, or in none. */
function listedWait(spec: Readonly<JsonObject>, namespace: string): AppWait {
  const objects = arrayAt(spec, "healthChecks").map((entry) => ({
    group: groupOf(stringAt(entry, "apiVersion")),
    version: stringAt(entry, "apiVersion") === "" ? "" : versionOf(stringAt(entry, "apiVersion")),
    kind: stringAt(entry, "kind"),
    namespace: stringAt(entry, "namespace") || namespace,
    name: stringAt(entry, "name"),
  }));
  return objects.length === 0 ? { type: "none" } : { type: "listed", objects };
}

function ignoredFields(entry: JsonValue): IgnoredFields {
  const target = objectAt(entry, "target");
  return {
    paths: arrayAt(entry, "paths").map(String),
    target: {
      group: stringAt(target, "group"),
      version: stringAt(target, "version"),
      kind: stringAt(target, "kind"),
      name: stringAt(target, "name"),
      namespace: stringAt(target, "namespace"),
      labelSelector: stringAt(target, "labelSelector"),
      annotationSelector: stringAt(target, "annotationSelector"),
    },
  };
}

/** Half a minute less than the interval, half a minute at least (`Kustomization.GetTimeout`). */
function timeoutOf(spec: Readonly<JsonObject>): number {
  const interval = durationMs(stringAt(spec, "interval")) ?? 0;
  const timeout = durationMs(stringAt(spec, "timeout")) ?? interval - SHORTEST_TIMEOUT_MS;
  return Math.max(timeout, SHORTEST_TIMEOUT_MS);
}

function textsAt(spec: Readonly<JsonObject>, ...path: readonly string[]): Readonly<Record<string, string>> {
  const texts = Object.entries(objectAt(spec, ...path)).map(([key, value]) => [key, typeof value === "string" ? value : ""] as const);
  return Object.fromEntries(texts);
}
