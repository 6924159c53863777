import type { JsonObject } from "./json.ts";
import type { ResourceId } from "./resource-id.ts";

/** Where a desired object came from; `line` counts from 1. */
export interface Origin {
  /** Path inside the source, with forward slashes. */
  readonly file: string;
  readonly line?: number;
}

/** One step of a build that made an object or changed it. */
export interface Touch {
  /**
   * What did it, as its file calls it: `resources[0]`, `patches[2]`, `namePrefix`, `ImageTagTransformer x`. What follows from renames
   * is called `nameReference`, `nameSuffixHash` and `vars`.
   */
  readonly by: string;
  /** The place to edit: of a patch in a file of its own that file, else the field of the kustomization. */
  readonly file: string;
  readonly line?: number;
  /** Whether a document of its own stands there, shaped as the object is: a manifest or a merge patch. Fields can be looked up in it. */
  readonly isDocument: boolean;
  /** JSON pointers (RFC 6901) of what it set, changed or removed, as the object was then; "" for all of it. A list that grew or shrank is one. */
  readonly fields: readonly string[];
}

/** A desired object, complete and ready to apply. */
export interface Manifest {
  readonly id: ResourceId;
  readonly apiVersion: string;
  readonly object: JsonObject;
  readonly origin: Origin;
  /** In the order of the build; only where the build was asked for it. */
  readonly touches?: readonly Touch[];
}
