import type { ControlPlane } from "../support/control-plane.ts";

/** One thing that is measured, in the order in which it is done to a fresh namespace. `alters` writes the second edition of the set first. */
export const STEPS = [
  { name: "first apply", alters: false },
  { name: "no-op", alters: false },
  { name: "diff (1 %)", alters: true },
  { name: "1 % changed", alters: false },
  { name: "prune all", alters: false },
] as const;

/** The name of a step. */
export type StepName = (typeof STEPS)[number]["name"];

/** A contender: how it does each step. A step that it has no command for is left out. */
export interface Tool {
  readonly name: string;
  readonly command: (step: StepName, namespace: string, folder: string) => readonly string[] | undefined;
  /** Exit statuses that mean that it did its work. */
  readonly accepts: (step: StepName) => readonly number[];
}

const differs = (step: StepName): readonly number[] => (step === "diff (1 %)" ? [1] : [0]);

/** gitops as built in dist/, run by the Node that runs this. */
export function gitopsTool(name: string, flags: readonly string[]): Tool {
  const program = [process.execPath, "bin/gitops.js"];
  return {
    name,
    accepts: differs,
    command(step, namespace, folder) {
      switch (step) {
        case "diff (1 %)":
          return [...program, "diff", "bench", folder, "-n", namespace];
        case "prune all":
          return [...program, "delete", "bench", "-n", namespace, "--yes", "--no-wait", "--allow-mass-prune"];
        default:
          return [...program, "sync", "bench", folder, "-n", namespace, "--no-wait", "--yes", ...flags];
      }
    },
  };
}

/** kubectl, with the fastest flags that do the same. */
export function kubectlTool(kubectl: string): Tool {
  return {
    name: "kubectl",
    accepts: differs,
    command(step, namespace, folder) {
      switch (step) {
        case "diff (1 %)":
          return [kubectl, "diff", "--server-side", "-n", namespace, "-f", folder];
        case "prune all":
          return [kubectl, "delete", "--wait=false", "-n", namespace, "-f", folder];
        default:
          return [kubectl, "apply", "--server-side", "--validate=false", "-n", namespace, "-f", folder];
      }
    },
  };
}

/** The floor for a first apply: nothing but the requests. */
export function bareTool(mode: "create" | "dry-run", plane: ControlPlane, count: number): Tool {
  const program = new URL("bare-client.ts", import.meta.url).pathname;
  return {
    name: `bare client, ${mode}`,
    accepts: () => [0],
    command: (step, namespace) =>
      step === "first apply"
        ? [process.execPath, program, plane.server, plane.caFile, plane.token, namespace, String(count), mode]
        : undefined,
  };
}
