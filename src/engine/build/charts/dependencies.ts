import { allowingFlag, isAllowed, remoteHost } from "../allowed-remotes.ts";
import type { BuildOptions } from "../build-options.ts";
import type { FileTree } from "../../model/artifact.ts";
import type { ChartFiles } from "../../model/chart-renderer.ts";
import { arrayAt, isJsonObject, type JsonObject, stringAt } from "../../model/json.ts";
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
  if (missing.length > 0) checkLock(folder, declared, own, options);
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

function dependenciesOf(folder: string, own: ChartFiles, options: BuildOptions): readonly Dependency[] {
  return ["Chart.yaml", "requirements.yaml"].flatMap((name) => dependenciesIn(folder, name, own, options));
}

function dependenciesIn(folder: string, name: string, own: ChartFiles, { budget }: BuildOptions): readonly Dependency[] {
  const bytes = own.get(name);
  if (bytes === undefined) return [];
  const [document] = readYaml(bytes, { file: folder === "" ? name : `${folder}/${name}`, dialect: "kustomization", budget });
  const value = document?.value;
  if (!isJsonObject(value)) return [];
  refuseMisspelt(folder, name, value, ["dependencies"]);
  return arrayAt(value, "dependencies").flatMap((each) => {
    if (!isJsonObject(each)) return [];
    refuseMisspelt(folder, name, each, ["name", "repository"]);
    return [{ name: stringAt(each, "name"), repository: stringAt(each, "repository") }];
  });
}

/**
 * helm reads keys as Go's encoding/json does, whatever the case of their letters, long s and Kelvin sign included: what is not checked
 * here would lead it elsewhere.
 */
function refuseMisspelt(folder: string, name: string, value: JsonObject, fields: readonly string[]): void {
  for (const key of Object.keys(value)) {
    const field = key.toUpperCase().toLowerCase();
    if (key === field || !fields.includes(field)) continue;
    throw problem(folder, "BUILD_FAILED", `${JSON.stringify(key)} is no field of a chart's`, `write ${field}`, name);
  }
}

/** helm fetches what the lock file says, and its digest is no proof: whoever writes the chart can compute it. */
function checkLock(folder: string, declared: readonly Dependency[], own: ChartFiles, options: BuildOptions): void {
  for (const file of ["Chart.lock", "requirements.lock"]) {
    for (const { name, repository } of dependenciesIn(folder, file, own, options)) {
      if (declared.some((each) => each.name === name && each.repository === repository)) continue;
      const message = `the dependency '${name}' is locked to a repository that the chart does not name`;
      throw problem(folder, "BUILD_FAILED", message, `run helm dependency update, and commit ${file}`, file);
    }
  }
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
  name = "Chart.yaml",
): Error {
  const file = folder === "" ? name : `${folder}/${name}`;
  return fileFailure(code, { severity: "error", file, message, ...(hint === undefined ? {} : { hint }) });
}
