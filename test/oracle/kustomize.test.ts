import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { GitOpsError } from "../../src/engine/index.ts";
import { kustomizeBuilder, kustomizeOracle } from "../support/build-kustomize-oracle.mjs";
import { diskTree } from "../support/disk-tree.ts";
import { builtText } from "../support/kustomize-build.ts";
import { kustomizeFixtures } from "../support/kustomize-fixtures.ts";
import { type Difference, firstDifference, writeTree } from "./compare-trees.ts";
import { type Answer, Original } from "./original.ts";
import { UsageTable } from "./usage-table.ts";
import { runTrees } from "./workers.ts";

const say = (line: string) => process.stderr.write(`${line}\n`);
const [plain, builder] = [kustomizeOracle(say), kustomizeBuilder(say)];
const skip = plain === undefined || builder === undefined ? "not here: Go, to build kustomize v5.8.2 with" : false;
const seed = Number(process.env["GITOPS_SEED"] ?? 20_260_101);
const count = Number(process.env["GITOPS_TREES"] ?? 2000);
/** From here on the table has enough trees to say that something never occurs. */
const ENOUGH = 2000;
const original = builder === undefined ? undefined : new Original(builder);
after(() => original?.close());

/** What a process of its own says. */
function plainAnswer(folder: string): Answer {
  const { status, stdout, stderr } = spawnSync(plain ?? "", ["build", folder], { encoding: "utf8" });
  return status === 0 ? { text: stdout } : { error: stderr };
}

for (const { name, input, path } of kustomizeFixtures()) {
  test(`the fixture ${name} is as the original, asked in a process of its own or in one for all`, { skip }, async () => {
    const answer = plainAnswer(join(input, path));
    assert.equal(firstDifference("text" in answer ? answer.text : undefined, await original!.build(join(input, path))), undefined);
    const actual = await builtText(diskTree(input), path).catch((error: unknown) => {
      if (error instanceof GitOpsError) return undefined;
      throw error;
    });
    assert.equal(firstDifference(actual, answer), undefined);
  });
}

/** Keeps a difference as a fixture would be, and says how to see it again. */
function report({ seed: own, index, why, files, original: answer }: Difference): string {
  const folder = mkdtempSync(join(tmpdir(), `tree-${own}-${index}-`));
  writeTree({ files }, join(folder, "input"));
  writeTree({ files: "text" in answer ? { "expected.yaml": answer.text } : { "error.txt": answer.error } }, folder);
  return `seed ${own}, tree ${index}: ${why}\n  ${folder}: move it to fixtures/kustomize/ when it is understood`;
}

test(
  `${count} generated trees are built, or refused, as by the original (seed ${seed})`,
  { skip, timeout: 86_400_000 },
  async (context) => {
    const table = new UsageTable();
    const differences: Difference[] = [];
    let trees = 0;
    let different = 0;
    await runTrees(seed, count, availableParallelism(), (outcome) => {
      table.add(outcome.built, outcome.refused.length);
      trees += outcome.trees;
      different += outcome.different;
      for (const one of outcome.differences) {
        differences.push(one);
        context.diagnostic(report(one));
      }
    });

    for (const line of table.lines()) context.diagnostic(line);
    context.diagnostic(`${trees} trees, ${different} differ`);
    assert.equal(trees, count);
    assert.equal(different, 0, differences.map(({ seed: own, index, why }) => `seed ${own}, tree ${index}: ${why}`).join("\n"));
    if (count >= ENOUGH) assert.deepEqual(table.complaints(), []);
  },
);
