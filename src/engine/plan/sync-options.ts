import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { formatResourceId } from "../model/resource-id.ts";
import { annotationOf, annotationWords } from "./annotations.ts";

/** What an object asks of a sync by `argocd.argoproj.io/sync-options`. */
export interface SyncOptions {
  readonly prune: "yes" | "no" | "confirm";
  readonly delete: "yes" | "no" | "confirm";
  readonly pruneLast: boolean;
  /** Sent as a whole (PUT, or POST where it is new) instead of applied. */
  readonly replace: boolean;
  /** Deleted and made again where the server refuses the change of an immutable field, and on every replace. */
  readonly force: boolean;
  /** Whether the server refuses unknown fields. */
  readonly validate: boolean;
  readonly skipDryRunOnMissingResource: boolean;
  readonly warnings: readonly string[];
}

type Settings = Omit<SyncOptions, "warnings">;

const SETTINGS: Readonly<Record<string, Partial<Settings>>> = {
  "Prune=true": { prune: "yes" },
  "Prune=false": { prune: "no" },
  "Prune=confirm": { prune: "confirm" },
  "Delete=true": { delete: "yes" },
  "Delete=false": { delete: "no" },
  "Delete=confirm": { delete: "confirm" },
  "PruneLast=true": { pruneLast: true },
  "PruneLast=false": {},
  "Replace=true": { replace: true },
  "Replace=false": {},
  "Force=true": { force: true },
  "Force=false": {},
  "Validate=true": {},
  "Validate=false": { validate: false },
  "ServerSideApply=true": {},
  "SkipDryRunOnMissingResource=true": { skipDryRunOnMissingResource: true },
  "SkipDryRunOnMissingResource=false": {},
};

/** Options that mean client-side apply, which this engine does not do. */
const NOT_FOLLOWED: ReadonlySet<string> = new Set([
  "ServerSideApply=false",
  "ClientSideApplyMigration=false",
  "ClientSideApplyMigration=true",
]);

const PLAIN: Settings = {
  prune: "yes",
  delete: "yes",
  pruneLast: false,
  replace: false,
  force: false,
  validate: true,
  skipDryRunOnMissingResource: false,
};

/** The options on a desired object. A word that is none, such as `Prune=False`, is a warning: Argo CD ignores it silently. */
export function syncOptionsOf(manifest: Manifest): SyncOptions {
  return readSyncOptions(manifest.object, `${manifest.origin.file}: ${formatResourceId(manifest.id)}`);
}

/** As {@link syncOptionsOf}, for any object; `helm.sh/resource-policy: keep` counts as `Prune=false` and `Delete=false`. */
export function readSyncOptions(object: JsonObject, where: string): SyncOptions {
  const warnings: string[] = [];
  let settings = PLAIN;
  for (const word of annotationWords(object, "argocd.argoproj.io/sync-options")) {
    const setting = Object.hasOwn(SETTINGS, word) ? SETTINGS[word] : undefined;
    if (setting !== undefined) settings = { ...settings, ...setting };
    else if (NOT_FOLLOWED.has(word)) warnings.push(`${where}: ${word} has no effect: objects are applied server-side`);
    else warnings.push(`${where}: ${JSON.stringify(word)} is no sync option and has no effect`);
  }
  if (annotationOf(object, "helm.sh/resource-policy") === "keep") settings = { ...settings, prune: "no", delete: "no" };
  return { ...settings, warnings };
}
