import type { FileTree } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";

const MOST_FILES = 10_000;

/** What reads a chart: a tree whose reads are counted. */
export type ChartTree = Pick<FileTree, "list" | "read" | "resolve">;

/**
 * The files of a chart, by path below its folder. helm gets copies of them and nothing else, so a link leads only where the tree lets it.
 * Throws what the tree throws, BUILD_FAILED for a link to a folder that it stands in, LIMIT_EXCEEDED for more than 10,000 files.
 */
export async function readChartFiles(tree: ChartTree, folder: string): Promise<Map<string, Uint8Array>> {
  const paths: string[] = [];
  await walk(tree, folder, "", paths, new Set());
  return new Map(
    await Promise.all(paths.map(async (path): Promise<[string, Uint8Array]> => [path, await tree.read(joined(folder, path))])),
  );
}

async function walk(tree: ChartTree, top: string, folder: string, paths: string[], above: ReadonlySet<string>): Promise<void> {
  const here = joined(top, folder);
  const real = await tree.resolve(here);
  if (above.has(real)) throw new GitOpsError("BUILD_FAILED", `${here}: a link to a folder that it stands in`, { data: { path: here } });
  const inner = new Set(above).add(real);
  for (const { name, type } of await tree.list(here)) {
    const path = joined(folder, name);
    if (type === "directory") await walk(tree, top, path, paths, inner);
    else paths.push(path);
    if (paths.length > MOST_FILES) {
      const hint = "a chart holds templates and values: keep other files elsewhere";
      throw new GitOpsError("LIMIT_EXCEEDED", `${top}: the chart has more than ${MOST_FILES} files`, { hint, data: { path: top } });
    }
  }
}

function joined(folder: string, name: string): string {
  if (folder === "" || name === "") return folder + name;
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}
