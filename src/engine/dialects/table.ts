import type { SpokenKind } from "../model/object-view.ts";
import type { Dialect } from "./dialect.ts";
import { fluxDialect } from "./flux/index.ts";

/** Every dialect that is spoken. */
export const DIALECTS: readonly Dialect[] = [fluxDialect];

/** A kind, and the dialect that speaks it. */
export interface DialectKind {
  readonly dialect: Dialect;
  readonly kind: SpokenKind;
}

/** Every kind that is spoken, in the order in which they are listed. */
export const DIALECT_KINDS: readonly DialectKind[] = DIALECTS.flatMap((dialect) => dialect.kinds.map((kind) => ({ dialect, kind })));

/**
 * The kind that a person means by a word: a short name, the singular or the plural, `PLURAL.GROUP`, or two words such as `source git`.
 * Case does not matter. Undefined for a word of none.
 */
export function findSpokenKind(word: string): DialectKind | undefined {
  const wanted = word.toLowerCase().replace(/^sources /, "source ");
  return DIALECT_KINDS.find(
    ({ kind }) =>
      kind.words.includes(wanted) || wanted === `${kind.plural}.${kind.group}` || wanted === `${kind.kind.toLowerCase()}.${kind.group}`,
  );
}

/** The dialect that speaks a kind of the cluster. */
export function dialectOf(id: { readonly group: string; readonly kind: string }): DialectKind | undefined {
  return DIALECT_KINDS.find(({ kind }) => kind.group === id.group && kind.kind === id.kind);
}
