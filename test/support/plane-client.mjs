// Joins the tests' control plane, or starts it when this is its first user. Plain JavaScript that Node 20 runs.
// Run alone (`node test/support/plane-client.mjs`) it keeps a plane up until it is interrupted: `export KUBECONFIG=...`.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensureParts } from "./build-parts.mjs";

const supervisor = fileURLToPath(new URL("plane-supervisor.mjs", import.meta.url));
const inputs = ["plane-supervisor.mjs", "plane-metrics.mjs", "leash.mjs", "../cluster/kwok/stages.yaml"].map(
  (path) => new URL(path, import.meta.url),
);
const FIRST_PORT = 23_450;
const ATTEMPTS = 8;

/**
 * @typedef {object} Plane
 * @property {string} directory where the plane keeps its data and logs
 * @property {string} server
 * @property {string} caFile
 * @property {string} token of the administrator
 * @property {string} kubeconfig of the administrator, by path
 * @property {string} limitedKubeconfig of the user "limited", who may do nothing until a test binds a role
 * @property {string} auditLog
 * @property {boolean} runsWorkloads whether controllers, scheduler and nodes are there
 *
 * @typedef {{ plane: Plane, release(): void, finish(): void }} Hold
 */

/**
 * Waits until a control plane serves. It stays as long as any process holds it; `release` gives it back and leaves it
 * to the next user for some seconds; `finish` ends it at once unless another has it. A process that ends has released it.
 *
 * @param {(line: string) => void} say told what takes time
 * @param {string} [variant] planes of different names are different planes
 * @returns {Promise<Hold>}
 * @throws {import("./build-go.mjs").PartsMissing}
 */
export async function joinPlane(say, variant = "") {
  const parts = JSON.stringify(ensureParts(say));
  const versions = [parts, userInfo().username, variant, ...inputs.map((path) => readFileSync(path))];
  const key = versions.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");
  const greeting = `gitops-test-plane ${key}`;
  const base = FIRST_PORT + (Number.parseInt(key.slice(0, 6), 16) % 1_000) * ATTEMPTS;

  for (let port = base; port < base + ATTEMPTS; port++) {
    let answer = await knock(port, greeting);
    if (answer === "nobody") {
      spawn(process.execPath, [supervisor, String(port), greeting, parts], { detached: true, stdio: "ignore" }).unref();
      for (let tries = 0; answer === "nobody" && tries < 200; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        answer = await knock(port, greeting);
      }
    }
    if (typeof answer === "object") return answer;
  }
  throw new Error(`no port between ${base} and ${base + ATTEMPTS - 1} is free for the tests' control plane`);
}

/**
 * @param {number} port
 * @param {string} greeting
 * @returns {Promise<Hold | "nobody" | "stranger">} rejects when the plane said that it failed
 */
function knock(port, greeting) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8");
    const silence = setTimeout(() => socket.destroy(), 2_000);
    socket.on("error", () => resolve("nobody"));
    socket.on("close", () => clearTimeout(silence));
    socket.on("close", () => resolve(text.startsWith(greeting) ? "nobody" : "stranger"));
    socket.on("data", (part) => {
      clearTimeout(silence);
      text += part;
      const [first, second] = text.split("\n");
      if (text.includes("\n") && first !== greeting) {
        resolve("stranger");
        socket.destroy();
      } else if (second?.startsWith("failed ") && text.endsWith("\n")) {
        reject(new Error(`the tests' control plane failed: ${JSON.parse(second.slice("failed ".length))}`));
        socket.destroy();
      } else if (second?.startsWith("ready ") && text.endsWith("\n")) {
        socket.removeAllListeners("data").resume().unref();
        const plane = /** @type {Plane} */ (JSON.parse(second.slice("ready ".length)));
        resolve({ plane, release: () => socket.destroy(), finish: () => socket.end("done\n") });
      }
    });
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = Date.now();
  const { plane } = await joinPlane((line) => console.error(line));
  console.error(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s; Ctrl-C ends it\nexport KUBECONFIG=${plane.kubeconfig}`);
  setInterval(() => {}, 60_000);
}
