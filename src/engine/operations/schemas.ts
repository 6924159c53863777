import { fieldSchema, type FieldSchema } from "../compare/index.ts";
import { GitOpsError } from "../model/errors.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { groupOf, versionOf } from "../model/resource-id.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import type { RunContext } from "./request.ts";

/** Gives the server's schema of a manifest's kind; undefined where it publishes none. */
export type SchemaOf = (manifest: Manifest) => FieldSchema | undefined;

/** Reads the server's OpenAPI documents of all the versions in use. Without one an object is compared by a dry-run, so none is needed. */
export async function readSchemas(manifests: readonly Manifest[], cluster: ClusterReader, context: RunContext): Promise<SchemaOf> {
  const documents = new Map<string, JsonObject>();
  const versions = [...new Set(manifests.map((manifest) => manifest.apiVersion))];
  await mapBounded(versions, REQUESTS_AT_ONCE, async (apiVersion) => {
    const document = await readDocument(apiVersion, cluster, context);
    if (document !== undefined) documents.set(apiVersion, document);
  });
  return ({ apiVersion, id }) => {
    const document = documents.get(apiVersion);
    return document === undefined ? undefined : fieldSchema(document, apiVersion, id.kind);
  };
}

async function readDocument(apiVersion: string, cluster: ClusterReader, context: RunContext): Promise<JsonObject | undefined> {
  try {
    return await cluster.openApi(groupOf(apiVersion), versionOf(apiVersion), context);
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "FORBIDDEN") return undefined;
    throw error;
  }
}
