import type { FileTree } from "../../model/artifact.ts";
import { decodeYamlText } from "../../yaml/decode.ts";
import { IGNORE_FILE, sourceIgnoreRules, type IgnoreRules } from "../ignore/ignore-rules.ts";
import { includedTree, type IncludedTree } from "./included-tree.ts";
import { isUnsupported, joinPath, partialTree } from "./partial-tree.ts";
import { sparseTree } from "./sparse-tree.ts";

/** What a source says of its artifact. */
export interface ArtifactRules {
  /** Lines as in .gitignore, over those of all ignore files; "" for none. */
  readonly ignore: string;
  /** What the paths of its files begin with; all files where it is left out or empty. */
  readonly sparse?: readonly string[];
  /** Artifacts of other sources that are laid into it, in this order. */
  readonly includes?: readonly IncludedTree[];
}

interface IgnoreFile {
  readonly folder: string;
  readonly text: string;
}

const HAS_PATTERN = /^(?!#).*\S/m;

/**
 * The files of a repository that source-controller v1.9.1 puts into an artifact: no symbolic links, nothing of version control, and
 * nothing that `.sourceignore` files or the source's own lines leave out. Its list of pictures, archives and CI files counts only where
 * neither of them says anything.
 *
 * Throws PATH_NOT_FOUND for a sparse folder and an included path that are not there, BUILD_FAILED for an include whose place is taken
 * and an ignore file that is no text, and what the trees throw.
 */
export async function artifactTree(repository: FileTree, { ignore, sparse = [], includes = [] }: ArtifactRules): Promise<FileTree> {
  // The controller's order: a sparse checkout leaves ignore files out, and included files are ignored like the source's own.
  const tree = await includedTree(await sparseTree(repository, sparse), includes);
  const files: IgnoreFile[] = [];
  await collectIgnoreFiles(tree, "", files);
  const said = [...files, { folder: "", text: ignore }].filter(({ text }) => HAS_PATTERN.test(text));
  const rules = said.reduce<IgnoreRules>((above, { folder, text }) => above.with(folder, text), sourceIgnoreRules(said.length > 0));
  return filteredTree(tree, rules);
}

async function collectIgnoreFiles(tree: FileTree, folder: string, files: IgnoreFile[]): Promise<void> {
  const entries = await tree.list(folder);
  const path = joinPath(folder, IGNORE_FILE);
  if (entries.some(({ name, type }) => name === IGNORE_FILE && type === "file")) {
    files.push({ folder, text: decodeYamlText(await tree.read(path), path) });
  }
  for (const { name, type } of entries) {
    const below = joinPath(folder, name);
    if (type === "directory" && name !== ".git" && (await isFolder(tree, below))) await collectIgnoreFiles(tree, below, files);
  }
}

/** Neither a link nor a submodule. */
async function isFolder(tree: FileTree, path: string): Promise<boolean> {
  try {
    return (await tree.resolve(path)) === path;
  } catch (error) {
    if (isUnsupported(error)) return false;
    throw error;
  }
}

function filteredTree(tree: FileTree, rules: IgnoreRules): FileTree {
  const holdsKept = new Map<string, boolean>();

  async function typeOf(path: string): Promise<"file" | "directory" | undefined> {
    const type = await tree.typeOf(path).catch((error: unknown) => {
      if (isUnsupported(error) && rules.leavesOut(path, true)) return undefined;
      throw error;
    });
    if (type === undefined || path === "") return type;
    if ((await tree.resolve(path)) !== path) return undefined;
    if (!rules.leavesOut(path, type === "directory")) return type;
    return type === "directory" && (await holdsKeptFile(path)) ? type : undefined;
  }

  /** A folder that is left out is there all the same where something in it is taken in again. */
  async function holdsKeptFile(folder: string): Promise<boolean> {
    const known = holdsKept.get(folder);
    if (known !== undefined) return known;
    let found = false;
    for (const { name } of await tree.list(folder)) found ||= (await typeOf(joinPath(folder, name))) !== undefined;
    holdsKept.set(folder, found);
    return found;
  }

  return partialTree(tree, typeOf, "symbolic links, and what .sourceignore and spec.ignore name, are no part of it");
}
