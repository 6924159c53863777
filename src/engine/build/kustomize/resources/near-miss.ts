import { nearest } from "../nearest.ts";
import { formatId } from "./identity.ts";
import type { Resource } from "./resource.ts";
import type { CompiledSelector } from "./selector.ts";

const HINT = "compare the target with the kinds and names of the build; they are regular expressions for the whole name";

/** What may be meant by a selector that selects nothing. */
export function missHint(resources: readonly Resource[], { selector }: Pick<CompiledSelector, "selector">): string {
  const { kind = "", name = "" } = selector;
  return meantName(resources, { kind, name }) ?? meantKind(resources, kind) ?? HINT;
}

/** The resource that a kind and a name most likely mean, as a hint: of that kind, or with that name, or nearly so. */
export function meantName(
  resources: readonly Resource[],
  { kind, name }: { readonly kind: string; readonly name: string },
): string | undefined {
  if (name === "") return undefined;
  const ofKind = resources.filter((one) => kind === "" || one.kind === kind);
  const meant = nearest(
    name,
    ofKind.flatMap((one) => [one.originalId.name, one.name]),
  );
  const found = ofKind.find((one) => one.originalId.name === meant || one.name === meant) ?? resources.find((one) => one.name === name);
  return found === undefined ? undefined : `there is ${formatId(found.id)}`;
}

function meantKind(resources: readonly Resource[], kind: string): string | undefined {
  const kinds = [...new Set(resources.map((one) => one.kind))];
  const meant = kinds.includes(kind) ? undefined : nearest(kind, kinds);
  return meant === undefined ? undefined : `did you mean the kind ${meant}?`;
}
