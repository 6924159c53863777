import type { JsonObject } from "./json.ts";
import type { ResourceId } from "./resource-id.ts";

/** Where a desired object came from; `line` counts from 1. */
export interface Origin {
  /** Path inside the source, with forward slashes. */
  readonly file: string;
  readonly line?: number;
}

/** A desired object, complete and ready to apply. */
export interface Manifest {
  readonly id: ResourceId;
  readonly apiVersion: string;
  readonly object: JsonObject;
  readonly origin: Origin;
}
