import type { Conventions, RunIdentity } from "../model/conventions.ts";
import type { Discovery } from "../model/discovery.ts";
import { GitOpsError, type ErrorCode } from "../model/errors.ts";
import { arrayAt, objectAt, stringAt, type JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { formatResourceId, resourceKey, versionOf } from "../model/resource-id.ts";
import { nameProblem } from "./object-names.ts";

/** The build, ready to be compared. */
export interface ScopedBuild {
  readonly manifests: readonly Manifest[];
  /** One line each. */
  readonly warnings: readonly string[];
}

interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly manifest: Manifest;
}

interface Kinds {
  readonly conventions: Conventions;
  readonly discovery: Discovery;
  /** Kinds that a CRD of the same build makes, as `group/kind`. */
  readonly made: ReadonlyMap<string, { readonly namespaced: boolean; readonly versions: ReadonlySet<string> }>;
}

/**
 * Gives every object its place: the default namespace where a namespaced one names none, no namespace where the kind is cluster-wide.
 * The scope is the server's, or that of a CRD in the same build; where neither knows the kind and the object asks for
 * `SkipDryRunOnMissingResource`, it counts as namespaced (Argo CD). Checks names and that no object is there twice.
 *
 * Throws INVALID_MANIFEST, UNKNOWN_KIND, or CLUSTER_UNREACHABLE (the group's API is down). The message is that of the first problem;
 * `data.problems` has all of them, one line each.
 */
export function scopeManifests(
  manifests: readonly Manifest[],
  discovery: Discovery,
  defaultNamespace: string,
  run: RunIdentity,
  conventions: Conventions,
): ScopedBuild {
  const kinds: Kinds = { conventions, discovery, made: kindsMadeBy(manifests) };
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const scoped: Manifest[] = [];
  const seen = new Map<string, Manifest>();
  for (const manifest of manifests.flatMap((one) => conventions.expand(one, run))) {
    const problem = kindProblem(manifest, kinds) ?? generatedNameProblem(manifest, kinds);
    if (problem !== undefined) {
      problems.push(problem);
      continue;
    }
    const placed = placedIn(manifest, isNamespaced(manifest, kinds), defaultNamespace);
    const wrongName = nameProblem(placed.id);
    const first = seen.get(resourceKey(placed.id));
    if (wrongName !== undefined) problems.push(invalid(placed, wrongName, "the API server would refuse it"));
    else if (first !== undefined) problems.push(invalid(placed, `is also declared in ${first.origin.file}`, "declare it once"));
    warnings.push(...conventions.optionsOf(placed).warnings);
    seen.set(resourceKey(placed.id), placed);
    scoped.push(placed);
  }
  const [decisive] = problems;
  if (decisive !== undefined) throw errorOf(decisive, problems);
  return { manifests: scoped, warnings };
}

function errorOf(decisive: Problem, problems: readonly Problem[]): GitOpsError {
  const { code, message, hint, manifest } = decisive;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const { file, line } = manifest.origin;
  const data = { object: formatResourceId(manifest.id), path: file, line, problems: problems.map((problem) => problem.message) };
  return new GitOpsError(code, message + more, { hint, data });
}

function kindProblem(manifest: Manifest, { conventions, discovery, made }: Kinds): Problem | undefined {
  const { group, kind } = manifest.id;
  const version = versionOf(manifest.apiVersion);
  const served = discovery.find({ group, kind });
  const own = made.get(`${group}/${kind}`);
  if (served?.versions.includes(version) === true || own?.versions.has(version) === true) return undefined;
  if (conventions.optionsOf(manifest).skipDryRunOnMissingResource) return undefined;
  if (discovery.unavailableGroups.has(group)) {
    const message = `${where(manifest)}: the API group ${group} does not answer, so ${kind} cannot be applied now`;
    return { code: "CLUSTER_UNREACHABLE", message, hint: "try again when its API server is up (kubectl get apiservices)", manifest };
  }
  if (served !== undefined) {
    const message = `${where(manifest)}: the cluster does not serve ${kind} as ${manifest.apiVersion}`;
    return { code: "UNKNOWN_KIND", message, hint: `it serves ${served.versions.map((one) => `${group}/${one}`).join(", ")}`, manifest };
  }
  const message = `${where(manifest)}: the cluster does not know the kind ${kind} of ${manifest.apiVersion}`;
  return { code: "UNKNOWN_KIND", message, hint: "is its CustomResourceDefinition in this sync?", manifest };
}

function generatedNameProblem(manifest: Manifest, { conventions }: Kinds): Problem | undefined {
  const hasName = manifest.id.name !== "";
  if (hasName || stringAt(manifest.object, "metadata", "generateName") === "" || conventions.isHook(manifest.object)) return undefined;
  return invalid(manifest, "has a generateName and no name, so every sync would make another one", "give it a metadata.name");
}

function invalid(manifest: Manifest, what: string, hint: string): Problem {
  return { code: "INVALID_MANIFEST", message: `${where(manifest)} ${what}`, hint, manifest };
}

function where({ origin, id }: Manifest): string {
  return `${origin.file}${origin.line === undefined ? "" : `:${origin.line}`}: ${formatResourceId(id)}`;
}

/** What the server does not serve yet keeps the scope that its CRD gives it; a served kind keeps the server's until the CRD is replaced. */
function isNamespaced(manifest: Manifest, { discovery, made }: Kinds): boolean {
  const { group, kind } = manifest.id;
  return discovery.find({ group, kind })?.namespaced ?? made.get(`${group}/${kind}`)?.namespaced ?? true;
}

/**
 * A null in the metadata means "left out". Sent to the server, `annotations: null` would be a field of ours, and every apply would
 * remove what controllers note in the annotations.
 */
function placedIn(manifest: Manifest, namespaced: boolean, defaultNamespace: string): Manifest {
  const declared = manifest.id.namespace;
  const namespace = namespaced ? declared || defaultNamespace : "";
  const { namespace: written, ...metadata } = objectAt(manifest.object, "metadata");
  const hasNulls = Object.values(metadata).includes(null);
  if (namespace === declared && (written ?? "") === namespace && !hasNulls) return manifest;
  const kept = hasNulls ? Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null)) : metadata;
  const object: JsonObject = { ...manifest.object, metadata: namespace === "" ? kept : { ...kept, namespace } };
  return { ...manifest, id: { ...manifest.id, namespace }, object };
}

function kindsMadeBy(manifests: readonly Manifest[]): Kinds["made"] {
  const made = new Map<string, { namespaced: boolean; versions: ReadonlySet<string> }>();
  for (const { id, object } of manifests) {
    if (id.group !== "apiextensions.k8s.io" || id.kind !== "CustomResourceDefinition") continue;
    const served = arrayAt(object, "spec", "versions").filter((version) => objectAt(version)["served"] !== false);
    const versions = new Set(served.map((version) => stringAt(version, "name")));
    const key = `${stringAt(object, "spec", "group")}/${stringAt(object, "spec", "names", "kind")}`;
    made.set(key, { namespaced: stringAt(object, "spec", "scope") !== "Cluster", versions });
  }
  return made;
}
