// Writes generated trees and what the original makes of them to a file, one a line, for the runs of mutations.ts.
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { generatedTree, ROOT } from "../../oracle/generated-tree.ts";
import { Original } from "../../oracle/original.ts";
import { writeTree } from "../../oracle/compare-trees.ts";
import { kustomizeBuilder } from "../../support/build-kustomize-oracle.mjs";

const [file = "", seed = "", count = ""] = process.argv.slice(2);
const original = new Original(kustomizeBuilder((line) => process.stderr.write(`${line}\n`)) ?? "");
const work = mkdtempSync(join(tmpdir(), "mutations-"));
const lines = createWriteStream(file);
await fc.assert(
  fc.asyncProperty(generatedTree, async (tree) => {
    rmSync(work, { recursive: true, force: true });
    writeTree(tree, work);
    const answer = await original.build(join(work, ROOT));
    lines.write(`${JSON.stringify({ files: tree.files, answer })}\n`);
  }),
  { seed: Number(seed), numRuns: Number(count) },
);
rmSync(work, { recursive: true, force: true });
lines.end();
original.close();
