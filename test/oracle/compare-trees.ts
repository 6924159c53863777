import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { GitOpsError } from "../../src/engine/index.ts";
import { builtText } from "../support/kustomize-build.ts";
import { memoryTree } from "../support/memory-tree.ts";
import { type GeneratedTree, generatedTree, ROOT } from "./generated-tree.ts";
import type { Answer, Original } from "./original.ts";

/** A tree that the two sides do not treat alike, as small as could be found. */
export interface Difference {
  readonly seed: number;
  readonly index: number;
  readonly why: string;
  readonly files: Readonly<Record<string, string>>;
  /** What the original prints, or its error. */
  readonly original: Answer;
}

/** What became of a run of trees. */
export interface Outcome {
  readonly trees: number;
  /** What each tree that the original builds uses. */
  readonly built: readonly (readonly string[])[];
  /** What each tree that it refuses uses. */
  readonly refused: readonly (readonly string[])[];
  readonly different: number;
  /** The first of them, shrunk. */
  readonly differences: readonly Difference[];
}

const SHRINK_MILLISECONDS = 5_000;

/** What we print, or undefined where we refuse; anything but a refusal is thrown on. */
async function ourText(build: Promise<string>): Promise<string | undefined> {
  try {
    return await build;
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

/** The first line that differs, or which side refuses; undefined where there is no difference. */
export function firstDifference(actual: string | undefined, answer: Answer): string | undefined {
  const expected = "text" in answer ? answer.text : undefined;
  if (actual === expected) return undefined;
  if (actual === undefined) return "only we refuse";
  if (expected === undefined) return "only the original refuses";
  const lines = expected.split("\n");
  const at = actual.split("\n").findIndex((line, index) => line !== lines[index]);
  return `line ${at + 1}: ${String(actual.split("\n")[at])} instead of ${String(lines[at])}`;
}

/** Generates trees and builds them with both. The same seed and count give the same trees. */
export async function compareTrees(original: Original, seed: number, count: number, shrinks: number): Promise<Outcome> {
  const work = mkdtempSync(join(tmpdir(), "kustomize-trees-"));
  const compare = async (tree: GeneratedTree) => {
    rmSync(work, { recursive: true, force: true });
    writeTree(tree, work);
    const asked = original.build(join(work, ROOT));
    const actual = await ourText(builtText(memoryTree(tree.files), ROOT)).catch((error: unknown) => `a crash: ${String(error)}`);
    const answer = await asked;
    return { answer, why: firstDifference(actual, answer) };
  };
  try {
    return await runTrees(compare, seed, count, shrinks);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

type Compare = (tree: GeneratedTree) => Promise<{ readonly answer: Answer; readonly why: string | undefined }>;

async function runTrees(compare: Compare, seed: number, count: number, shrinks: number): Promise<Outcome> {
  const built: (readonly string[])[] = [];
  const refused: (readonly string[])[] = [];
  const different: number[] = [];
  let index = 0;
  const collect = fc.asyncProperty(generatedTree, async (tree) => {
    const { answer, why } = await compare(tree);
    ("text" in answer ? built : refused).push(tree.uses);
    if (why !== undefined) different.push(index);
    index++;
  });
  await fc.assert(collect, { seed, numRuns: count });

  const differences: Difference[] = [];
  for (const one of different.slice(0, shrinks)) differences.push(await shrunk(compare, seed, one));
  return { trees: index, built, refused, different: different.length, differences };
}

async function shrunk(compare: Compare, seed: number, index: number): Promise<Difference> {
  let smallest: Difference | undefined;
  const differs = fc.asyncProperty(generatedTree, async (tree) => {
    const { answer, why } = await compare(tree);
    if (why === undefined) return;
    smallest = { seed, index, why, files: tree.files, original: answer };
    throw new Error(why);
  });
  await fc.check(differs, { seed, path: String(index), numRuns: 1, interruptAfterTimeLimit: SHRINK_MILLISECONDS });
  if (smallest === undefined) throw new Error(`the tree ${index} of seed ${seed} differs only at times`);
  return smallest;
}

/** Writes the files of a tree below a folder. */
export function writeTree(tree: Pick<GeneratedTree, "files">, folder: string): void {
  for (const [path, text] of Object.entries(tree.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
