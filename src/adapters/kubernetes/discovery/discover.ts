import type { Discovery } from "../../../engine/model/discovery.ts";
import { arrayAt, stringAt, type JsonValue } from "../../../engine/model/json.ts";
import type { ApiConnection } from "../connection.ts";
import { buildDiscovery, parseAggregated, parseResourceList, type DiscoveredGroups, type ServedResource } from "./parse.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
/** Servers before 1.30 know v2beta1 alone, those before 1.26 neither. */
const ACCEPT = `${AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`;

/** What the server serves, read when it is first asked for and kept. */
export interface DiscoverySource {
  discover(signal: AbortSignal, refresh: boolean): Promise<Discovery>;
}

interface RootDocument {
  readonly etag: string | undefined;
  readonly groups: DiscoveredGroups;
}

/** Asks `/api` and `/apis`, with the ETag of the last answer, so that a refresh costs two empty answers when nothing changed. */
export function createDiscoverySource(connection: ApiConnection): DiscoverySource {
  const roots = new Map<"/api" | "/apis", RootDocument>();
  let known: Promise<Discovery> | undefined;

  async function readRoot(path: "/api" | "/apis", signal: AbortSignal): Promise<DiscoveredGroups> {
    const held = roots.get(path);
    const ifNoneMatch = held?.etag === undefined ? {} : { ifNoneMatch: held.etag };
    const answer = await connection.answer({
      method: "GET",
      path,
      what: "discover the API",
      accept: ACCEPT,
      idempotent: true,
      signal,
      ...ifNoneMatch,
    });
    if (answer.status === 304 && held !== undefined) return held.groups;
    const document = connection.parse(answer, "discover the API");
    const aggregated = stringAt(document, "kind") === "APIGroupDiscoveryList";
    const groups = aggregated ? parseAggregated(document) : await readLegacy(connection, path, document, signal);
    const etag = aggregated && typeof answer.headers.etag === "string" ? answer.headers.etag : undefined;
    roots.set(path, { etag, groups });
    return groups;
  }

  async function read(signal: AbortSignal): Promise<Discovery> {
    return buildDiscovery(await Promise.all([readRoot("/api", signal), readRoot("/apis", signal)]));
  }

  return {
    discover(signal, refresh) {
      if (known !== undefined && !refresh) return known;
      const reading = read(signal);
      known = reading;
      // A failure is told to who asked, and not to those who ask later.
      reading.catch(() => {
        if (known === reading) known = undefined;
      });
      return reading;
    },
  };
}

/** The form of old servers: one document for each group and version. A version that fails makes its group unavailable. */
async function readLegacy(
  connection: ApiConnection,
  path: "/api" | "/apis",
  document: JsonValue,
  signal: AbortSignal,
): Promise<DiscoveredGroups> {
  const versions = path === "/api" ? coreVersions(document) : groupVersions(document);
  const unavailableGroups: string[] = [];
  const lists = await Promise.all(
    versions.map(async ({ group, version }): Promise<readonly ServedResource[]> => {
      const address = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
      const answer = await connection.attempt({ method: "GET", path: address, what: "discover the API", idempotent: true, signal });
      if (answer.status === 200) return parseResourceList(connection.parse(answer, "discover the API"), group, version);
      unavailableGroups.push(group);
      return [];
    }),
  );
  return { resources: lists.flat(), unavailableGroups };
}

function coreVersions(document: JsonValue): readonly { group: string; version: string }[] {
  return arrayAt(document, "versions").map((version) => ({ group: "", version: String(version) }));
}

function groupVersions(document: JsonValue): readonly { group: string; version: string }[] {
  return arrayAt(document, "groups").flatMap((group) => {
    const preferred = stringAt(group, "preferredVersion", "version");
    const versions = arrayAt(group, "versions").map((version) => stringAt(version, "version"));
    const ordered = [...new Set([preferred, ...versions])].filter((version) => version !== "");
    return ordered.map((version) => ({ group: stringAt(group, "name"), version }));
  });
}
