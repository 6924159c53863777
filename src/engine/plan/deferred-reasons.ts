import type { Discovery } from "../model/discovery.ts";
import { isJsonObject, stringAt, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { resourceKey, versionOf } from "../model/resource-id.ts";

/** What else the run does, that the live objects do not show. */
export interface ForeseenChanges {
  /** Namespaces that the run makes although the build has none (`--create-namespace`). */
  readonly createdNamespaces?: ReadonlySet<string>;
  /** Keys of objects of the build that are known to change; CRDs are looked at in any case. */
  readonly changed?: ReadonlySet<string>;
}

/**
 * Objects whose dry-run means nothing before another step of the same run is done, by {@link resourceKey}, each with what it needs
 * ("needs Namespace shop"). They are dry-run again when that step is done.
 *
 * @param live the live objects of the build, Namespaces included; what is not in here does not exist yet.
 */
export function deferredReasons(
  manifests: readonly Manifest[],
  live: ReadonlyMap<string, JsonObject>,
  discovery: Discovery,
  foreseen: ForeseenChanges = {},
): ReadonlyMap<string, string> {
  const coming = comingObjects(manifests, live, foreseen);
  const reasons = new Map<string, string>();
  for (const manifest of manifests) {
    const reason = reasonFor(manifest, coming, discovery);
    if (reason !== undefined) reasons.set(resourceKey(manifest.id), reason);
  }
  return reasons;
}

interface Coming {
  readonly namespaces: ReadonlySet<string>;
  /** `group/kind` of custom resources to the name of the CRD that is made or changed. */
  readonly definitions: ReadonlyMap<string, string>;
  /** `Kind namespace/name` of the other objects that do not exist yet. */
  readonly others: ReadonlySet<string>;
  /** Namespaces that get their first quota or limit, with its kind and name. */
  readonly limits: ReadonlyMap<string, string>;
}

function comingObjects(manifests: readonly Manifest[], live: ReadonlyMap<string, JsonObject>, foreseen: ForeseenChanges): Coming {
  const namespaces = new Set(foreseen.createdNamespaces);
  const definitions = new Map<string, string>();
  const others = new Set<string>();
  const limits = new Map<string, string>();
  for (const { id, object } of manifests) {
    const key = resourceKey(id);
    const current = live.get(key);
    const isNew = current === undefined;
    if (
      !isNew &&
      foreseen.changed?.has(key) !== true &&
      (id.kind !== "CustomResourceDefinition" || isWithin(object["spec"], current["spec"]))
    )
      continue;
    if (id.kind === "CustomResourceDefinition") {
      definitions.set(`${stringAt(object, "spec", "group")}/${stringAt(object, "spec", "names", "kind")}`, id.name);
    } else if (id.kind === "ResourceQuota" || id.kind === "LimitRange") {
      limits.set(id.namespace, `${id.kind} ${id.name}`);
    } else if (isNew && id.group === "" && id.kind === "Namespace") {
      namespaces.add(id.name);
    } else if (isNew) {
      others.add(`${id.kind} ${id.namespace}/${id.name}`);
    }
  }
  return { namespaces, definitions, others, limits };
}

/** Whether a CRD's declared spec stands in the live one, which has the server's defaults besides. In a schema a removed rule counts too. */
function isWithin(declared: JsonValue | undefined, live: JsonValue | undefined, exactly = false): boolean {
  if (Array.isArray(declared))
    return (
      Array.isArray(live) && live.length === declared.length && declared.every((value, index) => isWithin(value, live[index], exactly))
    );
  if (!isJsonObject(declared)) return declared === live;
  if (!isJsonObject(live) || (exactly && Object.keys(live).length !== Object.keys(declared).length)) return false;
  const hasAll = exactly || Object.hasOwn(declared, "schema") === Object.hasOwn(live, "schema");
  return (
    hasAll && Object.entries(declared).every(([name, value]) => isWithin(value, valueAt(live, name), exactly || name === "openAPIV3Schema"))
  );
}

function reasonFor(manifest: Manifest, coming: Coming, discovery: Discovery): string | undefined {
  const { id, object } = manifest;
  const definition = coming.definitions.get(`${id.group}/${id.kind}`);
  if (definition !== undefined) return `needs CustomResourceDefinition ${definition}`;
  const served = discovery.find({ group: id.group, kind: id.kind });
  if (served?.versions.includes(versionOf(manifest.apiVersion)) !== true)
    return `needs the kind ${id.kind} of ${manifest.apiVersion}, which the cluster does not serve yet`;
  if (coming.namespaces.has(id.namespace)) return `needs Namespace ${id.namespace}`;
  if (id.kind === "RoleBinding" || id.kind === "ClusterRoleBinding") return neededRole(id.namespace, object, coming);
  if (id.kind !== "Pod" && id.kind !== "PersistentVolumeClaim") return undefined;
  const limit = coming.limits.get(id.namespace);
  if (limit !== undefined) return `needs ${limit}`;
  return id.kind === "Pod" ? neededByPod(id.namespace, object, coming) : undefined;
}

/** A binding may only be made by someone who has what the role grants, so the server looks at the role. */
function neededRole(namespace: string, binding: JsonObject, coming: Coming): string | undefined {
  const kind = stringAt(binding, "roleRef", "kind");
  const name = stringAt(binding, "roleRef", "name");
  return coming.others.has(`${kind} ${kind === "Role" ? namespace : ""}/${name}`) ? `needs ${kind} ${name}` : undefined;
}

/** Admission looks up what a Pod names; a workload's template is only looked at when its controller makes the Pods. */
function neededByPod(namespace: string, pod: JsonObject, coming: Coming): string | undefined {
  const named: readonly (readonly [kind: string, namespace: string, name: string])[] = [
    ["ServiceAccount", namespace, stringAt(pod, "spec", "serviceAccountName")],
    ["PriorityClass", "", stringAt(pod, "spec", "priorityClassName")],
    ["RuntimeClass", "", stringAt(pod, "spec", "runtimeClassName")],
  ];
  const missing = named.find(([kind, within, name]) => name !== "" && coming.others.has(`${kind} ${within}/${name}`));
  return missing === undefined ? undefined : `needs ${missing[0]} ${missing[2]}`;
}
