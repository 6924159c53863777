import { loadChart } from "../charts/load-charts.ts";
import type { Kustomization } from "../decode/kustomization.ts";
import { buildFailure, forbidden } from "../fail.ts";
import { parseFileSource } from "../generators/key-value-sources.ts";
import type { FolderLoader } from "../load/folder-loader.ts";
import { inOrder } from "../load/in-order.ts";
import { isInline } from "../load/inline.ts";
import type { AccumulatePlugins, LoadedEntry, LoadedPlugins, PluginConfig } from "../load/loaded.ts";
import { makeResources, readResourceDocuments } from "../resources/read-resources.ts";
import { ResourceMap } from "../resources/resource-map.ts";
import type { Resource } from "../resources/resource.ts";
import { builtInSchema } from "../schema/schema.ts";
import { isPluginKind, PLUGINS } from "./plugin-config.ts";

const FIELDS = ["generators", "transformers", "validators"] as const;
/** @param at the path of the entry, as in `generators[0]`. */
type LoadEntry = (entry: string, field: string, at: string) => Promise<LoadedEntry>;

/** Reads the plugins of a kustomization. Only built-in ones are run: FEATURE_FORBIDDEN for any other. */
export async function collectPlugins(
  loader: FolderLoader,
  file: string,
  fields: Kustomization,
  load: LoadEntry,
  accumulate: AccumulatePlugins,
): Promise<LoadedPlugins> {
  const lists = await inOrder(
    FIELDS.map(async (field) => {
      // kustomize takes those that stand in the kustomization itself first, wherever they stand in the list.
      const entries = [...(fields[field] ?? []).entries()].sort(([, a], [, b]) => Number(isInline(b)) - Number(isInline(a)));
      const found = await inOrder(
        entries.map(([index, entry]) => configsOf(loader, { file, field, entry, at: `${field}[${index}]` }, load, accumulate)),
      );
      new ResourceMap().append(found.flat().map(({ resource }) => resource));
      return found.flat().map((config) => checked(field, config));
    }),
  );
  const [configured = [], transformers = [], validators = []] = lists;
  const generators: PluginConfig[] = [];
  for (const plugin of configured) generators.push(await withChart(loader, plugin));
  const entries = lists
    .flat()
    .flatMap((config) => filesOf(config).map((entry) => ({ entry, field: config.kind, spot: config.resource.origin })));
  const files = await inOrder(
    entries.map(async ({ entry, field, spot }) => [entry, await loader.file(entry, { file, field, spot })] as const),
  );
  return { generators, transformers, validators, files };
}

async function withChart(loader: FolderLoader, plugin: PluginConfig): Promise<PluginConfig> {
  if (plugin.kind !== "HelmChartInflationGenerator") return plugin;
  const { resource, kind } = plugin;
  const config = PLUGINS[kind](resource.object, { ...resource.origin, path: kind, strict: false });
  return { ...plugin, chart: await loadChart(loader, resource.origin, config, config) };
}

interface PluginEntry {
  readonly file: string;
  readonly field: string;
  readonly entry: string;
  readonly at: string;
}

interface FoundConfig {
  readonly resource: Resource;
  readonly configuredIn: string;
}

async function configsOf(
  loader: FolderLoader,
  { file, field, entry, at }: PluginEntry,
  load: LoadEntry,
  accumulate: AccumulatePlugins,
): Promise<readonly FoundConfig[]> {
  const { budget } = loader.session.options;
  if (isInline(entry) || entry.trim() === "") {
    const resources = makeResources(file, readResourceDocuments(file, entry, budget), builtInSchema);
    return resources.map((resource) => ({ resource, configuredIn: file.slice(file.lastIndexOf("/") + 1) }));
  }
  const loaded = await load(entry, field, at);
  if (loaded.type === "folder")
    return accumulate(loaded.folder).map((resource) => ({
      resource,
      configuredIn: resource.origin.file.slice(loader.root.length).replace(/^\//, ""),
    }));
  const { path, bytes } = loaded.file;
  return makeResources(path, loader.session.documents(path, bytes), builtInSchema).map((resource) => ({ resource, configuredIn: entry }));
}

function checked(field: (typeof FIELDS)[number], { resource, configuredIn }: FoundConfig): PluginConfig {
  const { kind, apiVersion } = resource;
  if (apiVersion !== "builtin")
    throw forbidden(resource.origin, `${field}: ${kind} is a plugin that runs a program`, "only the plugins of apiVersion builtin are run");
  const isGenerator = kind.endsWith("Generator");
  if (!isPluginKind(kind) || isGenerator !== (field === "generators")) {
    throw buildFailure(
      { ...resource.origin, field: "/kind" },
      `${field}: unable to load builtin ${kind}`,
      `it is no built-in ${field === "generators" ? "generator" : "transformer"}`,
    );
  }
  return { kind, resource, configuredIn };
}

function filesOf({ kind, resource }: PluginConfig): readonly string[] {
  const place = { ...resource.origin, path: kind, strict: false };
  const { object } = resource;
  switch (kind) {
    case "ConfigMapGenerator":
    case "SecretGenerator": {
      const { files = [], envs = [], env = "" } = PLUGINS[kind](object, place);
      return [...files.map((source) => parseFileSource(place, source).path), ...envs, ...given(env)];
    }
    case "PatchTransformer":
      return given(PLUGINS[kind](object, place).path);
    case "PatchJson6902Transformer":
      return given(PLUGINS[kind](object, place).path);
    case "PatchStrategicMergeTransformer":
      return (PLUGINS[kind](object, place).paths ?? []).filter((path) => !isInline(path));
    case "ReplacementTransformer":
      return (PLUGINS[kind](object, place).replacements ?? []).flatMap(({ path }) => given(path));
    case "ValueAddTransformer":
      return given(PLUGINS[kind](object, place).targetFilePath);
    default:
      return [];
  }
}

function given(path: string | undefined): readonly string[] {
  return path === undefined || path === "" ? [] : [path];
}
