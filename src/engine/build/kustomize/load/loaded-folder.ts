import { GitOpsError, type ErrorCode } from "../../../model/errors.ts";
import { loadCharts } from "../charts/load-charts.ts";
import type { GeneratorArguments, Kustomization } from "../decode/kustomization.ts";
import { writtenPath } from "../decode/read-kustomization.ts";
import { below, buildFailure, type Spot } from "../fail.ts";
import { parseFileSource } from "../generators/key-value-sources.ts";
import { collectPlugins } from "../plugins/load-plugins.ts";
import { isMarkedRepository, parseRepositorySpec } from "../remote/repository-spec.ts";
import type { FolderLoader } from "./folder-loader.ts";
import type { Naming } from "./naming.ts";
import { inOrder } from "./in-order.ts";
import { isInline } from "./inline.ts";
import { isUrl } from "./tree-path.ts";
import type { AccumulatePlugins, LoadedEntry, LoadedFolder } from "./loaded.ts";

/** Reads a kustomization and, in parallel, all that it names. Throws BUILD_FAILED, FEATURE_FORBIDDEN, PATH_ESCAPES_REPOSITORY, LIMIT_EXCEEDED. */
export async function loadFolder(loader: FolderLoader, namedBy: Spot, accumulate: AccumulatePlugins): Promise<LoadedFolder> {
  const { path, kind, fields, warnings } = await loader.kustomization(namedBy);
  for (const warning of warnings) loader.session.warn(warning);
  const namespace = fields.namespace ?? "";
  const named = (field: string, at: string): Naming => ({ file: path, field, spot: below({ file: path }, at) });
  const load = (entry: string, field: string, at: string) => loadEntry(loader, entry, named(field, at), { namespace, accumulate });
  const [resources, components, files, charts] = await Promise.all([
    inOrder(
      (fields.resources ?? []).map(async (entry, index) => ({
        path: entry,
        entry: await load(entry, "resources", writtenPath(fields, "resources", index)),
      })),
    ),
    inOrder(
      (fields.components ?? []).map(async (entry, index) => ({
        path: entry,
        folder: await loadNested(loader, entry, named("components", `components[${index}]`), { namespace, accumulate }),
      })),
    ),
    inOrder(filesOf(path, fields).map(async ({ entry, field, at }) => [entry, await loader.file(entry, named(field, at))] as const)),
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
      naming.spot,
      `${naming.field}: the URL names no repository; expected a folder`,
      "name it by https://HOST/OWNER/NAME//FOLDER",
    );
  }
  return loadFolder(await loader.folder(entry, naming, namespace), naming.spot, accumulate);
}

/** A file that a kustomization names: the field as messages have it, and where exactly. */
interface NamedFile {
  readonly entry: string;
  readonly field: string;
  readonly at: string;
}

/** The files that fields of a kustomization name. */
function filesOf(file: string, fields: Kustomization): readonly NamedFile[] {
  const paths = (field: string, entries: readonly { readonly path?: string | undefined }[] | undefined) =>
    named(field, entries?.map(({ path }) => path) ?? [], (index) => `${field}[${index}].path`);
  const texts = (field: string, entries: readonly string[] | undefined) => named(field, entries ?? [], (index) => `${field}[${index}]`);
  return [
    ...named("openapi", [fields.openapi?.get("path")], () => "openapi.path"),
    ...texts("configurations", fields.configurations),
    ...texts("crds", fields.crds),
    ...generatorFiles(file, "configMapGenerator", fields.configMapGenerator),
    ...generatorFiles(file, "secretGenerator", fields.secretGenerator),
    ...texts("patchesStrategicMerge", fields.patchesStrategicMerge).filter(({ entry }) => !isInline(entry)),
    ...paths("patches", fields.patches),
    ...paths("patchesJson6902", fields.patchesJson6902),
    ...paths("replacements", fields.replacements),
  ];
}

function named(field: string, entries: readonly (string | undefined)[], at: (index: number) => string): readonly NamedFile[] {
  return entries.flatMap((entry, index) => (entry === undefined || entry === "" ? [] : [{ entry, field, at: at(index) }]));
}

function generatorFiles(file: string, field: string, generators: readonly GeneratorArguments[] = []): readonly NamedFile[] {
  return generators.flatMap(({ files = [], envs = [] }, index) => {
    const at = (list: string) => (entry: number) => `${field}[${index}].${list}[${entry}]`;
    const paths = files.map((source, entry) => parseFileSource(below({ file }, at("files")(entry)), source).path);
    return [...named("generator files", paths, at("files")), ...named("generator envs", envs, at("envs"))];
  });
}
