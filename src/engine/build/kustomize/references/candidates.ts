import { isJsonObject, valueAt } from "../../../model/json.ts";
import { buildFailure } from "../fail.ts";
import { CLUSTER_SCOPE, formatId } from "../resources/identity.ts";
import type { Resource } from "../resources/resource.ts";

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
  /** From an original namespace to the current ones. */
  readonly #namespaces = new Map<string, { readonly effective: Set<string>; readonly written: Set<string> }>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) {
      const { effectiveNamespace, originalNamespace } = resource;
      const currents = this.#namespaces.get(originalNamespace) ?? { effective: new Set(), written: new Set() };
      this.#namespaces.set(originalNamespace, currents);
      currents.effective.add(effectiveNamespace);
      currents.written.add(resource.namespace);
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
    if (currents === undefined) return false;
    if (referrer.isClusterScoped || currents.effective.has(CLUSTER_SCOPE) || currents.effective.has(referrer.effectiveNamespace))
      return true;
    return [...currents.written].some((written) => referrer.subjectNamespaces.has(written));
  }
}

/** What a referrer may see: everything, or its own namespace, what has none, and what is written to be in these. */
export interface ReferrerScope {
  readonly isClusterScoped: boolean;
  readonly effectiveNamespace: string;
  readonly subjectNamespaces: ReadonlySet<string>;
}

/** A namespaced resource sees its own namespace, and a role binding those of its service accounts too. */
export function scopeOf(referrer: Resource): ReferrerScope {
  const { effectiveNamespace } = referrer;
  const isClusterScoped = effectiveNamespace === CLUSTER_SCOPE;
  return { isClusterScoped, effectiveNamespace, subjectNamespaces: new Set(subjectNamespaces(referrer)) };
}

function subjectNamespaces(referrer: Resource): readonly string[] {
  const subjects = referrer.kind === "RoleBinding" ? valueAt(referrer.object, "subjects") : undefined;
  if (!Array.isArray(subjects)) return [];
  const namespaces: string[] = [];
  for (const subject of subjects) {
    if (!isJsonObject(subject) || subject["kind"] !== "ServiceAccount" || !Object.hasOwn(subject, "namespace")) continue;
    const { namespace } = subject;
    if (typeof namespace !== "string")
      throw buildFailure(referrer.origin.file, `a subject of ${formatId(referrer.id)} has a namespace that is no text; expected a name`);
    namespaces.push(namespace);
  }
  return namespaces;
}

/** Whether a scope reaches a candidate. */
export function reaches(scope: ReferrerScope, { effectiveNamespace, isClusterScoped, resource }: Candidate): boolean {
  if (scope.isClusterScoped || isClusterScoped || effectiveNamespace === scope.effectiveNamespace) return true;
  return scope.subjectNamespaces.size > 0 && scope.subjectNamespaces.has(resource.namespace);
}
