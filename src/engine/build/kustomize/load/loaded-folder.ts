import { GitOpsError, type ErrorCode } from "../../../model/errors.ts";
import { loadCharts } from "../charts/load-charts.ts";
import type { Kustomization } from "../decode/kustomization.ts";
import { buildFailure } from "../fail.ts";
import { parseFileSource } from "../generators/key-value-sources.ts";
import { collectPlugins } from "../plugins/load-plugins.ts";
import { isMarkedRepository, parseRepositorySpec } from "../remote/repository-spec.ts";
import type { FolderLoader, Naming } from "./folder-loader.ts";
import { inOrder } from "./in-order.ts";
import { isInline } from "./inline.ts";
import { isUrl } from "./tree-path.ts";
import type { AccumulatePlugins, LoadedEntry, LoadedFolder } from "./loaded.ts";

/** Reads a kustomization and, in parallel, all that it names. Throws BUILD_FAILED, FEATURE_FORBIDDEN, PATH_ESCAPES_REPOSITORY, LIMIT_EXCEEDED. */
export async function loadFolder(loader: FolderLoader, namedBy: string, accumulate: AccumulatePlugins): Promise<LoadedFolder> {
  const { path, kind, fields, warnings } = await loader.kustomization(namedBy);
  for (const warning of warnings) loader.session.warn(warning);
  const namespace = fields.namespace ?? "";
  const load = (entry: string, field: string) => loadEntry(loader, entry, { file: path, field }, { namespace, accumulate });
  const named = (field: string): Naming => ({ file: path, field });
  const [resources, components, files, charts] = await Promise.all([
    inOrder(
      (fields.resources ?? []).map(async (entry) => ({
        path: entry,
        entry: await load(entry, "resources"),
      })),
    ),
    inOrder(
      (fields.components ?? []).map(async (entry) => ({
        path: entry,
        folder: await loadNested(loader, entry, named("components"), { namespace, accumulate }),
      })),
    ),
    inOrder(filesOf(path, fields).map(async ([entry, field]) => [entry, await loader.file(entry, named(field))] as const)),
    loadCharts(loader, path, fields),
  ]);
  const plugins = await collectPlugins(loader, path, fields, load, accumulate);
  const fileName = path.slice(path.lastIndexOf("/") + 1);
  return {
    file: path,
    fileName,
    kind,
    fields,
    resources,
    components,
    files: new Map([...files, ...plugins.files]),
    plugins,
    charts,
  };
}

/** What the kustomizations below need to know of this one. */
interface Above {
  readonly namespace: string;
  readonly accumulate: AccumulatePlugins;
}

async function loadEntry(loader: FolderLoader, entry: string, naming: Naming, above: Above): Promise<LoadedEntry> {
  if (isUrl(entry)) return await loadUrl(loader, entry, naming, above);
  const type = entry === "" ? undefined : await loader.typeOf(entry, naming);
  const isFolder = type === "directory" || (type === undefined && parseRepositorySpec(entry) !== undefined);
  if (!isFolder) return { type: "file", file: await loader.file(entry, naming) };
  return { type: "folder", folder: await loadNested(loader, entry, naming, above) };
}

/** What ends the search: a repository behind the same URL would end in it too. */
const FINAL: readonly ErrorCode[] = ["FEATURE_FORBIDDEN", "LIMIT_EXCEEDED", "TIMED_OUT", "PROTOCOL_FORBIDDEN"];

/** A URL is that of a file where the server gives manifests for it, else that of a repository: in this order, as in kustomize. */
async function loadUrl(loader: FolderLoader, entry: string, naming: Naming, above: Above): Promise<LoadedEntry> {
  const repository = parseRepositorySpec(entry);
  if (repository !== undefined && isMarkedRepository(entry)) {
    return { type: "folder", folder: await loadNested(loader, entry, naming, above) };
  }
  try {
    const file = await loader.file(entry, naming);
    loader.session.checkDocuments(file.path, file.bytes);
    return { type: "file", file };
  } catch (error) {
    const isSettled = repository === undefined || /\.(?:ya?ml|json)$/.test(entry);
    if (isSettled || !(error instanceof GitOpsError) || FINAL.includes(error.code)) throw error;
    return { type: "folder", folder: await loadNested(loader, entry, naming, above) };
  }
}

async function loadNested(loader: FolderLoader, entry: string, naming: Naming, { namespace, accumulate }: Above): Promise<LoadedFolder> {
  if (isUrl(entry) && parseRepositorySpec(entry) === undefined) {
    loader.session.remote.check(entry, naming);
    throw buildFailure(
      naming.file,
      `${naming.field}: the URL names no repository; expected a folder`,
      "name it by https://HOST/OWNER/NAME//FOLDER",
    );
  }
  return loadFolder(await loader.folder(entry, naming, namespace), naming.file, accumulate);
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
