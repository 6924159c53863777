import { fork } from "node:child_process";
import type { Outcome } from "./compare-trees.ts";

/** So many trees have one seed: a difference is found again, and shrunk, by running these alone. */
export const TREES_PER_SEED = 250;

/**
 * Compares trees in several processes, each with an original of its own.
 *
 * @param seed of the first trees; every 250 trees have the next one.
 * @param seen called with what each 250 trees came to, in any order.
 */
export async function runTrees(seed: number, count: number, processes: number, seen: (outcome: Outcome) => void): Promise<void> {
  const jobs = Array.from({ length: Math.ceil(count / TREES_PER_SEED) }, (_, index) => ({
    seed: seed + index,
    count: Math.min(TREES_PER_SEED, count - index * TREES_PER_SEED),
  }));
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, () => runWorker(jobs, seen)));
}

/** Takes jobs off the list until there are none. */
function runWorker(jobs: { readonly seed: number; readonly count: number }[], seen: (outcome: Outcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    // Not one of the runner's own tests.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = fork(new URL("worker.ts", import.meta.url), { env, serialization: "advanced" });
    const next = () => {
      const job = jobs.shift();
      if (job === undefined) child.disconnect();
      else child.send(job);
    };
    child.on("message", (outcome: Outcome) => {
      seen(outcome);
      next();
    });
    child.on("error", reject);
    child.on("exit", (status) => (status === 0 ? resolve() : reject(new Error(`a worker ended with ${String(status)}`))));
    next();
  });
}
