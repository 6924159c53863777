import type { RawFieldSpec } from "../decode/kustomization.ts";
import { isSelected, type Gvk } from "../resources/identity.ts";

/** A field of certain kinds. Empty parts of the kind stand for any. */
export interface FieldSpec extends Gvk {
  /** Steps are parted by `/` (`\/` is one inside a step); `[]` behind a step says that it is a list. */
  readonly path: string;
  readonly create: boolean;
}

/** Reads a row of the built-in table: `group version kind path [create]`. */
export function fieldSpecOfRow(row: string): FieldSpec {
  const [group = "", version = "", kind = "", path = "", create] = row.split(" ");
  return { group, version, kind, path, create: create === "create" };
}

/** A field spec of a configuration file. */
export function fieldSpecOf({ group = "", version = "", kind = "", path = "", create = false }: RawFieldSpec): FieldSpec {
  return { group, version, kind, path, create };
}

/** Two specs disagree on whether a field is created. */
export class FieldSpecConflict extends Error {
  override readonly name = "FieldSpecConflict";
}

/** Adds specs that are not covered yet. Throws {@link FieldSpecConflict}. */
export function mergeFieldSpecs(specs: readonly FieldSpec[], added: readonly FieldSpec[]): readonly FieldSpec[] {
  const result = [...specs];
  const byPath = new Map<string, FieldSpec[]>();
  for (const spec of specs) remember(byPath, spec);
  for (const spec of added) {
    const known = byPath.get(spec.path)?.find((one) => isSelected(one, spec));
    if (known === undefined) {
      result.push(spec);
      remember(byPath, spec);
    } else if (known.create !== spec.create) {
      throw new FieldSpecConflict(`conflicting field specs for ${spec.path}: one creates the field, another does not`);
    }
  }
  return result;
}

function remember(byPath: Map<string, FieldSpec[]>, spec: FieldSpec): void {
  const known = byPath.get(spec.path);
  if (known === undefined) byPath.set(spec.path, [spec]);
  else known.push(spec);
}
