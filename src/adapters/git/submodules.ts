import { GitOpsError } from "../../engine/model/errors.ts";
import { readModules } from "./git-command.ts";
import { openRevision } from "./git-source.ts";
import type { CommitTree } from "./linked-tree.ts";
import { moduleRemote } from "./module-remote.ts";
import { converse, type Remote } from "./remote.ts";

/** A submodule's own submodules may have some, and so on: go-git's limit. */
const MAX_DEPTH = 10;
const MODULES_FILE = ".gitmodules";

/**
 * The files of a commit with those of its submodules in their places, read from their repositories when somebody looks into them.
 * A submodule that `.gitmodules` does not name stays one, and so do those below the tenth level: reading them is refused.
 *
 * @param parent where the commit comes from. Its credentials go to its own server only.
 * @throws UNSUPPORTED_CONTENT for a `.gitmodules` that git cannot read; what fetching throws, when a submodule is looked into.
 */
export async function withSubmodules(raw: CommitTree, parent: Remote, maximumBytes: number, depth = 1): Promise<CommitTree> {
  if (depth > MAX_DEPTH || (await raw.typeOf(MODULES_FILE)) !== "file") return raw;
  const urls = await declaredModules(await raw.readFile(MODULES_FILE), parent);
  const opened = new Map<string, Promise<CommitTree>>();

  async function open(path: string, url: string): Promise<CommitTree> {
    const remote = moduleRemote(parent, url, path);
    const id = await raw.moduleId(path);
    const { files } = await openRevision({ ref: { type: "commit", id }, path: "", remote, readingFrom: remote, maximumBytes });
    return await withSubmodules(files, remote, maximumBytes, depth + 1);
  }

  /** The tree that a path lies in, and where there. */
  async function locate(path: string): Promise<{ readonly tree: CommitTree; readonly path: string }> {
    for (const [module, url] of urls) {
      if (path !== module && !path.startsWith(`${module}/`)) continue;
      if ((await raw.typeOf(module)) !== "submodule") continue;
      const tree = opened.get(module) ?? open(module, url);
      opened.set(module, tree);
      tree.catch(() => opened.delete(module));
      return { tree: await tree, path: path.slice(module.length + 1) };
    }
    return { tree: raw, path };
  }

  return {
    top: raw.top,
    async typeOf(path) {
      const at = await locate(path);
      return await at.tree.typeOf(at.path);
    },
    async entries(folder) {
      const at = await locate(folder);
      const entries = await at.tree.entries(at.path);
      if (at.tree !== raw) return entries;
      const prefix = folder === "" ? "" : `${folder}/`;
      return new Map([...entries].map(([name, type]) => [name, type === "submodule" && urls.has(prefix + name) ? "directory" : type]));
    },
    async readLink(path) {
      const at = await locate(path);
      return await at.tree.readLink(at.path);
    },
    async readFile(path) {
      const at = await locate(path);
      return await at.tree.readFile(at.path);
    },
    async moduleId(path) {
      const at = await locate(path);
      return await at.tree.moduleId(at.path);
    },
  };
}

/** The URLs of submodules by their paths, as a `.gitmodules` declares them. */
async function declaredModules(content: Uint8Array, parent: Remote): Promise<ReadonlyMap<string, string>> {
  const text = Buffer.from(content).toString("utf8");
  const entries = await converse(
    parent,
    {},
    (call) => readModules(call, text),
    () => true,
  ).catch((cause: unknown) => {
    parent.signal.throwIfAborted();
    throw new GitOpsError("UNSUPPORTED_CONTENT", `${MODULES_FILE} of ${parent.url.url} cannot be read by git`, {
      hint: "check it with git config --file .gitmodules --list",
      data: { path: MODULES_FILE },
      cause,
    });
  });
  const byName = new Map<string, { path?: string; url?: string }>();
  for (const entry of entries.split("\0")) {
    const [key, value] = splitOnce(entry, "\n");
    const match = /^submodule\.(.+)\.(path|url)$/s.exec(key);
    if (match === null) continue;
    const [, name = "", field = ""] = match;
    byName.set(name, { ...byName.get(name), [field]: value });
  }
  return new Map(
    [...byName.values()].flatMap(({ path = "", url = "" }) =>
      path === "" || url === "" ? [] : [[path.replace(/\/+$/, ""), url] as const],
    ),
  );
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
