import { groupOf, versionOf } from "../../../model/resource-id.ts";
import { isJsonObject, type JsonObject, type JsonValue, objectAt } from "../../../model/json.ts";
import type { Origin } from "../../../model/manifest.ts";
import type { Spot } from "../fail.ts";
import type { Provenance } from "../provenance.ts";
import type { Trace } from "../trace/trace.ts";
import { sourceText } from "../../../yaml/source-text.ts";
import type { Schema } from "../schema/schema.ts";
import { effectiveNamespace, type Gvk, identityKey, type ResourceName } from "./identity.ts";
import { checkPlainKey } from "./plain-key.ts";
import { writeUntyped } from "./joined-scalars.ts";
import { cloneValue, scalarText, setText, slotText } from "./scalar.ts";

/** A name that a resource had before a transformer changed it. `namespace` is the effective one. */
export interface PreviousName {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
}

/** Where a resource came from: a document of a file, an item of a list there, or the entry of a generator. */
export type ResourceOrigin = Origin & Pick<Spot, "field">;

export type Behavior = "unspecified" | "create" | "merge" | "replace";

/**
 * An object on its way through a build. What kustomize keeps in internal annotations is kept beside the object here.
 * `object` is changed in place; a resource whose `deleted` is set is dropped after the transformer that set it.
 */
export class Resource {
  object: JsonObject;
  readonly origin: ResourceOrigin;
  readonly schema: Schema;
  deleted = false;
  previous: readonly PreviousName[] = [];
  prefixes: readonly string[] = [];
  suffixes: readonly string[] = [];
  behavior: Behavior = "unspecified";
  needsHash = false;
  isGenerated = false;
  /** Made by a chart: namespaces are helm's business then. */
  isChart = false;
  /** What to throw for a text in a node of another type, where a replacement may have left one; told its path. */
  misfit: ((path: string) => Error) | undefined;
  allowNameChange = false;
  allowKindChange = false;
  /** Names of the vars that point at this resource. */
  variables: readonly string[] = [];
  /** Kept only where `buildMetadata` asks for anything. */
  provenance: Provenance | undefined;
  transformations: readonly Provenance[] = [];
  /** Kept only where the build was asked for it. */
  trace: Trace | undefined;

  constructor(object: JsonObject, origin: ResourceOrigin, schema: Schema) {
    this.object = object;
    this.origin = origin;
    this.schema = schema;
  }

  get apiVersion(): string {
    return scalarText(ownValue(this.object, "apiVersion"));
  }

  get kind(): string {
    return scalarText(ownValue(this.object, "kind"));
  }

  get gvk(): Gvk {
    const apiVersion = this.apiVersion;
    return { group: groupOf(apiVersion), version: versionOf(apiVersion), kind: this.kind };
  }

  get name(): string {
    const metadata = ownValue(this.object, "metadata");
    return isJsonObject(metadata) ? slotText(metadata, "name") : "";
  }

  /** As written; "" where there is none. */
  get namespace(): string {
    return scalarText(ownValue(objectAt(this.object, "metadata"), "namespace"));
  }

  get isClusterScoped(): boolean {
    return this.schema.isClusterScoped(this.apiVersion, this.kind);
  }

  get effectiveNamespace(): string {
    return effectiveNamespace(this.namespace, this.isClusterScoped);
  }

  /** The current id, its namespace as written. */
  get id(): ResourceName {
    return { ...this.gvk, name: this.name, namespace: this.namespace };
  }

  /** Equal for resources that are the same object to kustomize. */
  get key(): string {
    return identityKey({ ...this.gvk, name: this.name, namespace: this.effectiveNamespace });
  }

  /** The ids that it had, oldest first; their namespaces are effective ones. */
  get previousIds(): readonly ResourceName[] {
    const { group, version } = this.gvk;
    return this.previous.map(({ name, namespace, kind }) => ({ group, version, kind, name, namespace }));
  }

  /**
   * Whether kustomize would keep notes in its annotations by now. Then the map of annotations is there for JSON patches,
   * whatever the file had.
   */
  get hasNotes(): boolean {
    const { previous, prefixes, suffixes, needsHash, isGenerated, isChart, provenance } = this;
    return previous.length + prefixes.length + suffixes.length > 0 || needsHash || isGenerated || isChart || provenance !== undefined;
  }

  /** Forgets what kustomize keeps in annotations, where a patch took all of them away. */
  forgetNotes(): void {
    this.previous = [];
    this.prefixes = [];
    this.suffixes = [];
    this.behavior = "unspecified";
    this.needsHash = false;
    this.provenance = undefined;
    this.transformations = [];
  }

  /** The id that it was read with. */
  get originalId(): ResourceName {
    return this.previousIds[0] ?? this.id;
  }

  get originalNamespace(): string {
    return this.previous[0]?.namespace ?? this.effectiveNamespace;
  }

  /** To be called before a change of name, namespace or kind. */
  storePreviousId(): void {
    this.previous = [...this.previous, { namespace: this.effectiveNamespace, name: this.name, kind: this.kind }];
  }

  setName(name: string): void {
    writeUntyped({ container: this.#metadata(), key: "name" }, name);
  }

  /** Sets the namespace; "" removes it. */
  setNamespace(namespace: string): void {
    if (namespace !== "") writeUntyped({ container: this.#metadata(), key: "namespace" }, namespace);
    else delete this.#metadata()["namespace"];
  }

  setKind(kind: string): void {
    this.object["kind"] = kind;
  }

  /** Labels or annotations, every value as text. */
  metadataTexts(field: "labels" | "annotations"): Map<string, string> {
    return textsOf(objectAt(this.object, "metadata", field));
  }

  /** Replaces labels or annotations; an empty map removes the field. */
  setMetadataTexts(field: "labels" | "annotations", texts: ReadonlyMap<string, string>): void {
    const metadata = this.#metadata();
    for (const key of texts.keys()) checkPlainKey(this.origin.file, key);
    if (texts.size === 0) delete metadata[field];
    else metadata[field] = objectOf(texts);
  }

  /** Sets one annotation, and leaves the others as they are written. */
  annotate(key: string, text: string): void {
    const annotations = ownValue(this.#metadata(), "annotations");
    if (isJsonObject(annotations)) setText(annotations, key, text);
    else this.#metadata()["annotations"] = { [key]: text };
  }

  /** A copy that shares no data with this one. */
  copy(): Resource {
    const copy = new Resource(cloneValue(this.object), this.origin, this.schema);
    return Object.assign(copy, { ...this, object: copy.object });
  }

  #metadata(): JsonObject {
    const metadata = ownValue(this.object, "metadata");
    if (isJsonObject(metadata)) return metadata;
    const created: JsonObject = {};
    this.object["metadata"] = created;
    return created;
  }
}

function ownValue(object: Readonly<JsonObject>, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The entries of a map, every value as text: as it was written, and a null is the text `null`, as kustomize reads labels and annotations. */
export function textsOf(object: Readonly<JsonObject>): Map<string, string> {
  return new Map(
    Object.entries(object).map(([key, value]) => [key, sourceText(object, key) ?? (value === null ? "null" : scalarText(value))]),
  );
}

/** A map of texts as an object. */
export function objectOf(texts: ReadonlyMap<string, string>): JsonObject {
  const object: JsonObject = {};
  for (const [key, value] of texts) setText(object, key, value);
  return object;
}
