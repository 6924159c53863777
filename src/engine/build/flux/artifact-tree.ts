import type { FileTree } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";
import { decodeYamlText } from "../../yaml/decode.ts";
import { IGNORE_FILE, sourceIgnoreRules, type IgnoreRules } from "../ignore/ignore-rules.ts";

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
 * @param ignore lines as in .gitignore, over those of all ignore files; "" for none.
 *
 * Throws BUILD_FAILED for an ignore file that is no text, and what the tree throws.
 */
export async function artifactTree(tree: FileTree, ignore: string): Promise<FileTree> {
  const files: IgnoreFile[] = [];
  await collectIgnoreFiles(tree, "", files);
  const said = [...files, { folder: "", text: ignore }].filter(({ text }) => HAS_PATTERN.test(text));
  const rules = said.reduce<IgnoreRules>((above, { folder, text }) => above.with(folder, text), sourceIgnoreRules(said.length > 0));
  return filteredTree(tree, rules);
}

async function collectIgnoreFiles(tree: FileTree, folder: string, files: IgnoreFile[]): Promise<void> {
  const entries = await tree.list(folder);
  const path = join(folder, IGNORE_FILE);
  if (entries.some(({ name, type }) => name === IGNORE_FILE && type === "file")) {
    files.push({ folder, text: decodeYamlText(await tree.read(path), path) });
  }
  for (const { name, type } of entries) {
    const below = join(folder, name);
    if (type === "directory" && name !== ".git" && (await tree.resolve(below)) === below) await collectIgnoreFiles(tree, below, files);
  }
}

function filteredTree(tree: FileTree, rules: IgnoreRules): FileTree {
  const holdsKept = new Map<string, boolean>();

  async function typeOf(path: string): Promise<"file" | "directory" | undefined> {
    const type = await tree.typeOf(path);
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
    for (const { name } of await tree.list(folder)) found ||= (await typeOf(join(folder, name))) !== undefined;
    holdsKept.set(folder, found);
    return found;
  }

  async function checkThere(path: string): Promise<void> {
    if ((await typeOf(path)) !== undefined) return;
    throw new GitOpsError("PATH_NOT_FOUND", `no such path in the artifact: ${path}`, {
      hint: "symbolic links, and what .sourceignore and spec.ignore name, are no part of it",
      data: { path },
    });
  }

  return {
    typeOf,
    async list(path) {
      await checkThere(path);
      const listed = [];
      for (const entry of await tree.list(path)) if ((await typeOf(join(path, entry.name))) !== undefined) listed.push(entry);
      return listed;
    },
    async read(path) {
      await checkThere(path);
      return await tree.read(path);
    },
    async resolve(path) {
      await checkThere(path);
      return path;
    },
  };
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
