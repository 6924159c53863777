import { buildFailure } from "../fail.ts";
import { formatId, identityKey, type ResourceName } from "./identity.ts";
import type { Resource } from "./resource.ts";

/**
 * The resources of a build in order, found by id in constant time.
 * Whoever changes a name, namespace or kind calls {@link ResourceMap.renamed}; indexes are then built anew when next needed.
 */
export class ResourceMap {
  #resources: Resource[] = [];
  #byCurrent: Map<string, Resource> | undefined = new Map();
  #byAny: Map<string, Resource[]> | undefined;
  #byName: Map<string, Resource[]> | undefined;

  get all(): readonly Resource[] {
    return this.#resources;
  }

  /** Adds resources. Throws BUILD_FAILED where an id is there already. */
  append(resources: readonly Resource[]): void {
    const index = this.#currentIndex();
    this.#byAny = undefined;
    this.#byName = undefined;
    for (const resource of resources) {
      const key = resource.key;
      if (index.has(key)) throw alreadyThere(resource, index.get(key));
      index.set(key, resource);
      this.#resources.push(resource);
    }
  }

  /** Puts a resource in the place of another. */
  replace(old: Resource, resource: Resource): void {
    this.#resources[this.#resources.indexOf(old)] = resource;
    this.renamed();
  }

  /** Puts the resources in another order, or leaves some out. */
  reset(resources: readonly Resource[]): void {
    this.#resources = [...resources];
    this.renamed();
  }

  /** Says that ids may have changed. */
  renamed(): void {
    this.#byCurrent = undefined;
    this.#byAny = undefined;
    this.#byName = undefined;
  }

  /** Drops what a transformer deleted. */
  dropDeleted(): void {
    if (this.#resources.some((resource) => resource.deleted)) this.reset(this.#resources.filter((resource) => !resource.deleted));
  }

  /** The resources that have, or ever had, this id; its namespace is the effective one. */
  withAnyId(id: ResourceName): readonly Resource[] {
    this.#byAny ??= indexByAnyId(this.#resources);
    return this.#byAny.get(identityKey(id)) ?? [];
  }

  /** The resources that have, or ever had, this name, in their order. */
  withAnyName(name: string): readonly Resource[] {
    this.#byName ??= indexByAnyName(this.#resources);
    return this.#byName.get(name) ?? [];
  }

  /** Two resources with one id, where a transformer made such. */
  firstConflict(): Resource | undefined {
    if (this.#currentIndex().size === this.#resources.length) return undefined;
    const seen = new Set<string>();
    return this.#resources.find((resource) => seen.size === seen.add(resource.key).size);
  }

  #currentIndex(): Map<string, Resource> {
    this.#byCurrent ??= new Map(this.#resources.map((resource) => [resource.key, resource]));
    return this.#byCurrent;
  }
}

function indexByAnyId(resources: readonly Resource[]): Map<string, Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of resources) {
    if (resource.deleted) continue;
    const keys = new Set([...resource.previousIds.map(identityKey), resource.key]);
    for (const key of keys) {
      const found = index.get(key);
      if (found === undefined) index.set(key, [resource]);
      else found.push(resource);
    }
  }
  return index;
}

function indexByAnyName(resources: readonly Resource[]): Map<string, Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of resources) {
    for (const name of new Set([resource.name, ...resource.previous.map((previous) => previous.name)])) {
      const found = index.get(name);
      if (found === undefined) index.set(name, [resource]);
      else found.push(resource);
    }
  }
  return index;
}

function alreadyThere(resource: Resource, other: Resource | undefined): Error {
  const where = other === undefined ? "" : `; it is also in ${other.origin.file}`;
  return buildFailure(
    resource.origin,
    `may not add resource with an already registered id: ${formatId(resource.id)}${where}`,
    "remove or rename one of the two",
  );
}
