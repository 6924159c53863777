import type { Kustomization } from "../decode/kustomization.ts";
import { forbidden } from "../fail.ts";
import { parseFileSource } from "../generators/key-value-sources.ts";
import { collectPlugins } from "../plugins/load-plugins.ts";
import type { FolderLoader, Naming } from "./folder-loader.ts";
import { inOrder } from "./in-order.ts";
import { isInline } from "./inline.ts";
import type { AccumulatePlugins, LoadedEntry, LoadedFolder } from "./loaded.ts";

/** Reads a kustomization and, in parallel, all that it names. Throws BUILD_FAILED, FEATURE_FORBIDDEN, PATH_ESCAPES_REPOSITORY, LIMIT_EXCEEDED. */
export async function loadFolder(loader: FolderLoader, namedBy: string, accumulate: AccumulatePlugins): Promise<LoadedFolder> {
  const { path, kind, fields, warnings } = await loader.kustomization(namedBy);
  for (const warning of warnings) loader.session.warn(warning);
  refuseCharts(path, fields);
  const named = (field: string): Naming => ({ file: path, field });
  const [resources, components, files] = await Promise.all([
    inOrder(
      (fields.resources ?? []).map(async (entry) => ({
        path: entry,
        entry: await loadEntry(loader, entry, named("resources"), accumulate),
      })),
    ),
    inOrder(
      (fields.components ?? []).map(async (entry) => ({
        path: entry,
        folder: await loadNested(loader, entry, named("components"), accumulate),
      })),
    ),
    inOrder(filesOf(path, fields).map(async ([entry, field]) => [entry, await loader.file(entry, named(field))] as const)),
  ]);
  const plugins = await collectPlugins(
    loader,
    path,
    fields,
    (entry, field) => loadEntry(loader, entry, named(field), accumulate),
    accumulate,
  );
  const fileName = path.slice(path.lastIndexOf("/") + 1);
  return {
    root: loader.root,
    file: path,
    fileName,
    kind,
    fields,
    resources,
    components,
    files: new Map([...files, ...plugins.files]),
    plugins,
  };
}

function refuseCharts(file: string, { helmCharts = [], helmChartInflationGenerator = [] }: Kustomization): void {
  if (helmCharts.length + helmChartInflationGenerator.length === 0) return;
  throw forbidden(file, "helmCharts: Helm charts are not built by this version", "render the chart and list the manifests under resources");
}

async function loadEntry(loader: FolderLoader, entry: string, naming: Naming, accumulate: AccumulatePlugins): Promise<LoadedEntry> {
  if ((await loader.typeOf(entry, naming)) !== "directory") return { type: "file", file: await loader.file(entry, naming) };
  return { type: "folder", folder: await loadNested(loader, entry, naming, accumulate) };
}

async function loadNested(loader: FolderLoader, entry: string, naming: Naming, accumulate: AccumulatePlugins): Promise<LoadedFolder> {
  return loadFolder(await loader.folder(entry, naming), naming.file, accumulate);
}

/** The files that fields of a kustomization name, each with its field. */
function filesOf(file: string, fields: Kustomization): readonly (readonly [entry: string, field: string])[] {
  const of = (field: string, entries: readonly (string | undefined)[] | undefined) =>
    (entries ?? []).filter((entry) => entry !== undefined && entry !== "").map((entry) => [entry, field] as [string, string]);
  const generators = [...(fields.configMapGenerator ?? []), ...(fields.secretGenerator ?? [])];
  return [
    ...of("openapi", [fields.openapi?.get("path")]),
    ...of("configurations", fields.configurations),
    ...of("crds", fields.crds),
    ...of(
      "generator files",
      generators.flatMap(({ files = [] }) => files.map((source) => parseFileSource(file, source).path)),
    ),
    ...of(
      "generator envs",
      generators.flatMap(({ envs = [] }) => envs),
    ),
    ...of(
      "patchesStrategicMerge",
      fields.patchesStrategicMerge?.filter((entry) => !isInline(entry)),
    ),
    ...of(
      "patches",
      fields.patches?.map(({ path }) => path),
    ),
    ...of(
      "patchesJson6902",
      fields.patchesJson6902?.map(({ path }) => path),
    ),
    ...of(
      "replacements",
      fields.replacements?.map(({ path }) => path),
    ),
  ];
}
