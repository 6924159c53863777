import type { Diagnostic } from "../../../model/diagnostic.ts";
import { buildFailure, type Spot } from "../fail.ts";
import type { LoadSession } from "../load/session.ts";
import type { LoadedFile } from "../load/folder-loader.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import type { Toucher } from "../trace/trace.ts";
import type { Schema } from "../schema/schema.ts";

/** One transformer, with all that it needs. */
export interface TransformStep extends Toucher {
  /** The name of the built-in plugin, as origin annotations show it. */
  readonly name: string;
  /** The same work, one entry of the field after the other, for whoever asks which entry did what. */
  readonly parts?: readonly StepPart[];
  run(resources: ResourceMap): void;
}

/** A part of a step that is one entry of its field. */
interface StepPart extends Toucher {
  run(resources: ResourceMap): void;
}

/** What the transformers of one kustomization have in common. */
export interface StepContext {
  readonly session: LoadSession;
  readonly schema: Schema;
  /** The kustomization file. */
  readonly file: string;
  /** Where a field stands, by its path as messages have it: in the kustomization, or in the configuration of a plugin. */
  readonly spot: (path: string) => Spot;
  readonly files: ReadonlyMap<string, LoadedFile>;
}

/** A file that was loaded for a kustomization. */
export function loadedFile({ files, file }: StepContext, entry: string): LoadedFile {
  const loaded = files.get(entry);
  if (loaded === undefined) throw buildFailure(file, `the file '${entry}' was not read`);
  return loaded;
}

/** Something that kustomize passes over without a word although it is surely a mistake: a warning, or an error of a strict build. */
export function warnOfTypo({ session }: StepContext, spot: Spot, message: string, hint: string): void {
  const { file, line, field } = spot;
  const place = { ...(line === undefined ? {} : { line }), ...(field === undefined ? {} : { field }) };
  const warning: Diagnostic = { severity: "warning", file, ...place, message, hint };
  session.warnOfTypo(warning);
}
