import type { Discovery, ServedKind } from "../model/discovery.ts";
import { GitOpsError } from "../model/errors.ts";

/**
 * The served kind that a person means, as kubectl reads it: a short name, singular, plural or kind, in any case, with or without
 * `.GROUP`. Of several groups the first that the server names. Throws UNKNOWN_KIND.
 */
export function findServedKind(word: string, discovery: Discovery): ServedKind {
  const wanted = word.toLowerCase();
  const matches = (served: ServedKind, text: string): boolean =>
    [served.plural, served.singular, served.kind.toLowerCase(), ...served.shortNames].includes(text);
  const found =
    discovery.kinds.find((served) => matches(served, wanted)) ??
    discovery.kinds.find(
      (served) => served.group !== "" && wanted.endsWith(`.${served.group}`) && matches(served, wanted.slice(0, -served.group.length - 1)),
    );
  if (found !== undefined) return found;
  throw new GitOpsError("UNKNOWN_KIND", `this cluster serves no kind ${JSON.stringify(word)}`, {
    hint: "kubectl api-resources lists them",
    data: { kind: word },
  });
}
