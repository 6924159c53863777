// Builds the trees of a file that record.ts wrote with the engine beside it, which may be a broken copy.
// Prints the number of the first tree that differs, or `none`.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { GitOpsError } from "../../../src/engine/index.ts";
import { firstDifference } from "../../oracle/compare-trees.ts";
import { ROOT } from "../../oracle/generated-tree.ts";
import type { Answer } from "../../oracle/original.ts";
import { builtText } from "../../support/kustomize-build.ts";
import { memoryTree } from "../../support/memory-tree.ts";

interface Recorded {
  readonly files: Readonly<Record<string, string>>;
  readonly answer: Answer;
}

const [file = ""] = process.argv.slice(2);
let index = 0;
let found = "none";
for await (const line of createInterface({ input: createReadStream(file) })) {
  // Written by record.ts a moment ago.
  const { files, answer } = JSON.parse(line) as Recorded;
  const actual = await builtText(memoryTree(files), ROOT).catch((error: unknown) =>
    error instanceof GitOpsError ? undefined : `a crash: ${String(error)}`,
  );
  index++;
  if (firstDifference(actual, answer) === undefined) continue;
  found = String(index);
  break;
}
process.stdout.write(`${found}\n`);
