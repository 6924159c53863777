import type { Artifact } from "../model/artifact.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { GitOpsError } from "../model/errors.ts";
import { isJsonObject, type JsonValue } from "../model/json.ts";
import type { Manifest, Origin, Touch } from "../model/manifest.ts";
import { formatResourceId, type ResourceId } from "../model/resource-id.ts";
import type { Source } from "../model/source.ts";
import { decodeYamlText } from "../yaml/decode.ts";
import { placeOfField } from "../yaml/place-of-field.ts";
import { buildArtifact } from "./desired-state.ts";
import type { DeliveryRequest, ReaderPorts, RunContext } from "./request.ts";

/** Which objects of a build are asked about. */
export interface ObjectQuery {
  /** Matched without case. */
  readonly kind: string;
  readonly name: string;
  /** JSON pointer (RFC 6901) of the field that is asked about; all of the object where it is left out. */
  readonly field?: string | undefined;
}

/** Where an object, or a field of it, comes from. */
export interface ExplainedObject {
  readonly id: ResourceId;
  /** Where the object was read, or generated. */
  readonly origin: Origin;
  /** The steps that touched what was asked about, in their order; the last one decided. */
  readonly touches: readonly Touch[];
  /** The place to edit: of the field, as exactly as its file tells; of the object where no field was asked about. */
  readonly place: { readonly file: string; readonly line?: number; readonly column?: number };
}

/** What was asked, for every object of that kind and name, whatever its namespace. */
export interface Explanation {
  readonly objects: readonly ExplainedObject[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Builds a source and tells where an object or a field comes from: the file and line, and the patches and transformers that touched it.
 * It carries no values.
 * @throws what building throws; OBJECT_NOT_FOUND where the build has no such object, or the object neither has nor had the field.
 */
export async function explainSource(
  source: Source,
  query: ObjectQuery,
  options: DeliveryRequest["build"],
  ports: Pick<ReaderPorts, "fetcher" | "clock" | "surroundings">,
  context: RunContext,
): Promise<Explanation> {
  const artifact = await ports.fetcher.fetch(source, { ...context, identify: false });
  const { manifests, warnings } = await buildArtifact(
    artifact,
    { ...options, keepsEncrypted: true, tracesTouches: { ofKind: query.kind } },
    ports,
    context,
  );
  const found = manifests.filter(({ id }) => id.kind.toLowerCase() === query.kind.toLowerCase() && id.name === query.name);
  if (found.length === 0) throw notBuilt(query, manifests);
  return { objects: await Promise.all(found.map((manifest) => explain(artifact, manifest, query.field ?? ""))), warnings };
}

async function explain(artifact: Artifact, manifest: Manifest, field: string): Promise<ExplainedObject> {
  const { id, origin, touches: all = [{ by: "file", ...origin, isDocument: true, fields: [""] }] } = manifest;
  const touches = all
    .map((touch) => ({ ...touch, fields: touch.fields.filter((one) => isRelated(one, field)) }))
    .filter(({ fields }) => fields.length > 0);
  const deciding = field === "" ? touches[0] : touches.at(-1);
  if (field !== "" && !hasField(manifest.object, field) && deciding?.by === all[0]?.by) throw noField(manifest, field);
  return { id, origin, touches, place: await placeOf(artifact, deciding ?? { ...origin, isDocument: true }, field) };
}

/** Whether a step that touched one field touched another: it, something around it, or something in it. */
function isRelated(touched: string, field: string): boolean {
  return touched === field || field.startsWith(`${touched}/`) || touched.startsWith(`${field}/`);
}

async function placeOf(
  artifact: Artifact,
  { file, line, isDocument }: Pick<Touch, "file" | "line" | "isDocument">,
  field: string,
): Promise<ExplainedObject["place"]> {
  const known = line === undefined ? { file } : { file, line };
  // What came from another repository, or out of a chart, is no file of this tree.
  if (!isDocument || (await artifact.tree.typeOf(file)) !== "file") return known;
  const text = decodeYamlText(await artifact.tree.read(file), file);
  return { ...known, ...placeOfField(text, { pointer: field, documentLine: line }) };
}

function hasField(object: JsonValue, pointer: string): boolean {
  let value: JsonValue | undefined = object;
  for (const step of pointer.split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) value = value[Number(key)];
    else value = value !== undefined && isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value !== undefined;
}

function notBuilt({ kind, name }: ObjectQuery, manifests: readonly Manifest[]): GitOpsError {
  const ofKind = manifests.filter(({ id }) => id.kind.toLowerCase() === kind.toLowerCase());
  const shown = (ofKind.length > 0 ? ofKind : manifests).slice(0, 8).map(({ id }) => `${id.kind}/${id.name}`);
  return new GitOpsError("OBJECT_NOT_FOUND", `the build has no ${kind}/${name}`, {
    hint: shown.length === 0 ? "the build has no objects at all" : `names are those of the result: ${shown.join(", ")}`,
  });
}

function noField({ id }: Manifest, field: string): GitOpsError {
  return new GitOpsError("OBJECT_NOT_FOUND", `${formatResourceId(id)} has no field ${field}, and no step of the build touched one`, {
    hint: "name it by a JSON pointer, such as /spec/template/spec/containers/0/image",
    data: { object: formatResourceId(id) },
  });
}
