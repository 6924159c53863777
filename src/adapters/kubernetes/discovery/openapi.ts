import { isJsonObject, valueAt, stringAt, objectAt, setKey, type JsonObject, type JsonValue } from "../../../engine/model/json.ts";
import { parseObject, type ApiConnection } from "../connection.ts";
import { parseExactJson } from "../exact-json.ts";
import { createDocumentCache } from "./document-cache.ts";

/** The server's OpenAPI v3 documents. */
export interface OpenApiSource {
  /** The document of a group and version; undefined where the server publishes none. */
  document(group: string, version: string, signal: AbortSignal): Promise<JsonObject | undefined>;
}

/**
 * Documents are addressed by the hash of their content (`/openapi/v3/apis/apps/v1?hash=…`), so one that was read once is
 * never asked for again; the index, which is small, is asked for each time.
 */
export function createOpenApiSource(connection: ApiConnection, cacheFolder: string | undefined): OpenApiSource {
  const cache = createDocumentCache(cacheFolder);
  const parsed = new Map<string, JsonObject>();

  async function fetchDocument(path: string, signal: AbortSignal): Promise<string | undefined> {
    const call = { method: "GET" as const, path, what: "read the OpenAPI document", idempotent: true, signal };
    const answer = await connection.attempt(call);
    if (answer.status === 404 || answer.status === 406) return undefined;
    if (answer.status >= 400) throw connection.refuse(answer, call);
    return answer.text;
  }

  async function read(url: string, name: string, hash: string, signal: AbortSignal): Promise<JsonObject | undefined> {
    const cached = hash === "" ? undefined : await cache.read(name, hash);
    if (cached !== undefined) return cached;
    const text = await fetchDocument(url, signal);
    if (text === undefined) return undefined;
    const document = readSchemas(text);
    if (document === undefined) return undefined;
    if (hash !== "") await cache.write(name, hash, JSON.stringify(document));
    return document;
  }

  /** Documents that are asked for at the same time share one request for the index. */
  let underWay: Promise<string | undefined> | undefined;
  function readIndex(signal: AbortSignal): Promise<string | undefined> {
    underWay ??= fetchDocument("/openapi/v3", signal).finally(() => (underWay = undefined));
    return underWay;
  }

  return {
    async document(group, version, signal) {
      const index = await readIndex(signal);
      if (index === undefined) return undefined;
      const paths = objectAt(parseObject(index, connection.client.server, "read the OpenAPI index"), "paths");
      const key = group === "" ? `api/${version}` : `apis/${group}/${version}`;
      const url = stringAt(valueAt(paths, key), "serverRelativeURL");
      // Only a path of this server is followed, whatever the index says.
      if (!url.startsWith("/openapi/v3/")) return undefined;
      const held = parsed.get(url);
      if (held !== undefined) return held;
      const hash = /[?&]hash=([A-Za-z0-9]{16,128})(?:&|$)/.exec(url)?.[1] ?? "";
      const document = await read(url, key.replaceAll("/", "."), hash, signal);
      if (document !== undefined && hash !== "") parsed.set(url, document);
      return document;
    },
  };
}

/** While a CRD comes or goes the server answers with a document that is none. An object without a schema is compared by a dry-run. */
function readSchemas(text: string): JsonObject | undefined {
  try {
    const document = parseExactJson(text);
    return isJsonObject(document) ? schemasOnly(document) : undefined;
  } catch {
    return undefined;
  }
}

/** The part of a document that says what objects look like: without paths and descriptions it is a tenth of the size, and read in every run. */
function schemasOnly(document: JsonObject): JsonObject {
  return { components: { schemas: withoutDescriptions(valueAt(document, "components", "schemas") ?? {}) } };
}

/** A property may be named `description`, but its value is then a schema and no text. */
function withoutDescriptions(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (!isJsonObject(value)) return value;
  const slim: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key !== "description" || typeof inner !== "string") setKey(slim, key, withoutDescriptions(inner));
  }
  return slim;
}
