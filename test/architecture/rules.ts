import { layerOf, stageOf } from "./layers.ts";
import type { Import, SourceFile } from "./imports.ts";
import { cycles, orphans, reachable } from "./graph.ts";

/** What breaks a rule, and where. */
export interface Violation {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** One rule of the architecture. `advice` tells the offender what to do instead. */
export interface Rule {
  readonly name: string;
  readonly advice: string;
  check(files: readonly SourceFile[]): Omit<Violation, "rule">[];
}

/** Where each package may be imported: swapping one then touches one folder. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  commander: ["src/cli/program.ts"],
  chalk: ["src/cli/output/"],
  ora: ["src/cli/output/"],
  "cli-table3": ["src/cli/output/"],
  diff: ["src/cli/output/"],
  "simple-git": ["src/adapters/git/"],
  semver: ["src/adapters/git/"],
  "@kubernetes/client-node": ["src/adapters/kubernetes/"],
  "https-proxy-agent": ["src/adapters/kubernetes/"],
  "socks-proxy-agent": ["src/adapters/kubernetes/"],
  yaml: ["src/engine/yaml/"],
  "js-yaml": ["src/engine/yaml/"],
  "@noble/hashes": ["src/engine/build/"],
  re2js: ["src/engine/build/", "src/engine/health/"],
  "@marcbachmann/cel-js": ["src/engine/health/"],
};

/** Operations that must be unable to write, by the types they are given. */
const READERS = [
  "build",
  "check",
  "diff",
  "doctor",
  "events",
  "export",
  "get",
  "health",
  "history",
  "logs",
  "trace",
  "tree",
  "watch-all",
].map((name) => `src/engine/operations/${name}.ts`);
const WRITING_PORTS = ["ClusterWriter", "DeliveryObjects", "DeliveryWriter", "AskingPorts", "WriterPorts", "GitWriter"];
/** Declares which ports an operation of either sort is given; it has no code. */
const PORT_SETS = "src/engine/operations/request.ts";

/** Files that something outside the import graph starts. */
const ENTRIES = [
  "src/cli/main.ts",
  "src/agent/main.ts",
  "src/engine/index.ts",
  "src/packaging/completions.ts",
  "src/packaging/error-tables.ts",
];

/** The rules of src/README.md, in its order. */
export const rules: readonly Rule[] = [
  eachImport(
    "model-imports-nothing",
    "The nouns stand alone. Move what you need into src/engine/model, or your code out of it.",
    (file, { to }) => layerOf(file.path) === "model" && layerOf(to) !== "model",
  ),
  eachImport(
    "ports-import-model",
    "A port speaks the engine's words only: describe what you need with types of src/engine/model.",
    (file, { to }) => layerOf(file.path) === "ports" && !["ports", "model"].includes(layerOf(to)),
  ),
  eachImport(
    "stages-meet-in-model",
    "A stage knows model and yaml, no other stage, no port. Let an operation hand the data over through a type of model.",
    (file, { to }) => {
      const stage = stageOf(file.path);
      return stage !== undefined && isOurs(to) && stageOf(to) !== stage && !["model", "yaml"].includes(layerOf(to));
    },
  ),
  eachImport(
    "yaml-imports-model",
    "Reading and printing YAML is below every stage: it may know src/engine/model only.",
    (file, { to }) => layerOf(file.path) === "yaml" && isOurs(to) && !["yaml", "model"].includes(layerOf(to)),
  ),
  eachImport(
    "engine-is-the-inside",
    "The engine decides and does no I/O: ask for what you need through an interface in src/engine/ports.",
    (file, { to }) =>
      file.path.startsWith("src/engine/") &&
      !isScript(file.path) &&
      (to.startsWith("node:") || (isOurs(to) && !to.startsWith("src/engine/"))),
  ),
  {
    name: "readers-cannot-write",
    advice: `An operation that promises to change nothing must not reach ${WRITING_PORTS.join(", ")}: take ReaderPorts, and split what it shares with a writer.`,
    check: (files) =>
      READERS.filter((root) => files.some(({ path }) => path === root)).flatMap((root) =>
        [...reachable(files, root)].flatMap((file) =>
          file.path === PORT_SETS || !file.path.startsWith("src/engine/operations/")
            ? []
            : file.imports
                .filter(namesAWritingPort)
                .map(({ line, names }) => ({ file: file.path, line, what: `${names.join(", ")}, reached from ${root}` })),
        ),
      ),
  },
  eachImport(
    "only-execute-writes-workloads",
    "Objects of a delivery are written by src/engine/operations/execute only: give it a plan.",
    (file, { names }) =>
      file.path.startsWith("src/engine/") &&
      !file.path.startsWith("src/engine/operations/execute/") &&
      file.path !== PORT_SETS &&
      names.includes("ClusterWriter"),
  ),
  eachImport(
    "adapters-stand-alone",
    "An adapter imports ports, model, yaml and itself. What two adapters share is a port's business.",
    (file, { to }) =>
      file.path.startsWith("src/adapters/") &&
      isOurs(to) &&
      !["ports", "model", "yaml"].includes(layerOf(to)) &&
      adapterOf(to) !== adapterOf(file.path),
  ),
  eachImport(
    "hosts-use-the-front-door",
    "Command line and agent use the engine by src/engine/index.ts, as any other user of the library: export it there.",
    (file, { to }) => ["cli", "agent"].includes(layerOf(file.path)) && to.startsWith("src/engine/") && to !== "src/engine/index.ts",
  ),
  eachImport(
    "wiring-builds-adapters",
    "Only wiring.ts knows which adapter is behind a port: take the port as an argument.",
    (file, { to }) =>
      ["cli", "agent"].includes(layerOf(file.path)) &&
      !/^src\/(cli|agent)\/wiring(\/|\.ts$)/.test(file.path) &&
      (to.startsWith("src/adapters/") || to.startsWith("src/sandbox/")),
  ),
  eachImport(
    "hosts-stand-alone",
    "Command line and agent are two users of one engine: what both need belongs into the engine.",
    (file, { to }) =>
      ["cli", "agent"].includes(layerOf(file.path)) && ["cli", "agent"].includes(layerOf(to)) && layerOf(file.path) !== layerOf(to),
  ),
  eachImport(
    "packages-have-one-home",
    "Import the package in its home only (HOMES in test/architecture/rules.ts); a new package gets a line there.",
    (file, { to }) =>
      !isScript(file.path) &&
      !isOurs(to) &&
      !to.startsWith("node:") &&
      !(HOMES[to] ?? []).some((home) => file.path === home || (home.endsWith("/") && file.path.startsWith(home))),
  ),
  {
    name: "no-cycle",
    advice: "Two files that need each other hold one idea or miss a third: merge them, or move what both need below both. Types count.",
    check: (files) => cycles(files).map((circle) => ({ file: circle[0] ?? "", line: 1, what: circle.join(" → ") })),
  },
  {
    name: "no-orphan",
    advice: "Nothing reaches this file from an entry point: delete it, or import it where it is used.",
    check: (files) =>
      orphans(
        files.filter(({ path }) => !isScript(path)),
        ENTRIES,
      ).map((file) => ({ file, line: 1, what: "is imported by nobody" })),
  },
  eachImport(
    "nothing-imports-tests",
    "Product code never needs a test: move what you need into src.",
    (file, { to }) => file.path.startsWith("src/") && to.startsWith("test/"),
  ),
  eachLine(
    "engine-asks-the-clock",
    "Time and chance come through ports (src/engine/ports/clock.ts), so that a test can hold them still.",
    "src/engine/",
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/,
  ),
  eachLine(
    "failures-have-a-code",
    "Throw a GitOpsError with a code of src/engine/model/errors.ts: scripts ask for the code, people read its hint.",
    "src/engine/",
    /\bthrow new (Error|TypeError|RangeError)\(/,
  ),
  {
    name: "files-are-one-idea",
    advice: "A file above 400 lines holds a second idea: give it a file of its own. Generated tables are data (.json).",
    check: (files) =>
      files
        .filter(({ text }) => text.split("\n").length > 401)
        .map(({ path, text }) => ({ file: path, line: 401, what: `${text.split("\n").length - 1} lines` })),
  },
  {
    name: "names-say-something",
    advice: "utils, helpers, common, shared and manager name nothing: call the file after the one thing it does.",
    check: (files) =>
      files
        .filter(({ path }) =>
          /(\/|-)(utils?|helpers?|(?<!field-)managers?)\.|\/(utils?|helpers?|common|shared|managers?|misc)(\.|\/)/.test(path),
        )
        .map(({ path }) => ({ file: path, line: 1, what: "its name" })),
  },
];

/** Everything in these files that breaks a rule. */
export function violations(files: readonly SourceFile[]): Violation[] {
  return rules.flatMap((rule) => rule.check(files).map((found) => ({ rule: rule.name, ...found })));
}

function eachImport(name: string, advice: string, breaks: (file: SourceFile, found: Import) => boolean): Rule {
  return {
    name,
    advice,
    check: (files) =>
      files.flatMap((file) =>
        file.imports.filter((found) => breaks(file, found)).map(({ to, line }) => ({ file: file.path, line, what: `imports ${to}` })),
      ),
  };
}

function eachLine(name: string, advice: string, folder: string, pattern: RegExp): Rule {
  const linesOf = ({ path, text }: SourceFile) =>
    text
      .split("\n")
      .flatMap((text, index) =>
        pattern.test(text) && !/^\s*(\/\/|\*|\/\*)/.test(text) ? [{ file: path, line: index + 1, what: text.trim() }] : [],
      );
  return { name, advice, check: (files) => files.filter(({ path }) => path.startsWith(folder) && !isScript(path)).flatMap(linesOf) };
}

function namesAWritingPort({ names, to }: Import): boolean {
  return to.startsWith("src/engine/") && names.some((name) => WRITING_PORTS.includes(name));
}

/** Scripts beside the sources, such as generators of tables: no part of the product. */
function isScript(path: string): boolean {
  return path.endsWith(".mjs");
}

function isOurs(path: string): boolean {
  return path.startsWith("src/") || path.startsWith("test/") || path.startsWith("bin/");
}

/** The folder of one adapter, or the file of a small one. */
function adapterOf(path: string): string | undefined {
  return /^src\/adapters\/([^/]+)/.exec(path)?.[1];
}
