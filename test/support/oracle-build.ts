import { spawn } from "node:child_process";
import { GIT_TEST_ENVIRONMENT } from "./git-server.ts";

/** What the original kustomize prints for a folder, or what it says where it refuses. */
export function originalBuild(
  oracle: string,
  folder: string,
  ...flags: readonly string[]
): Promise<{ readonly text: string | undefined; readonly says: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(oracle, ["build", folder, ...flags], { stdio: ["ignore", "pipe", "pipe"], env: GIT_TEST_ENVIRONMENT });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => output.push(part));
    child.stderr.on("data", (part: Buffer) => errors.push(part));
    child.on("error", reject);
    child.on("close", (status) =>
      resolve({ text: status === 0 ? Buffer.concat(output).toString() : undefined, says: Buffer.concat(errors).toString() }),
    );
  });
}
