import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "../../../src/engine/model/json.ts";
import { printYaml } from "../../../src/engine/yaml/print.ts";
import { anyValue } from "./odd-values.ts";

const VALUES_IN_A_BUILD = 200;
const BUILDS = 15;

/** `KUSTOMIZE_ORACLE` names a kustomize v5.8.2; kubectl carries one whose printer is the same. */
function findOracle(): readonly string[] | undefined {
  const given = process.env["KUSTOMIZE_ORACLE"];
  if (given !== undefined) return [given, "build"];
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return ["kubectl", "kustomize"];
  } catch {
    return undefined;
  }
}

const oracle = findOracle();
const folder = mkdtempSync(join(tmpdir(), "yaml-oracle-"));
after(() => rmSync(folder, { recursive: true }));

describe("printing against kustomize", { skip: oracle === undefined && "not here: kubectl, and no KUSTOMIZE_ORACLE" }, () => {
  test(`${VALUES_IN_A_BUILD * BUILDS} generated values print as kustomize prints them`, () => {
    writeFileSync(join(folder, "kustomization.yaml"), "resources: [odd.yaml]\n");
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: VALUES_IN_A_BUILD, maxLength: VALUES_IN_A_BUILD }), (values) => {
        assert.equal(printYaml({ apiVersion: "v1", kind: "Odd", metadata: { name: "odd" }, spec: values }), built(values));
      }),
      { seed: 20_261_123, numRuns: BUILDS, endOnFailure: true },
    );
  });
});

function built(spec: JsonValue): string {
  writeFileSync(join(folder, "odd.yaml"), `apiVersion: v1\nkind: Odd\nmetadata: {name: odd}\nspec: ${asFlow(spec)}\n`);
  const [program = "", ...args] = oracle ?? [];
  return execFileSync(program, [...args, folder], { encoding: "utf8", maxBuffer: 1 << 28 });
}

/** A value as go-yaml surely reads it: all texts in double quotes, explicit keys. */
function asFlow(value: JsonValue): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(asFlow).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `? ${quoted(key)} : ${asFlow(each)}`)
    .join(", ")}}`;
}

function quoted(text: string): string {
  // eslint-disable-next-line no-control-regex
  const escaped = text.replace(/["\\]|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/g, (char) =>
    char === '"' || char === "\\" ? `\\${char}` : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}
