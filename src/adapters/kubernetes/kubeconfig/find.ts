import { readFile } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { GitOpsError } from "../../../engine/model/errors.ts";
import { mergeKubeconfigs, type Kubeconfig } from "./document.ts";
import { invalid } from "./fields.ts";
import { parseKubeconfig } from "./parse.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The kubeconfig that counts: the file named by `--kubeconfig`, else the list in KUBECONFIG merged, else `~/.kube/config`.
 * Undefined where none of them exists. Throws INVALID_KUBECONFIG, and PATH_NOT_FOUND for a `--kubeconfig` that is not there.
 */
export async function findKubeconfig(explicit: string | undefined, environment: Environment): Promise<Kubeconfig | undefined> {
  if (explicit !== undefined) {
    const file = await readKubeconfig(explicit, false);
    if (file !== undefined) return file;
    throw new GitOpsError("PATH_NOT_FOUND", `there is no kubeconfig ${explicit}`, {
      hint: "check the path given as --kubeconfig",
      data: { path: explicit },
    });
  }
  const listed = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  const home = environment["HOME"] ?? "";
  const ownFile = isAbsolute(home) ? [join(home, ".kube", "config")] : [];
  const paths = listed.length > 0 ? listed : ownFile;
  const files = await Promise.all([...new Set(paths)].map((path) => readKubeconfig(path, paths.length > 1)));
  const found = files.filter((file) => file !== undefined);
  return found.length === 0 ? undefined : mergeKubeconfigs(found);
}

/** @param isOneOfMany an empty file among others says nothing, as kubectl has it; alone it is a mistake. */
async function readKubeconfig(path: string, isOneOfMany: boolean): Promise<Kubeconfig | undefined> {
  const file = { name: path, folder: dirname(resolve(path)) };
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw invalid(file, "can't be read", cause);
  }
  return isOneOfMany && text.trim() === "" ? undefined : parseKubeconfig(text, file);
}
