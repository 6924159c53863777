import { isJsonObject, valueAt } from "../../../model/json.ts";
import { CLUSTER_SCOPE } from "../resources/identity.ts";
import type { Resource } from "../resources/resource.ts";
import { scalarText } from "../resources/scalar.ts";

/** A resource that was renamed, with what the search for references asks again and again. */
export interface Candidate {
  readonly resource: Resource;
  readonly effectiveNamespace: string;
  readonly originalNamespace: string;
  readonly isClusterScoped: boolean;
}

/** The renamed resources by each name that they had, and which namespaces there are. */
export class CandidateIndex {
  readonly #byPreviousName = new Map<string, Candidate[]>();
  /** From an original namespace to the current ones, effective and as written. */
  readonly #namespaces = new Map<string, Set<string>>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) {
      const { effectiveNamespace, originalNamespace } = resource;
      const currents = this.#namespaces.get(originalNamespace) ?? new Set();
      this.#namespaces.set(originalNamespace, currents.add(effectiveNamespace).add(resource.namespace));
      if (resource.previous.length === 0) continue;
      const candidate = { resource, effectiveNamespace, originalNamespace, isClusterScoped: effectiveNamespace === CLUSTER_SCOPE };
      for (const name of new Set(resource.previous.map((previous) => previous.name))) this.#add(name, candidate);
    }
  }

  #add(name: string, candidate: Candidate): void {
    const known = this.#byPreviousName.get(name);
    if (known === undefined) this.#byPreviousName.set(name, [candidate]);
    else known.push(candidate);
  }

  /** Those that once had a name, in the order of the build. */
  named(name: string): readonly Candidate[] {
    return this.#byPreviousName.get(name) ?? [];
  }

  /** Whether any resource that the referrer may see began in a namespace. */
  sawOriginally(namespace: string, referrer: ReferrerScope): boolean {
    const currents = namespace === CLUSTER_SCOPE ? undefined : this.#namespaces.get(namespace);
    return currents !== undefined && (referrer.isClusterScoped || [...currents].some((current) => referrer.namespaces.has(current)));
  }
}

/** What a referrer may see: everything, or these namespaces and what has none. */
export interface ReferrerScope {
  readonly isClusterScoped: boolean;
  readonly effectiveNamespace: string;
  readonly namespaces: ReadonlySet<string>;
}

/** A namespaced resource sees its own namespace, and a role binding those of its service accounts too. */
export function scopeOf(referrer: Resource): ReferrerScope {
  const { effectiveNamespace } = referrer;
  const isClusterScoped = effectiveNamespace === CLUSTER_SCOPE;
  return { isClusterScoped, effectiveNamespace, namespaces: new Set([effectiveNamespace, CLUSTER_SCOPE, ...subjectNamespaces(referrer)]) };
}

function subjectNamespaces(referrer: Resource): readonly string[] {
  const subjects = referrer.kind === "RoleBinding" ? valueAt(referrer.object, "subjects") : undefined;
  if (!Array.isArray(subjects)) return [];
  return subjects
    .filter((subject) => isJsonObject(subject) && subject["kind"] === "ServiceAccount" && typeof subject["namespace"] === "string")
    .map((subject) => scalarText(valueAt(subject, "namespace")));
}

/** Whether a scope reaches a candidate. The written namespace counts for role bindings. */
export function reaches(scope: ReferrerScope, { effectiveNamespace, resource }: Candidate): boolean {
  return scope.isClusterScoped || scope.namespaces.has(effectiveNamespace) || scope.namespaces.has(resource.namespace);
}
