import { dialectOf, type DialectKind } from "../../dialects/table.ts";
import type { Manifest } from "../../model/manifest.ts";
import { formatResourceId, resourceKey, type ResourceId } from "../../model/resource-id.ts";
import { GitOpsError } from "../../model/errors.ts";

/** Whether an object is an app or a source that this program can deliver or fetch by itself. */
export function isPlayed(id: Pick<ResourceId, "group" | "kind">): boolean {
  return dialectOf(id)?.kind.isPlayed === true;
}

/** Objects of files, told apart by what a run does with them. */
export interface DeclaredObjects {
  readonly apps: readonly Manifest[];
  readonly sources: readonly Manifest[];
  /** Objects of dialects that only their controllers can work on. */
  readonly foreign: readonly Manifest[];
  /** What is no object of any dialect. */
  readonly others: readonly Manifest[];
}

/** Sorts objects by their dialect and role. Throws INVALID_MANIFEST where two are the same object. */
export function sortDeclared(manifests: readonly Manifest[]): DeclaredObjects {
  const apps: Manifest[] = [];
  const sources: Manifest[] = [];
  const foreign: Manifest[] = [];
  const others: Manifest[] = [];
  const seen = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const spoken = dialectOf(manifest.id);
    if (spoken === undefined) {
      others.push(manifest);
      continue;
    }
    refuseTwice(manifest, seen);
    placeOf(spoken, { apps, sources, foreign }).push(manifest);
  }
  return { apps, sources, foreign, others };
}

function placeOf(
  { kind }: DialectKind,
  { apps, sources, foreign }: { readonly apps: Manifest[]; readonly sources: Manifest[]; readonly foreign: Manifest[] },
): Manifest[] {
  if (kind.role === "source") return sources;
  return kind.isPlayed ? apps : foreign;
}

function refuseTwice(manifest: Manifest, seen: Map<string, Manifest>): void {
  const key = resourceKey(manifest.id);
  const first = seen.get(key);
  seen.set(key, manifest);
  if (first === undefined) return;
  const place = ({ origin }: Manifest): string => `${origin.file}${origin.line === undefined ? "" : `:${String(origin.line)}`}`;
  throw new GitOpsError(
    "INVALID_MANIFEST",
    `${formatResourceId(manifest.id)} in the namespace ${manifest.id.namespace} is declared twice: ${place(first)} and ${place(manifest)}`,
    { hint: "remove or rename one of the two", data: { object: formatResourceId(manifest.id), path: manifest.origin.file } },
  );
}
