/** One step of a path into a document. */
export type Step = SingleStep | { readonly type: "union"; readonly steps: readonly SingleStep[] };

/** A step that is no union of others. */
export type SingleStep =
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "all" }
  /** All values below, and the value itself (`..`). */
  | { readonly type: "recursive" }
  | { readonly type: "index"; readonly at: number }
  | { readonly type: "slice"; readonly from: number | undefined; readonly to: number | undefined; readonly step: number }
  | { readonly type: "filter"; readonly left: Operand; readonly operator: Comparison | "exists"; readonly right: Operand };

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** What a filter compares. */
export type Operand =
  | { readonly type: "path"; readonly path: Path }
  | { readonly type: "literal"; readonly value: string | number | boolean };

/** A path from the document (`$`), or from the value at hand (`@`, and where it says neither). */
export interface Path {
  readonly fromRoot: boolean;
  readonly steps: readonly Step[];
}

/** One part of a template. */
export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "path"; readonly path: Path }
  | { readonly type: "range"; readonly path: Path; readonly body: readonly Part[] };
