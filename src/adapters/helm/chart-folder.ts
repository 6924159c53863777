import { lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ChartFiles } from "../../engine/model/chart-renderer.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import { beyondLimit } from "../../engine/model/limit.ts";

/** Writes files below a folder that is ours alone. Throws PATH_ESCAPES_REPOSITORY for a path that would lead out of it. */
export async function writeChartFiles(folder: string, files: ChartFiles): Promise<void> {
  const made = new Set<string>();
  for (const [path, bytes] of files) {
    if (!isPlainPath(path)) throw new GitOpsError("PATH_ESCAPES_REPOSITORY", `a chart cannot have a file named ${JSON.stringify(path)}`);
    const target = join(folder, path);
    const parent = dirname(target);
    if (!made.has(parent)) await mkdir(parent, { recursive: true, mode: 0o700 });
    made.add(parent);
    await writeFile(target, bytes, { mode: 0o600 });
  }
}

/** The files below a folder that helm unpacked into. Links are refused: a chart that is packed has none. */
export async function readChartFolder(folder: string, maximumBytes: number): Promise<ChartFiles> {
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  const waiting = [""];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of (await readdir(join(folder, next))).sort()) {
      const path = next === "" ? name : `${next}/${name}`;
      const found = await lstat(join(folder, path));
      if (found.isDirectory()) waiting.push(path);
      else if (found.isFile()) {
        bytes += found.size;
        if (bytes > maximumBytes) throw beyondLimit("totalBytes", `the chart is larger than ${maximumBytes} bytes`);
        files.set(path, await readFile(join(folder, path)));
      } else throw new GitOpsError("PATH_ESCAPES_REPOSITORY", `the chart has a link at ${JSON.stringify(path)}`);
    }
  }
  return files;
}

function isPlainPath(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part));
}
