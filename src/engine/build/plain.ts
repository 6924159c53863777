import { beyondLimit } from "../model/limit.ts";
import type { FileTree } from "../model/artifact.ts";
import { GitOpsError } from "../model/errors.ts";
import { decodeYamlText } from "../yaml/decode.ts";
import type { BuildOptions } from "./build-options.ts";
import { defaultIgnoreRules, IGNORE_FILE, type IgnoreRules } from "./ignore/ignore-rules.ts";
import { findKustomization } from "./find-kustomization.ts";
import { buildOverlay } from "./overlay.ts";
import type { KustomizeResult } from "./kustomize/result.ts";
import { noProblems } from "./problems.ts";
import { readObjects } from "./read-objects.ts";

/** Something below a plain folder that gives objects. */
interface Part {
  readonly path: string;
  readonly type: "file" | "kustomization";
}

const MANIFEST_FILE = /\.(?:yaml|yml|json)$/;

/**
 * Builds a folder without a kustomization: every *.yaml, *.yml and *.json below it, in the order of their paths. A folder below that has
 * a kustomization is built as one (as Flux's generator does). `.sourceignore` files leave paths out, those above the folder included.
 *
 * Throws BUILD_FAILED with all problems found in files; LIMIT_EXCEEDED; UNSUPPORTED_CONTENT; and what the tree throws.
 */
export async function buildPlain(tree: FileTree, path: string, options: BuildOptions): Promise<KustomizeResult> {
  const parts: Part[] = [];
  await walk(tree, path, await rulesAbove(tree, path), parts, new Set());
  parts.sort((left, right) => byCodePoint(left.path, right.path));
  return await buildParts(tree, parts, options);
}

/** Builds one file of manifests. */
export async function buildFile(tree: FileTree, path: string, options: BuildOptions): Promise<KustomizeResult> {
  return await buildParts(tree, [{ path, type: "file" }], options);
}

async function buildParts(tree: FileTree, parts: readonly Part[], options: BuildOptions): Promise<KustomizeResult> {
  const problems = noProblems();
  const built: KustomizeResult[] = [];
  let count = 0;
  for (const { path, type } of parts) {
    if (type === "kustomization") {
      built.push(await buildOverlay(tree, path, options));
      continue;
    }
    const bytes = await tree.read(path);
    const objects = problems.collect(() => readObjects(path, bytes, options.budget)) ?? [];
    count += objects.length;
    if (count > options.budget.documents) throw beyondLimit("documents", `more than ${options.budget.documents} objects in the build`);
    built.push({ objects, warnings: [] });
  }
  problems.throwAny();
  return { objects: built.flatMap((each) => each.objects), warnings: built.flatMap((each) => each.warnings) };
}

/** @param above the resolved folders that lead here: a link back to one of them would never end. */
async function walk(tree: FileTree, folder: string, rules: IgnoreRules, parts: Part[], above: ReadonlySet<string>): Promise<void> {
  const real = await tree.resolve(folder);
  if (above.has(real)) throw new GitOpsError("BUILD_FAILED", `${folder}: a link to a folder that it stands in`, { data: { path: folder } });
  const inner = new Set(above).add(real);
  for (const { name, type } of await tree.list(folder)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (rules.ignores(path, type === "directory")) continue;
    if (type === "file") {
      if (MANIFEST_FILE.test(name)) parts.push({ path, type: "file" });
    } else if ((await findKustomization(tree, path)) !== undefined) {
      parts.push({ path, type: "kustomization" });
    } else {
      await walk(tree, path, await rulesOf(tree, path, rules), parts, inner);
    }
  }
}

/**
 * The rules for what lies in a folder: the default ones, and the ignore files from the top of the tree down to it. What stands above a
 * folder outside Git is no part of the source, and may be another user's (/tmp).
 */
async function rulesAbove(tree: FileTree, folder: string): Promise<IgnoreRules> {
  if (folder.startsWith("/")) return await rulesOf(tree, folder, defaultIgnoreRules());
  let rules = await rulesOf(tree, "", defaultIgnoreRules());
  const segments = folder.split("/").filter((segment) => segment !== "");
  for (let length = 1; length <= segments.length; length++) rules = await rulesOf(tree, segments.slice(0, length).join("/"), rules);
  return rules;
}

async function rulesOf(tree: FileTree, folder: string, rules: IgnoreRules): Promise<IgnoreRules> {
  const path = folder === "" ? IGNORE_FILE : `${folder}/${IGNORE_FILE}`;
  if ((await tree.typeOf(path)) !== "file") return rules;
  return rules.with(folder, decodeYamlText(await tree.read(path), path));
}

function byCodePoint(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
