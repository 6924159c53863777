import type { JsonObject } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import type { ResourceId } from "./resource-id.ts";
import type { GitRef } from "./source.ts";

/** An app that must be ready before another is delivered. */
export interface Dependency {
  readonly id: ResourceId;
  /** A CEL expression over `dep` and `self` that says when it is ready; "" for the usual rule. */
  readonly readyExpr: string;
}

/** A map of variables in the cluster. */
export interface VariableSource {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly optional: boolean;
}

/** Variables that are put into the built text. */
export interface Substitution {
  readonly values: Readonly<Record<string, string>>;
  /** Later ones win over earlier ones; `values` win over all. */
  readonly from: readonly VariableSource[];
  /** Off: nothing is substituted where there is no variable at all. */
  readonly always: boolean;
}

/** How an app's files become objects. */
export interface AppBuild {
  /** Folder inside the source. */
  readonly path: string;
  /** Kustomization fields that are laid over the folder's own; a folder without a kustomization gets one of all YAML below it. */
  readonly overlay: JsonObject;
  readonly ignoreMissingComponents: boolean;
  /** Set on the metadata of every object, and there only. */
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> };
  readonly substitution: Substitution | undefined;
}

/** Which objects an app waits for. */
export type AppWait =
  | { readonly type: "none" }
  | { readonly type: "all" }
  | { readonly type: "listed"; readonly objects: readonly (ResourceId & { readonly version: string })[] };

/** CEL expressions that judge the objects of a kind in place of the built-in rules; `kind` "" stands for all kinds of the group. */
export interface HealthExpressions {
  readonly apiVersion: string;
  readonly kind: string;
  readonly current: string;
  readonly inProgress: string;
  readonly failed: string;
}

/** The cluster that an app delivers to, and as whom. */
export interface Destination {
  /** A kubeconfig in a Secret beside the app; `key` "" for the first of `value` and `value.yaml`. Undefined for the app's own cluster. */
  readonly kubeConfig: { readonly name: string; readonly key: string } | undefined;
  /** The service account of the app's namespace that is impersonated; "" for none. */
  readonly serviceAccount: string;
}

/** Paths inside objects that are left as the cluster has them. */
export interface IgnoredFields {
  /** JSON pointers. */
  readonly paths: readonly string[];
  /** Regular expressions (RE2) on group, version, kind, name and namespace, and selectors; "" matches all. */
  readonly target: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
    readonly labelSelector: string;
    readonly annotationSelector: string;
  };
}

/** What becomes of the delivered objects when the app itself is deleted. */
export type DeletionPolicy = "mirror-prune" | "delete" | "wait" | "orphan";

/** One delivery as an object of a dialect declares it: what a Flux Kustomization and an Argo CD Application both are. */
export interface App {
  readonly id: ResourceId;
  /** The declared object, as in Git or in the cluster. */
  readonly manifest: Manifest;
  readonly source: ResourceId;
  readonly build: AppBuild;
  readonly destination: Destination;
  readonly dependsOn: readonly Dependency[];
  readonly isSuspended: boolean;
  readonly prune: boolean;
  /** Recreate what cannot be changed. */
  readonly force: boolean;
  readonly deletionPolicy: DeletionPolicy;
  readonly wait: AppWait;
  readonly healthExpressions: readonly HealthExpressions[];
  readonly ignored: readonly IgnoredFields[];
  /** For one run, in milliseconds. */
  readonly timeoutMs: number;
}

/** Another source whose files are laid into this one's. */
interface IncludedSource {
  readonly source: ResourceId;
  readonly fromPath: string;
  readonly toPath: string;
}

/** The repository that an object of a dialect declares. */
export interface SourceObject {
  readonly id: ResourceId;
  readonly manifest: Manifest;
  readonly isSuspended: boolean;
  readonly url: string;
  readonly ref: GitRef;
  /** Lines as in .gitignore, over those of the source's own ignore files; "" for none. */
  readonly ignore: string;
  readonly includes: readonly IncludedSource[];
  readonly recurseSubmodules: boolean;
  /** Folders that are there; all where the list is empty. */
  readonly sparse: readonly string[];
  /** The Secret beside it that holds the credentials; "" for none. */
  readonly secret: string;
  readonly timeoutMs: number;
}
