import type { DialectKind } from "../dialects/table.ts";
import type { Discovery } from "../model/discovery.ts";
import { GitOpsError } from "../model/errors.ts";
import type { RunContext } from "./request.ts";

/** A kind that is spoken here and served there, with the version to read it through. */
export interface ReadableKind extends DialectKind {
  readonly version: string;
}

/**
 * Of some kinds those that the server serves, each in the newest version that is understood. A kind that is not served is no news and
 * left out; one that is served in other versions only, or whose group does not answer, is left out with a warning.
 */
export function readableKinds(kinds: readonly DialectKind[], discovery: Discovery, context: RunContext): readonly ReadableKind[] {
  const unavailable = new Set<string>();
  const readable = kinds.flatMap((spoken): ReadableKind[] => {
    const served = discovery.find(spoken.kind);
    if (served === undefined) {
      if (discovery.unavailableGroups.has(spoken.kind.group)) unavailable.add(spoken.kind.group);
      return [];
    }
    const version = spoken.kind.versions.find((understood) => served.versions.includes(understood));
    if (version !== undefined) return [{ ...spoken, version }];
    context.emit({ type: "warning", message: `${foreignVersions(spoken, served.versions)}: they are left out` });
    return [];
  });
  for (const group of unavailable)
    context.emit({ type: "warning", message: `the API group ${group} does not answer: its objects are left out` });
  return readable;
}

/** The kind where the server serves it. Throws UNKNOWN_KIND where it does not, or only in versions that are not understood. */
export function readableKind(spoken: DialectKind, discovery: Discovery): ReadableKind {
  const served = discovery.find(spoken.kind);
  const { plural, group, versions } = spoken.kind;
  if (served === undefined)
    throw new GitOpsError("UNKNOWN_KIND", `this cluster serves no ${plural}.${group}`, {
      hint: `is ${spoken.dialect.title} installed in this cluster? See which one it is with: kubectl config current-context`,
      data: { kind: spoken.kind.kind, group },
    });
  const version = versions.find((understood) => served.versions.includes(understood));
  if (version !== undefined) return { ...spoken, version };
  throw new GitOpsError("UNKNOWN_KIND", foreignVersions(spoken, served.versions), {
    hint: `this version of gitops understands ${versions.join(", ")}`,
    data: { kind: spoken.kind.kind, group, versions: [...served.versions] },
  });
}

function foreignVersions({ kind }: DialectKind, served: readonly string[]): string {
  return `${kind.plural}.${kind.group} are served as ${served.join(", ")} only, which is not understood`;
}
