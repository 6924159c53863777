import { objectAt, stringAt, type JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import type { RunIdentity } from "../../model/conventions.ts";
import type { SyncPhase } from "../../model/plan.ts";
import type { Revision } from "../../model/source.ts";
import { HOOK_ANNOTATION, hookOf } from "./hooks.ts";

/**
 * A hook with a `generateName` and no name, as one manifest for each of its phases, each named
 * `<generateName><first 7 of the commit>-<phase>-<start in seconds>`: Argo CD's rule, so one run always means one object.
 * Every other manifest comes back as it is.
 */
export function namedHooks(manifest: Manifest, run: RunIdentity): readonly Manifest[] {
  const generateName = stringAt(manifest.object, "metadata", "generateName");
  if (generateName === "" || stringAt(manifest.object, "metadata", "name") !== "") return [manifest];
  const phases = hookOf(manifest)?.phases ?? [];
  if (phases.length === 0) return [manifest];
  const suffix = (phase: SyncPhase): string => `${shortCommit(run.revision)}-${phase}-${Math.floor(run.startedAt / 1000)}`.toLowerCase();
  return phases.map((phase) => named(manifest, `${generateName}${suffix(phase)}`, phase));
}

function named(manifest: Manifest, name: string, phase: SyncPhase): Manifest {
  const { generateName: _, ...metadata } = objectAt(manifest.object, "metadata");
  const annotations = { ...objectAt(metadata["annotations"]), [HOOK_ANNOTATION]: phase };
  const object: JsonObject = { ...manifest.object, metadata: { ...metadata, name, annotations } };
  return { ...manifest, id: { ...manifest.id, name }, object };
}

/** The first seven digits of the commit (or content digest) in a revision. */
function shortCommit(revision: Revision): string {
  return (/sha(?:1|256):([0-9a-f]{7})/.exec(revision)?.[1] ?? revision.replace(/[^a-z0-9]/g, "")).slice(0, 7);
}
