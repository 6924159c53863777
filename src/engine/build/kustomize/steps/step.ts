import type { Diagnostic } from "../../../model/diagnostic.ts";
import { buildFailure } from "../fail.ts";
import type { LoadSession } from "../load/session.ts";
import type { LoadedFile } from "../load/folder-loader.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import type { Schema } from "../schema/schema.ts";

/** One transformer, with all that it needs. */
export interface TransformStep {
  /** The name of the built-in plugin, as origin annotations show it. */
  readonly name: string;
  run(resources: ResourceMap): void;
}

/** What the transformers of one kustomization have in common. */
export interface StepContext {
  readonly session: LoadSession;
  readonly schema: Schema;
  /** The kustomization file. */
  readonly file: string;
  readonly files: ReadonlyMap<string, LoadedFile>;
}

/** A file that was loaded for a kustomization. */
export function loadedFile({ files, file }: StepContext, entry: string): LoadedFile {
  const loaded = files.get(entry);
  if (loaded === undefined) throw buildFailure(file, `the file '${entry}' was not read`);
  return loaded;
}

/** Something that kustomize passes over without a word: a warning, or an error of a strict build. */
export function warnOrFail({ session, file }: StepContext, message: string, hint: string): void {
  if (session.options.strict) throw buildFailure(file, message, hint);
  const warning: Diagnostic = { severity: "warning", file, message, hint };
  session.warn(warning);
}
