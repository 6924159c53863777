import { spawn } from "node:child_process";
import { createServer } from "node:net";

// Node hands out no parent-death signal. The shell becomes the program; beside it waits one that kills it when our end of
// its standard input closes, even if we were killed with SIGKILL.
const leash = 'exec 3<&0 </dev/null; (cat <&3; kill -KILL $$) >/dev/null 2>&1 & exec "$@" 3<&-';

/**
 * Starts a program that never outlives this process. Destroying its standard input kills it.
 *
 * @param {string[]} command
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {import("node:child_process").ChildProcessWithoutNullStreams}
 */
export function spawnLeashed(command, options) {
  const child = spawn("sh", ["-c", leash, "sh", ...command], { ...options, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {});
  return child;
}

/**
 * Ports of the loopback that nobody listens on now.
 *
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (each) =>
        new Promise((resolve, reject) => {
          each.on("error", reject);
          each.listen(0, "127.0.0.1", () => resolve(/** @type {import("node:net").AddressInfo} */ (each.address()).port));
        }),
    ),
  );
  await Promise.all(servers.map((each) => new Promise((resolve) => each.close(resolve))));
  return ports;
}
