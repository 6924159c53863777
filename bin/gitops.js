#!/usr/bin/env node
// Plain JavaScript that Node 20 parses: it has to say in words which Node is needed, and in a checkout it finds one by itself.
import { existsSync, readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const MINIMUM = [22, 19];
const USAGE_STATUS = 2;
const RESTARTED = "GITOPS_RESTARTED_WITH_NODE";

const root = new URL("../", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const bundle = new URL("dist/gitops.js", root);
const ownNode = fileURLToPath(new URL("node_modules/.bin/node", root));

if (process.argv.length === 3 && process.argv[2] === "--version") {
  process.stdout.write(`gitops version ${version}\n`);
} else if (isTooOld(process.versions.node)) {
  if (existsSync(ownNode) && process.env[RESTARTED] === undefined) await restart(ownNode);
  else refuse(`gitops needs Node ${MINIMUM.join(".")} or later, this is ${process.versions.node}`);
} else if (existsSync(bundle)) {
  delete process.env[RESTARTED];
  keepCompiledCode();
  const { start } = await import(bundle.href);
  await start(version);
} else {
  refuse("gitops is not built yet: run npm ci && npm run build");
}

function isTooOld(running) {
  const [major, minor] = running.split(".").map(Number);
  return major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1]);
}

/** V8's compiled code of the bundle is kept between runs: compiling it again costs more than most commands do. */
function keepCompiledCode() {
  const { XDG_CACHE_HOME: xdg = "", HOME: home = "", NODE_COMPILE_CACHE: chosen } = process.env;
  const cache = isAbsolute(xdg) ? xdg : join(home, ".cache");
  if (isAbsolute(cache) && chosen === undefined) nodeModule.enableCompileCache?.(join(cache, "gitops", "compile"));
}

/** Runs this very script with the Node of the checkout: same streams, same signals, same exit status. */
async function restart(node) {
  const { spawn } = await import("node:child_process");
  const { constants } = await import("node:os");
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, [RESTARTED]: "1" },
  });
  const onTerminal = process.stdin.isTTY || process.stderr.isTTY;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // A terminal sends Ctrl-C to the child as well: handing it on would count as the second one, which ends at once.
    process.on(signal, () => (signal === "SIGINT" && onTerminal ? undefined : child.kill(signal)));
  }
  child.on("error", (error) => refuse(`cannot start ${node}: ${error.code}`));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function refuse(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exitCode = USAGE_STATUS;
}
