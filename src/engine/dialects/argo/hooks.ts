import { GitOpsError } from "../../model/errors.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { annotationOf, annotationWords, hasAnnotation } from "../../model/metadata.ts";
import type { Hook } from "../../model/object-options.ts";
import type { HookDeletePolicy, SyncPhase } from "../../model/plan.ts";
import { formatResourceId } from "../../model/resource-id.ts";

export const HOOK_ANNOTATION = "argocd.argoproj.io/hook";

const PHASES: Readonly<Record<string, SyncPhase>> = { PreSync: "PreSync", Sync: "Sync", PostSync: "PostSync", SyncFail: "SyncFail" };
const DELETION_HOOKS: ReadonlySet<string> = new Set(["PreDelete", "PostDelete"]);
const HELM_PHASES: Readonly<Record<string, SyncPhase>> = {
  "pre-install": "PreSync",
  "pre-upgrade": "PreSync",
  "post-install": "PostSync",
  "post-upgrade": "PostSync",
};
const HELM_IGNORED: ReadonlySet<string> = new Set([
  "pre-delete",
  "post-delete",
  "pre-rollback",
  "post-rollback",
  "test",
  "test-success",
  "test-failure",
]);
const DELETE_POLICIES: Readonly<Record<string, HookDeletePolicy>> = {
  HookSucceeded: "HookSucceeded",
  HookFailed: "HookFailed",
  BeforeHookCreation: "BeforeHookCreation",
  "hook-succeeded": "HookSucceeded",
  "hook-failed": "HookFailed",
  "before-hook-creation": "BeforeHookCreation",
};

/**
 * The hook that an object is by Argo CD's annotations, or, where it has none of those, by Helm's; undefined for a plain object.
 * Throws INVALID_MANIFEST for a word that is no hook: Argo CD leaves such an object out without a word.
 */
export function hookOf(manifest: Manifest): Hook | undefined {
  const words = annotationWords(manifest.object, HOOK_ANNOTATION);
  const helmWords = annotationWords(manifest.object, "helm.sh/hook").filter((word) => word !== "crd-install");
  if (words.length === 0 && helmWords.length === 0) return undefined;
  const deletePolicies = deletePoliciesOf(manifest.object);
  if (words.length > 0)
    return readHook(
      manifest,
      words.filter((word) => word !== "Skip"),
      { known: PHASES, idle: DELETION_HOOKS, deletePolicies },
    );
  return readHook(manifest, helmWords, { known: HELM_PHASES, idle: HELM_IGNORED, deletePolicies });
}

interface HookWords {
  readonly known: Readonly<Record<string, SyncPhase>>;
  /** Words of hooks that no sync runs. */
  readonly idle: ReadonlySet<string>;
  readonly deletePolicies: readonly HookDeletePolicy[];
}

function readHook(manifest: Manifest, words: readonly string[], { known, idle, deletePolicies }: HookWords): Hook {
  const phases = new Set<SyncPhase>();
  for (const word of words) {
    const phase = Object.hasOwn(known, word) ? known[word] : undefined;
    if (phase !== undefined) phases.add(phase);
    else if (!idle.has(word)) throw unknownHook(manifest, word, [...Object.keys(known), ...idle]);
  }
  if (phases.size > 0) return { phases: [...phases], deletePolicies, skip: undefined };
  const skip = words.length === 0 ? "hook Skip: never applied" : `${words.join(", ")} hook: not part of a sync`;
  return { phases: [], deletePolicies, skip };
}

function unknownHook(manifest: Manifest, word: string, known: readonly string[]): GitOpsError {
  const { file, line } = manifest.origin;
  return new GitOpsError("INVALID_MANIFEST", `${file}: ${formatResourceId(manifest.id)}: ${JSON.stringify(word)} is no hook`, {
    hint: `use one of ${known.join(", ")}`,
    data: { path: file, line },
  });
}

/** BeforeHookCreation unless something else that is known is asked for, as in Argo CD. */
function deletePoliciesOf(object: JsonObject): readonly HookDeletePolicy[] {
  const words = [
    ...annotationWords(object, "argocd.argoproj.io/hook-delete-policy"),
    ...annotationWords(object, "helm.sh/hook-delete-policy"),
  ];
  const policies = new Set<HookDeletePolicy>();
  for (const word of words) {
    const policy = Object.hasOwn(DELETE_POLICIES, word) ? DELETE_POLICIES[word] : undefined;
    if (policy !== undefined) policies.add(policy);
  }
  return policies.size === 0 ? ["BeforeHookCreation"] : [...policies];
}

/** The wave of an object: Argo CD's `sync-wave`, else Helm's `hook-weight`, else 0. What is not an integer does not count. */
export function waveOf(object: JsonObject): number {
  for (const annotation of ["argocd.argoproj.io/sync-wave", "helm.sh/hook-weight"]) {
    const text = annotationOf(object, annotation).trim();
    if (/^[+-]?\d{1,9}$/.test(text)) return Number(text);
  }
  return 0;
}

/** Whether an object carries the words of a hook, Argo CD's or Helm's. */
export function isHook(object: JsonObject): boolean {
  return hasAnnotation(object, HOOK_ANNOTATION) || hasAnnotation(object, "helm.sh/hook");
}
