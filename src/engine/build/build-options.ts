import type { ChartRenderer } from "../model/chart-renderer.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Manifest } from "../model/manifest.ts";
import type { RemoteContent } from "../model/remote-content.ts";
import type { AllowedRemote } from "./allowed-remotes.ts";

/** How much a build may take before it ends in LIMIT_EXCEEDED. */
export interface BuildBudget {
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly documents: number;
  readonly depth: number;
  /** Counted after aliases are expanded. */
  readonly nodes: number;
  readonly nestedBases: number;
  readonly milliseconds: number;
}

/** The budget of contracts: 32 MiB a file, 256 MiB a build, 20,000 documents, 100 levels, 1,000,000 nodes, 64 bases, 30 s. */
export const DEFAULT_BUDGET: BuildBudget = {
  fileBytes: 32 * 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
  documents: 20_000,
  depth: 100,
  nodes: 1_000_000,
  nestedBases: 64,
  milliseconds: 30_000,
};

/** How a folder with a Chart.yaml is released. */
export interface ReleaseSettings {
  /** The folder's name where it is left out. */
  readonly name?: string;
  /** helm's default where it is left out. */
  readonly namespace?: string;
  /** Files of values, relative to the chart; from the top of the source with a slash in front. The later ones win. */
  readonly values?: readonly string[];
}

/** The cluster that charts are rendered for; what kustomizations say goes before. */
export interface ChartTarget {
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

/** What a build may do. */
export interface BuildOptions {
  readonly budget: BuildBudget;
  /** `LoadRestrictionsNone` lets a kustomization name files outside its own folder (never outside the tree). */
  readonly loadRestrictor: "LoadRestrictionsRootOnly" | "LoadRestrictionsNone";
  /** A kustomization prints what SOPS encrypted as the original does; left out, it is refused: nothing may be delivered so. */
  readonly keepsEncrypted?: boolean;
  /** Typos that only warn (a patch target that matches nothing) become errors. */
  readonly strict: boolean;
  /** Whether each manifest tells which steps of the build touched which of its fields. It costs a comparison after every step, fewer for one kind. */
  readonly tracesTouches?: boolean | { readonly ofKind: string };
  /** Milliseconds of a clock that never steps back; for the budget. */
  readonly monotonic: () => number;
  readonly signal: AbortSignal;
  /** Brings what kustomizations name by URL; without it there is nothing remote. */
  readonly remote?: RemoteContent;
  /** The hosts that remote content and charts may come from. */
  readonly allowedRemotes?: readonly AllowedRemote[];
  /** Renders Helm charts; without it they are refused. */
  readonly charts?: ChartRenderer;
  readonly release?: ReleaseSettings;
  readonly chartTarget?: ChartTarget;
}

/** What a build gives. Namespaces are as written: "" where an object names none. */
export interface BuildResult {
  /** In the order of output. */
  readonly manifests: readonly Manifest[];
  readonly warnings: readonly Diagnostic[];
}
