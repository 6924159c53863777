import type { JsonObject } from "../../model/json.ts";
import { annotationOf, annotationWords } from "../../model/metadata.ts";
import type { ObjectOptions } from "../../model/object-options.ts";

type Settings = Omit<ObjectOptions, "hook" | "wave" | "warnings">;

/** What an object asks of a sync by `argocd.argoproj.io/sync-options`. */
export type SyncOptions = Settings & Pick<ObjectOptions, "warnings">;

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
  apply: "always",
  migrate: true,
  replace: false,
  force: false,
  validate: true,
  skipDryRunOnMissingResource: false,
};

/**
 * The options on an object; `helm.sh/resource-policy: keep` counts as `Prune=false` and `Delete=false`.
 * A word that is none, such as `Prune=False`, is a warning that begins with `where`: Argo CD ignores it silently.
 */
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
