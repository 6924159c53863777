import { allowingFlag, isAllowed, remoteHost } from "../allowed-remotes.ts";
import type { BuildOptions } from "../build-options.ts";
import type { FileTree } from "../../model/artifact.ts";
import type { ChartFiles } from "../../model/chart-renderer.ts";
import { arrayAt, isJsonObject, stringAt } from "../../model/json.ts";
import { fileFailure } from "../../yaml/failure.ts";
import { readYaml } from "../../yaml/read.ts";
import { readChartFiles } from "./chart-files.ts";

/** A chart with what it depends on, as far as that lies in the source. */
interface ChartWithDependencies {
  readonly files: ChartFiles;
  readonly chart: string;
  /** Where helm is to fetch the rest; undefined where nothing is missing. */
  readonly dependencies: readonly string[] | undefined;
}

interface Dependency {
  readonly name: string;
  readonly repository: string;
}

/**
 * Looks after the dependencies that a chart names and its `charts` folder lacks: charts beside it (`file://../other`) are added to the
 * files, at the same relative place; repositories are left to helm where their hosts are allowed.
 * Throws FEATURE_FORBIDDEN for a host that is not, PATH_ESCAPES_REPOSITORY, BUILD_FAILED.
 */
export async function addDependencies(
  tree: FileTree,
  folder: string,
  own: ChartFiles,
  options: BuildOptions,
): Promise<ChartWithDependencies> {
  const declared = dependenciesOf(folder, own, options);
  const missing = declared.filter(({ name }) => !isVendored(own, name));
  const place = folder.replace(/^\//, "");
  const files = new Map<string, Uint8Array>();
  const add = (at: string, found: ChartFiles): void => {
    for (const [path, bytes] of found) files.set(at === "" ? path : `${at}/${path}`, bytes);
  };
  add(place, own);
  if (missing.length === 0) return { files, chart: place, dependencies: undefined };
  // helm fetches all or nothing: what is vendored is fetched again beside what is missing.
  for (const { name, repository } of declared) {
    if (!repository.startsWith("file://")) {
      if (repository !== "") checkHost(folder, name, repository, options);
      continue;
    }
    const path = beside(folder, repository.slice("file://".length));
    if (path === undefined) throw problem(folder, "PATH_ESCAPES_REPOSITORY", `the dependency '${name}' lies outside of the repository`);
    if ((await tree.typeOf(path)) !== "directory") throw problem(folder, "BUILD_FAILED", `there is no chart at '${repository}'`);
    add(path.replace(/^\//, ""), await readChartFiles(tree, path));
  }
  const repositories = declared.map(({ repository }) => repository).filter((each) => each !== "" && !each.startsWith("file://"));
  return { files, chart: place, dependencies: [...new Set(repositories)] };
}

function dependenciesOf(folder: string, own: ChartFiles, { budget }: BuildOptions): readonly Dependency[] {
  return ["Chart.yaml", "requirements.yaml"].flatMap((name) => {
    const bytes = own.get(name);
    if (bytes === undefined) return [];
    const [document] = readYaml(bytes, { file: folder === "" ? name : `${folder}/${name}`, dialect: "kustomization", budget });
    const value = document?.value;
    if (!isJsonObject(value)) return [];
    return arrayAt(value, "dependencies").flatMap((each) =>
      isJsonObject(each) ? [{ name: stringAt(each, "name"), repository: stringAt(each, "repository") }] : [],
    );
  });
}

function isVendored(own: ChartFiles, name: string): boolean {
  return (
    own.has(`charts/${name}/Chart.yaml`) || [...own.keys()].some((path) => path.startsWith(`charts/${name}-`) && path.endsWith(".tgz"))
  );
}

function checkHost(folder: string, name: string, repository: string, { allowedRemotes = [] }: BuildOptions): void {
  const where = remoteHost(repository);
  if (where === undefined || where.scheme === "ssh" || where.scheme === "file") {
    throw problem(folder, "FEATURE_FORBIDDEN", `the dependency '${name}' comes from no https:// or oci:// repository`, "name its URL");
  }
  if (isAllowed(where, allowedRemotes)) return;
  const hint = `add ${allowingFlag(where)} where you trust it, or commit the charts folder that helm dependency build makes`;
  throw problem(folder, "FEATURE_FORBIDDEN", `the dependency '${name}' is remote, and the host ${where.host} is not allowed`, hint);
}

function beside(folder: string, relative: string): string | undefined {
  if (relative.startsWith("/")) return undefined;
  const parts = folder.split("/").filter((part) => part !== "");
  for (const part of relative.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return (folder.startsWith("/") ? "/" : "") + parts.join("/");
}

function problem(
  folder: string,
  code: "FEATURE_FORBIDDEN" | "PATH_ESCAPES_REPOSITORY" | "BUILD_FAILED",
  message: string,
  hint?: string,
): Error {
  const file = folder === "" ? "Chart.yaml" : `${folder}/Chart.yaml`;
  return fileFailure(code, { severity: "error", file, message, ...(hint === undefined ? {} : { hint }) });
}
