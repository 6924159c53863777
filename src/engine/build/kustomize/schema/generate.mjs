// Writes schema/table.ts and field-specs/table.ts from the Go modules that kustomize v5.8.2 is built of.
// Run it with Node 24 and Go: `node src/engine/build/kustomize/schema/generate.mjs`. The tables are committed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { compileSchema } from "./compile.ts";

const VERSION = "v0.21.2";
const DUMP = `package main

import (
	"encoding/json"
	"os"

	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func main() {
	openapi.SchemaForResourceType(yaml.TypeMeta{APIVersion: "v1", Kind: "Pod"})
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"definitions": openapi.Schema().Definitions})
}
`;

const work = mkdtempSync(join(tmpdir(), "kustomize-tables-"));
try {
  writeFileSync(join(work, "go.mod"), `module dump\n\ngo 1.26\n\nrequire sigs.k8s.io/kustomize/kyaml ${VERSION}\n`);
  writeFileSync(join(work, "main.go"), DUMP);
  const go = (...args) =>
    execFileSync("go", args, { cwd: work, env: { ...process.env, GOFLAGS: "-mod=mod" }, maxBuffer: 1 << 28 }).toString();
  const document = JSON.parse(go("run", "."));
  const folderOf = (module) => JSON.parse(go("mod", "download", "-json", `${module}@${VERSION}`)).Dir;
  writeSchema(document, folderOf("sigs.k8s.io/kustomize/kyaml"));
  writeFieldSpecs(folderOf("sigs.k8s.io/kustomize/api"));
} finally {
  rmSync(work, { recursive: true });
}

/** @param {object} document @param {string} kyaml */
function writeSchema(document, kyaml) {
  const table = compileSchema(document);
  const packed = Object.fromEntries(
    Object.entries(table.definitions).map(([name, fields]) => [
      name,
      Object.entries(fields)
        .map(([field, target]) => `${field}=${target}`)
        .join(" "),
    ]),
  );
  const source = readFileSync(join(kyaml, "openapi/openapi.go"), "utf8");
  const scopes = [...source.matchAll(/\{APIVersion: "([^"]+)", Kind: "([^"]+)"\}:\s+(true|false),/g)];
  const cluster = scopes.filter(([, , , namespaced]) => namespaced === "false").map(([, version, kind]) => `${version} ${kind}`);
  const namespaced = scopes.filter(([, , , scope]) => scope === "true").map(([, version, kind]) => `${version} ${kind}`);
  const lines = [
    "// Written by generate.mjs from the Kubernetes v1.21.2 schema that kustomize embeds. Do not edit.",
    'import { type SchemaTable, unpackDefinitions } from "./compile.ts";',
    "",
    "/** The schema that every kustomize build uses unless it names one with `openapi.path`. */",
    "export const BUILT_IN_SCHEMA: SchemaTable = {",
    `  types: ${rows(table.types)},`,
    `  definitions: unpackDefinitions(${rows(packed)}),`,
    `  clusterScoped: ${list(cluster)},`,
    `  namespaced: ${list(namespaced)},`,
    "};",
    "",
  ];
  writeFileSync(new URL("table.ts", import.meta.url), lines.join("\n"));
}

/** @param {string} api */
function writeFieldSpecs(api) {
  const folder = join(api, "internal/konfig/builtinpluginconsts");
  const sources = readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const texts = new Map();
  for (const [, name, value] of sources.join("\n").matchAll(/(\w+FieldSpecs|\w+Labels)\s+= (`[^`]*`(?: \+ \w+)*)/g)) texts.set(name, value);
  const evaluate = (value) =>
    [...value.matchAll(/`([^`]*)`|\+ (\w+)/g)].map(([, text, name]) => text ?? evaluate(texts.get(name))).join("");
  const specs = {};
  for (const value of texts.values()) {
    const parsed = parse(evaluate(value));
    if (!Array.isArray(parsed)) Object.assign(specs, parsed);
  }
  const row = (spec) => [spec.group ?? "", spec.version ?? "", spec.kind ?? "", spec.path, ...(spec.create ? ["create"] : [])].join(" ");
  const section = (name) =>
    name === "nameReference"
      ? specs[name].map((target) => [[target.group ?? "", target.version ?? "", target.kind].join(" "), target.fieldSpecs.map(row)])
      : specs[name].map(row);
  const lines = [
    "// Written by ../schema/generate.mjs from kustomize's built-in configuration. Do not edit.",
    "",
    "/** `group version kind path [create]` by transformer; for name references by `group version kind` of the target. */",
    "export const BUILT_IN_FIELD_SPECS = {",
    ...Object.keys(specs)
      .sort()
      .map((name) => `  ${name}: [\n${section(name).map(specLines).join("\n")}\n  ],`),
    "} as const;",
    "",
  ];
  writeFileSync(new URL("../field-specs/table.ts", import.meta.url), lines.join("\n"));
}

function specLines(spec) {
  if (typeof spec === "string") return `    ${JSON.stringify(spec)},`;
  const [target, referrers] = spec;
  return `    [${JSON.stringify(target)}, [\n${referrers.map((referrer) => `      ${JSON.stringify(referrer)},`).join("\n")}\n    ]],`;
}

function rows(object) {
  const entries = Object.entries(object).map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  return `{\n${entries.join("\n")}\n  }`;
}

function list(values) {
  return `[\n${values.map((value) => `    ${JSON.stringify(value)},`).join("\n")}\n  ]`;
}
