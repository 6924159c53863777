import { DIALECT_KINDS, type DialectKind } from "../engine/index.ts";
import { parseDeliveryName } from "./delivery-name.ts";
import { kindsOf } from "./object-words.ts";
import { UsageError } from "./usage-error.ts";

/** What `gitops get WORDS` is about. */
export type GetTarget =
  /** Every delivery. */
  | { readonly type: "deliveries" }
  /** One delivery and its objects; undefined for a bare one by its kind `set`. */
  | { readonly type: "delivery"; readonly name: string; readonly kind: DialectKind | "bare" | undefined }
  /** Objects of some kinds in their own columns; those of these names where there are any. */
  | { readonly type: "kinds"; readonly kinds: readonly DialectKind[]; readonly names: readonly string[] };

/** Reads `[KIND/]NAME`, `KIND [NAME…]`, `source git [NAME…]` and `all`. Throws UsageError. */
export function parseGetTarget(words: readonly string[]): GetTarget {
  const [first, second] = words;
  if (first === undefined) return { type: "deliveries" };
  const pair = second === undefined ? undefined : kindsOf(`${first} ${second}`);
  const kinds = pair ?? kindsOf(first);
  if (kinds !== undefined)
    return { type: "kinds", kinds, names: words.slice(pair === undefined ? 1 : 2).map((name) => parseDeliveryName(name)) };
  if (words.length > 1) throw new UsageError(`unknown kind ${JSON.stringify(first)}`, `it is one of ${kindWords()}`);
  return parseAddress(first);
}

/** Reads `[KIND/]NAME`. Throws UsageError. */
export function parseAddress(text: string): Extract<GetTarget, { type: "delivery" }> {
  const slash = text.indexOf("/");
  const word = slash < 0 ? undefined : text.slice(0, slash);
  const name = parseDeliveryName(text.slice(slash + 1));
  if (word === undefined) return { type: "delivery", name, kind: undefined };
  if (word.toLowerCase() === "set") return { type: "delivery", name, kind: "bare" };
  const [kind, more] = kindsOf(word) ?? [];
  if (kind === undefined || more !== undefined)
    throw new UsageError(`unknown kind of delivery ${JSON.stringify(word)}`, `write NAME, set/NAME, or KIND/NAME with ${kindWords()}`);
  return { type: "delivery", name, kind };
}

function kindWords(): string {
  return DIALECT_KINDS.map(({ kind }) => kind.words[0] ?? kind.plural).join(", ");
}
