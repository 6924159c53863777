import type { Diagnostic } from "../../model/diagnostic.ts";
import type { BuiltObject } from "../built-object.ts";

/** What building a kustomization gives. */
export interface KustomizeResult {
  /** In the order in which kustomize prints them. */
  readonly objects: readonly BuiltObject[];
  /** Deprecated fields, patch targets that match nothing. */
  readonly warnings: readonly Diagnostic[];
}
