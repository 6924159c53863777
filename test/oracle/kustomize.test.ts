import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { GitOpsError } from "../../src/engine/index.ts";
import { kustomizeOracle } from "../support/build-kustomize-oracle.mjs";
import { diskTree } from "../support/disk-tree.ts";
import { builtText } from "../support/kustomize-build.ts";
import { kustomizeFixtures } from "../support/kustomize-fixtures.ts";
import { memoryTree } from "../support/memory-tree.ts";
import { generatedTree, type GeneratedTree } from "./generated-tree.ts";

const oracle = kustomizeOracle((line) => process.stderr.write(`${line}\n`));
const skip = oracle === undefined ? "not here: Go, to build kustomize v5.8.2 with" : false;
const seed = Number(process.env["GITOPS_SEED"] ?? 20_260_101);
const count = Number(process.env["GITOPS_TREES"] ?? 200);
const work = mkdtempSync(join(tmpdir(), "kustomize-trees-"));
after(() => rmSync(work, { recursive: true, force: true }));

/** What the original prints, or undefined where it fails. */
function originalText(folder: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(oracle ?? "", ["build", folder], { stdio: ["ignore", "pipe", "ignore"] });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.on("error", reject);
    child.on("close", (status) => resolve(status === 0 ? Buffer.concat(parts).toString() : undefined));
  });
}

/** The first line that differs, or which side refuses; undefined where there is no difference. */
function firstDifference(actual: string | undefined, expected: string | undefined): string | undefined {
  if (actual === expected) return undefined;
  if (actual === undefined) return "only we refuse";
  if (expected === undefined) return "only the original refuses";
  const lines = expected.split("\n");
  const at = actual.split("\n").findIndex((line, index) => line !== lines[index]);
  return `line ${at + 1}: ${actual.split("\n")[at]} instead of ${lines[at]}`;
}

/** What we print, or undefined where we refuse; anything but a refusal is thrown on. */
async function ourText(build: Promise<string>): Promise<string | undefined> {
  try {
    return await build;
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

for (const { name, input, path } of kustomizeFixtures()) {
  test(`the fixture ${name} is as the original`, { skip }, async () => {
    assert.equal(await builtText(diskTree(input), path), await originalText(join(input, path)));
  });
}

async function onDisk(tree: GeneratedTree, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(tree.files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

test(`${count} generated trees are built, or refused, as by the original (seed ${seed})`, { skip }, async (context) => {
  const uses = new Map<string, number>();
  let built = 0;
  const property = fc.asyncProperty(generatedTree, async (tree) => {
    await onDisk(tree, join(work, "tree"));
    const [expected, actual] = await Promise.all([
      originalText(join(work, "tree", tree.path)),
      ourText(builtText(memoryTree(tree.files), tree.path)),
    ]);
    if (expected !== undefined) {
      built++;
      for (const field of new Set(tree.uses)) uses.set(field, (uses.get(field) ?? 0) + 1);
    }
    assert.equal(firstDifference(actual, expected), undefined);
  });

  await fc.assert(property, { seed, numRuns: count });

  const table = [...uses].sort((a, b) => b[1] - a[1]).map(([field, times]) => `${field} ${((100 * times) / built).toFixed(1)} %`);
  context.diagnostic(`${built} of ${count} build in the original; fields: ${table.join(", ")}`);
  assert.ok(built >= 0.9 * count, "too many trees that nobody builds: the comparison is empty");
  for (const [field, times] of uses) assert.ok(times >= 0.01 * built, `the field ${field} is in too few trees`);
});
