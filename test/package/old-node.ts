import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A Node of this machine that is older than gitops needs, or undefined. */
export function oldNode(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/local/bin", "/usr/bin"];
  return folders.map((folder) => join(folder, "node")).find((program) => existsSync(program) && isOld(program));
}

function isOld(program: string): boolean {
  const { stdout } = spawnSync(program, ["-p", "process.versions.node"], { encoding: "utf8" });
  const [major = 0, minor = 0] = (stdout ?? "").split(".").map(Number);
  return major > 0 && (major < 22 || (major === 22 && minor < 19));
}
