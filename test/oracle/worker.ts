// One of the processes that compare generated trees. Told a seed and a count, it answers with the outcome.
import { kustomizeBuilder } from "../support/build-kustomize-oracle.mjs";
import { compareTrees } from "./compare-trees.ts";
import { Original } from "./original.ts";

const SHRUNK = 2;

const binary = kustomizeBuilder((line) => process.stderr.write(`${line}\n`));
if (binary === undefined) throw new Error("there is no Go to build the original with");
const original = new Original(binary);

process.on("message", ({ seed, count }: { readonly seed: number; readonly count: number }) => {
  compareTrees(original, seed, count, SHRUNK).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));
