import type { Discovery, ServedKind } from "../../../engine/model/discovery.ts";
import { arrayAt, objectAt, stringAt, type JsonValue } from "../../../engine/model/json.ts";
import type { GroupKind } from "../../../engine/model/resource-id.ts";

/** One resource of one version, as either form of discovery tells it. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly hasStatus: boolean;
}

/** What one or more discovery documents say. */
export interface DiscoveredGroups {
  /** Groups in the server's order, versions preferred first. */
  readonly resources: readonly ServedResource[];
  readonly unavailableGroups: readonly string[];
}

/** Reads an APIGroupDiscoveryList (apidiscovery.k8s.io/v2). Versions that the server calls stale make their group unavailable. */
export function parseAggregated(document: JsonValue): DiscoveredGroups {
  const resources: ServedResource[] = [];
  const unavailableGroups: string[] = [];
  for (const item of arrayAt(document, "items")) {
    const group = stringAt(item, "metadata", "name");
    for (const version of arrayAt(item, "versions")) {
      if (stringAt(version, "freshness") === "Stale") unavailableGroups.push(group);
      const found = arrayAt(version, "resources").map((resource) => aggregatedResource(group, stringAt(version, "version"), resource));
      resources.push(...found.filter(({ kind }) => kind !== ""));
    }
  }
  return { resources, unavailableGroups };
}

function aggregatedResource(group: string, version: string, resource: JsonValue): ServedResource {
  return {
    group,
    version,
    kind: stringAt(objectAt(resource, "responseKind"), "kind"),
    plural: stringAt(resource, "resource"),
    singular: stringAt(resource, "singularResource"),
    shortNames: texts(resource, "shortNames"),
    namespaced: stringAt(resource, "scope") === "Namespaced",
    verbs: texts(resource, "verbs"),
    hasStatus: arrayAt(resource, "subresources").some((child) => stringAt(child, "subresource") === "status"),
  };
}

/** Reads an APIResourceList; sub-resources are left out. */
export function parseResourceList(document: JsonValue, group: string, version: string): readonly ServedResource[] {
  const resources = arrayAt(document, "resources");
  const names = new Set(resources.map((resource) => stringAt(resource, "name")));
  return resources
    .map((resource) => ({
      group,
      version,
      kind: stringAt(resource, "kind"),
      plural: stringAt(resource, "name"),
      singular: stringAt(resource, "singularName"),
      shortNames: texts(resource, "shortNames"),
      namespaced: objectAt(resource)["namespaced"] === true,
      verbs: texts(resource, "verbs"),
      hasStatus: names.has(`${stringAt(resource, "name")}/status`),
    }))
    .filter(({ plural, kind }) => kind !== "" && !plural.includes("/"));
}

/** Joins resources into kinds, and indexes them. */
export function buildDiscovery(groups: readonly DiscoveredGroups[]): Discovery {
  const byKind = new Map<string, ServedKind & { versions: string[] }>();
  for (const resource of groups.flatMap((found) => found.resources)) {
    const key = `${resource.group}/${resource.kind}`;
    const known = byKind.get(key);
    if (known === undefined) byKind.set(key, { ...resource, versions: [resource.version] });
    // One kind may be served as two resources (a list that is no list of its own): the first one is the kind's.
    else if (known.plural === resource.plural && !known.versions.includes(resource.version)) known.versions.push(resource.version);
  }
  return {
    kinds: [...byKind.values()],
    unavailableGroups: new Set(groups.flatMap((found) => found.unavailableGroups)),
    find: ({ group, kind }: GroupKind) => byKind.get(`${group}/${kind}`),
  };
}

function texts(value: JsonValue, key: string): readonly string[] {
  return arrayAt(value, key).filter((item) => typeof item === "string");
}
