import { type JsonObject, setKey } from "../../../model/json.ts";
import type { GeneratorArguments, GeneratorOptions } from "../decode/kustomization.ts";
import { below, buildFailure } from "../fail.ts";
import { behaviorOf } from "../resources/build-annotations.ts";
import { checkPlainKey } from "../resources/plain-key.ts";
import { objectOf, Resource, type ResourceOrigin } from "../resources/resource.ts";
import type { Schema } from "../schema/schema.ts";
import { encodeBase64Lines } from "./base64.ts";
import { decodeText, type Pair, parseEnvFile, parseFileSource, parseLiteral, type ReadFile } from "./key-value-sources.ts";

/** What a generator is asked for, and where: the entry of a kustomization, or the configuration of a plugin. */
export interface GeneratorRequest {
  readonly kind: "ConfigMap" | "Secret";
  readonly spot: ResourceOrigin;
  readonly arguments: GeneratorArguments;
  readonly options: GeneratorOptions | undefined;
  readonly readFile: ReadFile;
}

/** Makes the ConfigMap or Secret of a generator. Throws BUILD_FAILED. */
export function generate(request: GeneratorRequest, schema: Schema): Resource {
  const { kind, spot, arguments: args } = request;
  const { name = "", namespace = "", type = "" } = args;
  if (name === "") throw buildFailure(spot, `a generator of a ${kind} has no name`);
  const options = mergeOptions(args.options, request.options);
  for (const key of [...(options.labels ?? new Map()).keys(), ...(options.annotations ?? new Map()).keys()]) checkPlainKey(spot, key);
  const object: JsonObject = { apiVersion: "v1", kind, metadata: metadataOf(name, namespace, options) };
  if (kind === "Secret") object["type"] = type === "" ? "Opaque" : type;
  Object.assign(object, kind === "Secret" ? secretData(pairsOf(request)) : configMapData(pairsOf(request)));
  if (options.immutable === true) object["immutable"] = true;
  const resource = new Resource(object, spot, schema);
  resource.isGenerated = true;
  resource.needsHash = options.disableNameSuffixHash !== true;
  resource.behavior = behaviorOf(args.behavior ?? "");
  return resource;
}

function mergeOptions(own: GeneratorOptions = {}, all: GeneratorOptions = {}): GeneratorOptions {
  return {
    labels: new Map([...(all.labels ?? []), ...(own.labels ?? [])]),
    annotations: new Map([...(all.annotations ?? []), ...(own.annotations ?? [])]),
    disableNameSuffixHash: own.disableNameSuffixHash === true || all.disableNameSuffixHash === true,
    immutable: own.immutable === true || all.immutable === true,
  };
}

function metadataOf(name: string, namespace: string, { labels, annotations }: GeneratorOptions): JsonObject {
  return {
    name,
    ...(namespace === "" ? {} : { namespace }),
    ...(labels === undefined || labels.size === 0 ? {} : { labels: objectOf(labels) }),
    ...(annotations === undefined || annotations.size === 0 ? {} : { annotations: objectOf(annotations) }),
  };
}

function pairsOf({ kind, spot, arguments: args, readFile }: GeneratorRequest): readonly Pair[] {
  const pairs = [
    ...(args.envs ?? []).flatMap((path) => parseEnvFile(path, readFile(path))),
    ...(args.literals ?? []).map((source, index) => parseLiteral(below(spot, `literals[${index}]`), source)),
    ...(args.files ?? []).map((source, index) => {
      const { key, path } = parseFileSource(below(spot, `files[${index}]`), source);
      return { key, value: readFile(path) };
    }),
  ];
  const seen = new Set<string>();
  for (const { key } of pairs) {
    if (seen.has(key))
      throw buildFailure(spot, `${kind === "Secret" ? "secret" : "configmap"} ${args.name} illegally repeats the key \`${key}\``);
    checkPlainKey(spot, key);
    seen.add(key);
  }
  return pairs;
}

/** Text goes to `data`, anything else to `binaryData`; a part without keys is left out. */
function configMapData(pairs: readonly Pair[]): JsonObject {
  const data: JsonObject = {};
  const binaryData: JsonObject = {};
  for (const { key, value } of pairs) {
    const text = decodeText(value);
    if (text === undefined) setKey(binaryData, key, encodeBase64Lines(value));
    else setKey(data, key, text);
  }
  return { ...(Object.keys(data).length === 0 ? {} : { data }), ...(Object.keys(binaryData).length === 0 ? {} : { binaryData }) };
}

function secretData(pairs: readonly Pair[]): JsonObject {
  const data: JsonObject = {};
  for (const { key, value } of pairs) setKey(data, key, encodeBase64Lines(value));
  return { data };
}
