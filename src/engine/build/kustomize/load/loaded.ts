import type { RenderedChart } from "../charts/rendered-chart.ts";
import type { Kustomization } from "../decode/kustomization.ts";
import type { PluginKind } from "../plugins/plugin-config.ts";
import type { Resource } from "../resources/resource.ts";
import type { LoadedFile } from "./folder-loader.ts";

/** What an entry of `resources` or `components` led to. */
export type LoadedEntry = { readonly type: "file"; readonly file: LoadedFile } | { readonly type: "folder"; readonly folder: LoadedFolder };

/** A kustomization and everything that it names, read. Building it needs nothing more. */
export interface LoadedFolder {
  /** Path of the kustomization file, and its name. */
  readonly file: string;
  readonly fileName: string;
  readonly kind: "Kustomization" | "Component";
  readonly fields: Kustomization;
  readonly resources: readonly { readonly path: string; readonly entry: LoadedEntry }[];
  readonly components: readonly { readonly path: string; readonly folder: LoadedFolder }[];
  /** Files by the text that names them. */
  readonly files: ReadonlyMap<string, LoadedFile>;
  readonly plugins: LoadedPlugins;
  readonly charts: readonly RenderedChart[];
}

/** Builds the resources of a folder that configures plugins. */
export type AccumulatePlugins = (folder: LoadedFolder) => readonly Resource[];

/** The configuration of one plugin, and the path that its origin annotation shows. */
export interface PluginConfig {
  readonly kind: PluginKind;
  readonly resource: Resource;
  /** Relative to the kustomization that names it. */
  readonly configuredIn: string;
  /** What it came to, where it is a chart. */
  readonly chart?: RenderedChart;
}

/** The plugins that a kustomization names, and the files that they need. */
export interface LoadedPlugins {
  readonly generators: readonly PluginConfig[];
  readonly transformers: readonly PluginConfig[];
  readonly validators: readonly PluginConfig[];
  readonly files: readonly (readonly [entry: string, file: LoadedFile])[];
}
