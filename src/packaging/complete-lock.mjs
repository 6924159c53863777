// Adds to package-lock.json the optional packages of other platforms that npm left out. npm drops an optional package
// that the registry at hand lacks (a partial mirror), and `npm ci` then refuses the lock everywhere. Run it after
// `npm install` where that happens; a test says when it is needed. Plain JavaScript that Node 20 runs.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = fileURLToPath(new URL("../../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(path, "utf8"));

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const processors = ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64"];

for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    if (lock.packages[place] !== undefined) continue;
    const words = name.split(/[/-]/);
    const os = systems.filter((system) => words.includes(system));
    const cpu = processors.filter(
      (processor) => words.includes(processor) || (processor === "arm" && words.some((word) => /^(gnueabi|musleabi|eabi)/.test(word))),
    );
    const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : [];
    // without these npm would try to install it here
    if (os.length === 0 && !words.includes("wasm32")) throw new Error(`cannot tell which platform ${name} is for`);
    lock.packages[place] = {
      version,
      cpu: words.includes("wasm32") ? ["wasm32"] : cpu,
      ...(owner.dev ? { dev: true } : {}),
      optional: true,
      ...(os.length > 0 ? { os } : {}),
      ...(libc.length > 0 ? { libc } : {}),
    };
    console.log([name, version, ...os, ...cpu].join(" "));
  }
}
const { "": root, ...others } = lock.packages;
lock.packages = { "": root, ...Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1))) };
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
