import { isJsonObject, type JsonObject, type JsonValue, valueAt } from "../../../model/json.ts";
import { buildFailure, pointerOf } from "../fail.ts";
import type { FieldSpec } from "../field-specs/field-spec.ts";
import type { NameReference } from "../field-specs/transformer-config.ts";
import { walkPath } from "../field-specs/walk-field.ts";
import { writeUntyped } from "../resources/joined-scalars.ts";
import { formatGvk, formatId, type Gvk, isSelected } from "../resources/identity.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import type { Resource } from "../resources/resource.ts";
import { scalarText, setText, type Slot, slotText } from "../resources/scalar.ts";
import { type Candidate, CandidateIndex, reaches, type ReferrerScope, scopeOf } from "./candidates.ts";

/** One field that may refer to a kind. */
interface Reference {
  readonly spec: FieldSpec;
  readonly target: Gvk;
}

/**
 * Gives references the names that their targets have now (api/filters/nameref). Only renamed targets count.
 * Throws BUILD_FAILED where several targets fit and differ.
 */
export function fixNameReferences(resources: ResourceMap, references: readonly NameReference[]): void {
  const index = new CandidateIndex(resources.all);
  const byKind = new Map<string, readonly Reference[]>();
  for (const resource of resources.all) {
    const original = resource.originalId;
    const kind = formatGvk(original);
    const own = byKind.get(kind) ?? referencesOf(original, references);
    byKind.set(kind, own);
    if (own.length > 0) new Referrer(resource, index).fix(own);
  }
}

function referencesOf(kind: Gvk, references: readonly NameReference[]): readonly Reference[] {
  return references.flatMap(({ referrers, group, version, kind: target }) =>
    referrers.filter((spec) => isSelected(kind, spec)).map((spec) => ({ spec, target: { group, version, kind: target } })),
  );
}

class Referrer {
  readonly #resource: Resource;
  readonly #index: CandidateIndex;
  readonly #scope: ReferrerScope;

  constructor(resource: Resource, index: CandidateIndex) {
    this.#resource = resource;
    this.#index = index;
    this.#scope = scopeOf(resource);
  }

  fix(references: readonly Reference[]): void {
    for (const reference of references) {
      walkPath(this.#resource, reference.spec, "nothing", (value, slot) => {
        if (Array.isArray(value)) return this.#fixList(reference, value);
        if (isJsonObject(value)) return this.#fixMap(reference, value);
        if (value === null) return undefined;
        this.#fixScalar(reference, slot);
        return undefined;
      });
    }
  }

  #fixScalar(reference: Reference, slot: Slot): void {
    const text = slotText(slot.container, slot.key);
    const target = this.#select(reference, text, undefined);
    if (target !== undefined && target.name !== text) writeUntyped(slot, target.name);
  }

  #fixList(reference: Reference, list: JsonValue[]): string | undefined {
    for (const [index, item] of list.entries()) {
      if (item === null) continue;
      if (Array.isArray(item)) return "expected names or maps in the list";
      if (isJsonObject(item)) {
        const complaint = this.#fixMap(reference, item);
        if (complaint !== undefined) return complaint;
        continue;
      }
      this.#fixScalar(reference, { container: list, key: index });
    }
    return undefined;
  }

  #fixMap(reference: Reference, map: JsonObject): string | undefined {
    if (valueAt(map, "name") === undefined) return "the map has no field name";
    const text = slotText(map, "name");
    const namespace = valueAt(map, "namespace");
    const target = this.#select(
      reference,
      text,
      namespace === undefined ? { any: true } : { any: false, namespace: scalarText(namespace) },
    );
    if (target === undefined || (target.name === text && target.namespace === "")) return undefined;
    writeUntyped({ container: map, key: "name" }, target.name);
    if (target.namespace === "") return undefined;
    if (namespace === undefined) setText(map, "namespace", target.namespace);
    else writeUntyped({ container: map, key: "namespace" }, target.namespace);
    return undefined;
  }

  /** @param map undefined for a reference by name alone. */
  #select(reference: Reference, name: string, map: MapReference | undefined): Resource | undefined {
    const named = this.#index.named(name);
    if (named.length === 0) return undefined;
    const candidates = named.filter(
      (candidate) =>
        reaches(this.#scope, candidate) &&
        this.#isInNamespace(candidate, map) &&
        hadKind(candidate, reference.target) &&
        this.#fitsRole(candidate, reference) &&
        this.#isNear(candidate),
    );
    const [only] = candidates;
    if (candidates.length <= 1) return only?.resource;
    return this.#disambiguate(reference, candidates, map !== undefined);
  }

  #isInNamespace(candidate: Candidate, map: MapReference | undefined): boolean {
    if (map === undefined || map.any) return true;
    const namespace = this.#index.sawOriginally(map.namespace, this.#scope) ? candidate.originalNamespace : candidate.effectiveNamespace;
    return namespace === map.namespace;
  }

  /** A role reference says itself which group and kind it means. */
  #fitsRole(candidate: Candidate, { spec }: Reference): boolean {
    if (!spec.path.endsWith("roleRef/name")) return true;
    const group = valueAt(this.#resource.object, "roleRef", "apiGroup");
    const kind = valueAt(this.#resource.object, "roleRef", "kind");
    if (group === undefined || kind === undefined || group === null || kind === null) return true;
    return hadKind(candidate, { group: scalarText(group), version: "", kind: scalarText(kind) });
  }

  #isNear(candidate: Candidate): boolean {
    if (this.#scope.isClusterScoped || candidate.isClusterScoped || candidate.resource.kind === "ServiceAccount") return true;
    return candidate.effectiveNamespace === this.#scope.effectiveNamespace;
  }

  #disambiguate({ spec }: Reference, candidates: readonly Candidate[], byNamespace: boolean): Resource | undefined {
    let left = candidates.filter(({ resource }) => sameAffixes(resource, this.#resource, true));
    if (left.length > 1) left = left.filter(({ resource }) => sameAffixes(resource, this.#resource, false));
    const [first] = left;
    if (first === undefined || left.length === 1) return first?.resource;
    const isSame = ({ resource }: Candidate) =>
      resource.name === first.resource.name && (!byNamespace || resource.namespace === first.resource.namespace);
    if (left.every(isSame)) return first.resource;
    const ids = left.map(({ resource }) => formatId(resource.id)).join(", ");
    const { origin, id } = this.#resource;
    throw buildFailure(
      { ...origin, field: (origin.field ?? "") + pointerOf(spec.path.replaceAll("/", ".")) },
      `updating name reference in '${spec.path}' field of '${formatId(id)}': found multiple possible referrals: ${ids}`,
    );
  }
}

/** A reference by a map: whether it names a namespace, and which. */
type MapReference = { readonly any: true } | { readonly any: false; readonly namespace: string };

function hadKind({ resource }: Candidate, selector: Gvk): boolean {
  const { group, version } = resource.gvk;
  return resource.previous.some(({ kind }) => isSelected({ group, version, kind }, selector));
}

/** Whether two resources got the same prefixes and suffixes last; one without any may count as fitting. */
function sameAffixes(a: Resource, b: Resource, allowNone: boolean): boolean {
  return sameEnding(a.prefixes, b.prefixes, allowNone) && sameEnding(a.suffixes, b.suffixes, allowNone);
}

function sameEnding(a: readonly string[], b: readonly string[], allowNone: boolean): boolean {
  if (a.length === 0 || b.length === 0) return allowNone || a.length === b.length;
  const shared = Math.min(a.length, b.length);
  return a.slice(-shared).every((text, index) => text === b.slice(-shared)[index]);
}
