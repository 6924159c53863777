// Builds everything that the package ships into dist/: the command line as a bundle, the engine library with its types.
// Plain JavaScript that Node 20 runs.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { engineParts } from "./engine-parts.mjs";
import { groupChunks } from "./group-chunks.mjs";

const root = new URL("../../", import.meta.url);
process.chdir(fileURLToPath(root));
// Built aside and put in place at the end: a `gitops` that runs meanwhile, and a build that fails, keep what was there.
const outdir = `dist.${process.pid}.tmp`;
process.on("exit", () => rmSync(outdir, { recursive: true, force: true }));

/** Every package goes into the bundle, so that an installed `gitops` needs nothing else and starts fast. */
const shared = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  // Packages in CommonJS ask for Node's own modules by require, which ES modules lack.
  banner: { js: 'import { createRequire as _createRequire } from "node:module"; const require = _createRequire(import.meta.url);' },
};

const commandLine = await build({
  ...shared,
  entryPoints: { gitops: "src/cli/main.ts" },
  outdir,
  splitting: true,
  plugins: [engineParts],
  chunkNames: "chunks/[name]-[hash]",
  sourcemap: false,
});
await groupChunks(shared, commandLine.metafile, {
  [`${outdir}/gitops.js`]: ["src/cli/main.ts"],
  [`${outdir}/chunks/build.js`]: [
    "src/cli/run-build.ts",
    "src/cli/delivery-request.ts",
    "src/cli/wiring.ts",
    "src/engine/build/kustomize/index.ts",
  ],
});
const library = await build({ ...shared, entryPoints: { index: "src/engine/index.ts" }, outdir: `${outdir}/engine` });
declareTypes();
writeFileSync(`${outdir}/THIRD_PARTY_LICENSES.txt`, licences([commandLine.metafile, library.metafile]));
rmSync("dist", { recursive: true, force: true });
renameSync(outdir, "dist");

/** Types of the library, by the compiler: what it declares is what consumers see. */
function declareTypes() {
  const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
  const bin = JSON.parse(readFileSync(compiler, "utf8")).bin.tsc;
  const script = fileURLToPath(new URL(bin, `file://${compiler}`));
  const { status } = spawnSync(process.execPath, [script, "-p", "src/engine/tsconfig.build.json", "--outDir", `${outdir}/engine`], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** The licences of what was bundled: they ask to be passed on. */
function licences(metafiles) {
  const inputs = metafiles.flatMap(({ inputs: files }) => Object.keys(files));
  const folders = new Set(inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return [...folders].sort().map(licence).join("\n\n");
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.map((file) => readFileSync(`${folder}/${file}`, "utf8").trim());
  return [`${"=".repeat(80)}\n${name} ${version} (${license})`, ...texts].join("\n\n");
}
