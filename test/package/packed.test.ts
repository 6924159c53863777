import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const consumer = mkdtempSync(join(tmpdir(), "gitops-packed-"));
after(() => rmSync(consumer, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;

function run(program: string, args: readonly string[], cwd: string): string {
  // Below `npm test` npm's own settings are in the environment, and would make this installation part of the project's.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_TEST_CONTEXT$/i.test(name)));
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", env });
  assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

before(() => {
  // The scripts stay out: they would build again, under the feet of other tests.
  const [answer] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", consumer], root)) as Packed[];
  assert.ok(answer);
  packed = answer;
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${packed.filename}`], consumer);
});

test("the packed package works when installed elsewhere, with nothing beside it", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const installed = join(consumer, "node_modules", ".bin", "gitops");
  assert.equal(run(installed, ["--version"], consumer), `gitops version ${version}\n`);
  const source = join(consumer, "shop");
  mkdirSync(source);
  writeFileSync(join(source, "a.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  assert.match(run(process.execPath, [installed, "build", source], consumer), /name: a/);
  assert.match(run(process.execPath, [installed, "help", "exit-codes"], consumer), /143/);
});

test("the engine can be imported as a library, with types", () => {
  writeFileSync(
    join(consumer, "use.ts"),
    'import { ERROR_EXIT, GitOpsError, printYaml, prepareSync, type PreparedSync, type ReaderPorts, type DeliveryRequest } from "gitops";\n' +
      "export async function plan(request: DeliveryRequest, ports: ReaderPorts): Promise<PreparedSync> {\n" +
      "  return prepareSync(request, ports, { signal: new AbortController().signal, emit: (event) => console.log(event.type) });\n}\n" +
      'const error = new GitOpsError("USAGE", "x");\nconst code: 2 | number = ERROR_EXIT[error.code];\nconsole.log(code, printYaml({ a: 1 }));\n',
  );
  const options = {
    strict: true,
    module: "nodenext",
    moduleResolution: "nodenext",
    target: "es2023",
    lib: ["es2023", "dom"],
    types: [],
    noEmit: true,
    skipLibCheck: false,
  };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["use.ts"] }));
  run(join(root, "node_modules", ".bin", "tsc"), ["-p", consumer], consumer);
  assert.equal(run(process.execPath, [join(consumer, "use.ts")], consumer), "2 a: 1\n\n");
});

test("the package carries completions, licences and nothing of the workshop, within five megabytes", () => {
  const paths = packed.files.map(({ path }) => path);
  for (const expected of [
    "LICENSE",
    "CHANGELOG.md",
    "bin/gitops.js",
    "completions/gitops.bash",
    "completions/_gitops",
    "dist/gitops.js",
    "dist/engine/index.d.ts",
    "dist/THIRD_PARTY_LICENSES.txt",
  ]) {
    assert.ok(paths.includes(expected), expected);
  }
  assert.deepEqual(
    paths.filter((path) => /^(src|test|fixtures|scripts|node_modules)\//.test(path)),
    [],
  );
  assert.ok(packed.size < 5_000_000, `${packed.size} bytes`);
});

test("every bundled package's licence is passed on", () => {
  const notices = join(consumer, "node_modules", "gitops", "dist", "THIRD_PARTY_LICENSES.txt");
  assert.ok(existsSync(notices) && statSync(notices).size > 0);
  for (const name of ["commander", "chalk", "ora", "diff", "cli-table3"])
    assert.match(readFileSync(notices, "utf8"), new RegExp(`^${name} \\d`, "m"));
});
